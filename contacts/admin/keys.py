"""Keys of the API: issued to a server by name, shown once, revoked for good."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.models import ApiKey
from contacts.signups import keys
from contacts.signups.keys import KeyRefusedError, Terms

_LASTS = {
    90: gettext_lazy("90 days"),
    180: gettext_lazy("180 days"),
    365: gettext_lazy("365 days"),
    730: gettext_lazy("730 days"),
}


class IssueForm(ActForm):
    refusals = (KeyRefusedError,)
    explanation = gettext_lazy("A key lets one of our servers sign people up through the API. It cannot read anything.")
    result_template = "staff/api_key_issued.html"

    name = fields.text(gettext_lazy("Name of the server"), help_text=gettext_lazy("Such as website or trade fair app."))
    forms = fields.choices(gettext_lazy("Which forms may it send?"), [(each.value, each.label) for each in keys.FORMS])
    posts_an_hour = fields.number(gettext_lazy("How many sign-ups an hour?"), min_value=1, initial=1000)
    lasts = fields.choice(
        gettext_lazy("How long does it work?"),
        [(str(days), label) for days, label in _LASTS.items()],
        initial="365",
        help_text=gettext_lazy("Issue the next key before that, and revoke this one."),
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        terms = Terms(told["forms"], told["posts_an_hour"], dt.timedelta(days=int(told["lasts"])))
        record, self.key = keys.issue(told["name"], terms, at=at, by=by)
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
    list_display = ("name", "opens", "issued", "used", "ends", "state")
    list_display_links = ("name",)
    ordering = ("name",)
    adding = Act("add", gettext_lazy("Issue a key"), "contacts.add_apikey", IssueForm, fresh=True)
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

    @display(description=gettext_lazy("last used"))
    def used(self, key: ApiKey) -> dt.datetime | str:
        return key.used_at or _("never")

    @display(description=gettext_lazy("ends"))
    def ends(self, key: ApiKey) -> dt.datetime:
        return key.ends_at

    @display(description=gettext_lazy("forms"))
    def opens(self, key: ApiKey) -> str:
        return _opens(key)

    @display(description=gettext_lazy("state"), label={"in_force": "success", "revoked": "danger", "ended": "danger"})
    def state(self, key: ApiKey) -> tuple[str, str]:
        if key.revoked_at:
            return ("revoked", _("revoked"))
        return ("in_force", _("in force")) if key.ends_at > timezone.now() else ("ended", _("has ended"))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"state": self.state(record)[0], "opens": _opens(record)}


def _opens(key: ApiKey) -> str:
    return ", ".join(str(each.label) for each in keys.FORMS if each in key.forms)
