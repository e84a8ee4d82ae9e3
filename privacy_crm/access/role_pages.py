"""The pages of roles that a second person confirms, and the filter of accounts by role."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import RecordAdmin
from privacy_crm.access import account_forms as forms
from privacy_crm.access import account_words

CONFIRM = "privacy_crm.confirm_role"


class RoleFilter(admin.RelatedFieldListFilter):
    """By role, as the reader calls it."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = super().field_choices(field, request, model_admin)
        return [(key, account_words.role(str(name))) for key, name in found]


def _waits(record: Any) -> bool:
    return bool(record.answer == "waiting" and record.ends_at > timezone.now())


class RoleRequestAdmin(RecordAdmin):
    """What somebody wants to give, and a second person confirms with a fresh factor."""

    heading = _("Roles to confirm")
    empty_text = _("A second person confirms here who becomes an administrator or a privacy officer.")
    page_template = "staff/role_request.html"
    list_display = ("account", "role_said", "state", "asked_at", "ends_at")
    list_display_links = ("account",)
    list_select_related = ("user", "asked_by", "answered_by")
    ordering = ("-asked_at", "-pk")
    acts = (
        Act(
            "confirm",
            _("Confirm the role"),
            CONFIRM,
            forms.ConfirmForm,
            "verified_user",
            fresh=True,
            offered=_waits,
        ),
        Act(
            "decline",
            _("Decline"),
            CONFIRM,
            forms.DeclineForm,
            "close",
            grave=True,
            fresh=True,
            offered=_waits,
        ),
    )

    @display(description=_("role"), ordering="role")
    def role_said(self, record: Any) -> str:
        return account_words.role(record.role)

    @display(description=_("account"))
    def account(self, record: Any) -> str:
        return str(record.user.username)

    @display(description=_("state"), label={"waiting": "warning", "confirmed": "success", "declined": "danger"})
    def state(self, record: Any) -> tuple[str, str]:
        return "" if record.answer == "waiting" and not _waits(record) else record.answer, _state(record)

    def title_of(self, record: Any) -> str:
        return gettext("Role “%(role)s” for %(account)s") % {
            "role": account_words.role(record.role),
            "account": record.user.username,
        }

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "state": _state(record),
            "waits": _waits(record),
            "role": self.role_said(record),
            "mine": record.asked_by_id == request.user.pk,
        }


def _state(record: Any) -> str:
    if record.answer == "waiting" and not _waits(record):
        return gettext("ended without an answer")
    return str(record.get_answer_display())
