"""Keys of the API: issued to a server by name, shown once, revoked for good."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin import fields
from contacts.admin.acts import Act, ActForm
from contacts.admin.base import RecordAdmin
from contacts.models import ApiKey
from contacts.signups import keys
from contacts.signups.keys import KeyRefusedError


class IssueForm(ActForm):
    refusals = (KeyRefusedError,)
    explanation = gettext_lazy("A key lets a server of the company sign people up through the API. It reads nobody.")
    result_template = "staff/api_key_issued.html"

    name = fields.text(gettext_lazy("Name of the server"), help_text=gettext_lazy("Such as website or trade fair app."))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        record, self.key = keys.issue(**self.cleaned_data, at=at, by=by)
        return _("The key “%s” is issued.") % record.name


class RevokeForm(ActForm):
    refusals = (KeyRefusedError,)
    explanation = gettext_lazy("The server that uses the key is turned away from now on. A revoked key stays so.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        keys.revoke(self.record, at=at, by=by)
        return _("The key is revoked.")


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    heading = gettext_lazy("API keys")
    empty_text = gettext_lazy("Servers of the company that sign people up through the API need a key each.")
    page_template = "staff/api_key.html"
    list_display = ("name", "issued", "state")
    list_display_links = ("name",)
    ordering = ("name",)
    adding = Act("add", gettext_lazy("Issue a key"), "contacts.add_apikey", IssueForm)
    acts = (
        Act(
            "revoke",
            gettext_lazy("Revoke"),
            "contacts.change_apikey",
            RevokeForm,
            "key_off",
            grave=True,
            offered=lambda key: key.revoked_at is None,
        ),
    )

    @display(description=gettext_lazy("issued"))
    def issued(self, key: ApiKey) -> dt.datetime:
        return key.created_at

    @display(description=gettext_lazy("state"), label={"in_force": "success", "revoked": "danger"})
    def state(self, key: Any) -> tuple[str, str]:
        return ("revoked", _("revoked")) if key.revoked_at else ("in_force", _("in force"))
