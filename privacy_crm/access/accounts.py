"""The accounts of staff, and the roles that wait for a second person. Nobody changes their own account here."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.filters import Choice, ChoiceFilter
from privacy_crm.access import account_forms as forms
from privacy_crm.access import account_words, details, logins
from privacy_crm.access.role_pages import CONFIRM, RoleFilter, RoleRequestAdmin
from privacy_crm.models import AccountLink, RoleRequest

_CHANGE = "auth.change_user"


def _factors(user: User) -> list[str]:
    names = Authenticator.Type
    told = {names.TOTP: gettext("app with codes"), names.WEBAUTHN: gettext("passkey")}
    kinds = Authenticator.objects.filter(user=user.pk, type__in=told).order_by("type").values_list("type", flat=True)
    return [told[names(kind)] for kind in kinds]


def _without_factor(users: QuerySet[User]) -> QuerySet[User]:
    """Narrow accounts to those that may log in with a password alone, and then get no further."""
    names = Authenticator.Type
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=[names.TOTP, names.WEBAUTHN])
    return users.filter(~Exists(factors), is_active=True, is_staff=True)


class FactorFilter(ChoiceFilter):
    title = _("second factor")
    parameter_name = "second_factor"
    offered = (Choice("none", _("none yet"), _without_factor),)


def tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what waits about accounts: those without a second factor, and roles that a second person confirms."""
    return [*_to_confirm(request), *_to_secure(request)]


def _to_secure(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.has_perm(_CHANGE):
        return []
    number = _without_factor(User.objects.all()).count()
    text = ngettext("%d account has no second factor yet", "%d accounts have no second factor yet", number)
    link = f"{reverse('admin:auth_user_changelist')}?second_factor=none"
    return [{"text": text % number, "link": link}] if number else []


def _to_confirm(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.has_perm(CONFIRM):
        return []
    waiting = RoleRequest.objects.open(timezone.now()).exclude(asked_by=request.user.pk).select_related("user")
    text = gettext("Confirm or decline: %(account)s is to get the role “%(role)s”")
    return [
        {
            "text": text % {"account": each.user.username, "role": account_words.role(each.role)},
            "link": reverse("admin:privacy_crm_rolerequest_change", args=[each.pk]),
            "day": timezone.localdate(each.ends_at),
        }
        for each in waiting.order_by("ends_at")
    ]


def _act(name: str, label: Any, form: Any, icon: str, **options: Any) -> Act:
    return Act(name, label, _CHANGE, form, icon, fresh=True, **options)


def _is_open(user: Any) -> bool:
    return bool(user.is_active)


def _is_closed(user: Any) -> bool:
    return not user.is_active


class StaffAdmin(RecordAdmin):
    """Each change is an act of its own, which asks for a fresh factor and tells the owner (ADR 0058)."""

    heading = _("Staff")
    page_template = "staff/account.html"
    list_display = ("username", "email", "role", "state", "last_login")
    list_display_links = ("username",)
    list_filter = (("groups", RoleFilter), "is_active", FactorFilter)
    search_fields = ("username", "email")
    search_help_text = _("Part of the log-in name or of the e-mail address")
    ordering = ("username",)
    adding = Act("add", _("Invite a colleague"), "auth.add_user", forms.InviteForm, fresh=True)
    acts = (
        _act("details", _("Change details"), forms.DetailsForm, "edit"),
        _act("give-role", _("Give a role"), forms.GiveForm, "add_moderator", offered=_is_open),
        _act(
            "take-role",
            _("Take a role away"),
            forms.TakeForm,
            "remove_moderator",
            grave=True,
            offered=lambda user: user.groups.exists(),
        ),
        _act("send-link", _("Send a link for a password"), forms.LinkForm, "link", offered=_is_open),
        _act(
            "reset-factors",
            _("Take the second factor away"),
            forms.ResetForm,
            "phonelink_erase",
            grave=True,
            offered=lambda user: bool(_factors(user)),
        ),
        _act("end-log-ins", _("Log out everywhere"), forms.EndLoginsForm, "logout", offered=_is_open),
        _act("close", _("Close the account"), forms.CloseForm, "block", grave=True, offered=_is_open),
        _act(
            "reopen",
            _("Open the account again"),
            forms.ReopenForm,
            "lock_open",
            offered=lambda user: not user.is_active,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("role"), label=True)
    def role(self, user: User) -> list[str]:
        names = [account_words.role(group.name) for group in user.groups.all()]
        return [str(_("superuser")), *names] if user.is_superuser else names

    @display(description=_("state"), label={"open": "success", "closed": "danger"})
    def state(self, user: User) -> tuple[str, str]:
        return ("open", gettext("open")) if user.is_active else ("closed", gettext("closed"))

    def title_of(self, record: Any) -> str:
        return str(record.username)

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """Let nobody but a superuser see to the account of one, and nobody act on their own."""
        user = super().found(request, object_id)
        acting = not (request.resolver_match and str(request.resolver_match.url_name).endswith("_change"))
        if acting and user.is_superuser and not request.user.is_superuser:
            raise PermissionDenied
        return user

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        now = timezone.now()
        asked = RoleRequest.objects.open(now).filter(user=record)
        own = record.pk == request.user.pk
        above = record.is_superuser and not request.user.is_superuser
        return {
            "own": own,
            "above": above,
            "roles": [capfirst(name) for name in self.role(record)],
            "factors": _factors(record),
            "details": details.of(record),
            "link": AccountLink.objects.usable(now).filter(user=record).first(),
            "log_ins": logins.of(record.pk, at=now).count(),
            "waiting": [(each, account_words.role(each.role)) for each in asked.order_by("ends_at")],
            **({"buttons": []} if own or above else {}),
        }


def register() -> None:
    """Take the place of Django's own pages, and of allauth's, which would show what factors are made of."""
    admin.site.unregister([User, Group, Authenticator, EmailAddress])
    admin.site.register(User, StaffAdmin)
    admin.site.register(RoleRequest, RoleRequestAdmin)
