"""The accounts of staff. Whoever looks after them gives others a role, never themselves, and makes no superusers."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.admin.acts import Act, ActForm, by
from contacts.admin.base import RecordAdmin, WithActs
from contacts.admin.filters import Choice, ChoiceFilter
from contacts.base import audit
from contacts.journal import writing
from contacts.words.journal import JournalAct
from privacy_crm.access import resetting

if TYPE_CHECKING:
    from django.contrib.auth.forms import UserChangeForm as PlainUserChangeForm

    UserChangeForm = PlainUserChangeForm[User]

    class BaseUserAdmin(PlainUserAdmin[User], WithActs): ...
else:
    from unfold.forms import UserChangeForm

    class BaseUserAdmin(PlainUserAdmin, WithActs):
        pass


class PasswordLink(ReadOnlyPasswordHashWidget):
    """The way to a new password, in the place where Django shows what the stored one looks like."""

    def render(self, *args: Any, **options: Any) -> SafeString:
        return format_html('<a class="pc-button" href="../password/">{}</a>', _("Set a new password"))


class StaffForm(UserChangeForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordLink()
            self.fields["password"].help_text = ""


class ResetForm(ActForm):
    refusals = (resetting.ResettingError,)
    explanation = _(
        "For who has lost their phone and their recovery codes. Make sure that it is them who asks. Their log-ins lead"
        " to nothing until they have set up a new second factor."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        resetting.reset(self.record.pk, at=at, by=by)
        return gettext("The second factor is gone. At the next log-in they set up a new one.")


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


def tasks(request: HttpRequest) -> list[dict[str, str]]:
    """Return how many accounts have no second factor, to whoever looks after accounts."""
    if not request.user.has_perm("auth.change_user"):
        return []
    number = _without_factor(User.objects.all()).count()
    text = ngettext("%d account has no second factor yet", "%d accounts have no second factor yet", number)
    link = f"{reverse('admin:auth_user_changelist')}?second_factor=none"
    return [{"text": text % number, "link": link}] if number else []


class StaffAdmin(BaseUserAdmin):
    heading = _("Staff")
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ("groups", "is_active", FactorFilter)
    search_fields = ("username", "email")
    search_help_text = _("Part of the log-in name or of the e-mail address")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "groups", "second_factor")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined", "second_factor")
    filter_horizontal = ()
    acts = (
        Act(
            "reset-factors",
            _("Take the second factor away"),
            "auth.change_user",
            ResetForm,
            "phonelink_erase",
            grave=True,
            fresh=True,
            offered=lambda user: bool(_factors(user)),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("role"), label=True)
    def role(self, user: User) -> list[str]:
        names = [group.name for group in user.groups.all()]
        return [str(_("superuser")), *names] if user.is_superuser else names

    @display(description=_("second factor"))
    def second_factor(self, user: User) -> str:
        if not (factors := _factors(user)):
            return gettext("none yet")
        link = '{} <a class="pc-button" href="{}">{}</a>'
        return format_html(link, ", ".join(factors), self.url_of(user, "reset-factors"), self.acts[0].label)

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """Let nobody but a superuser weaken the account of one, as with the password."""
        user = super().found(request, object_id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        options["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **options)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> HttpResponse:
        context["trail"] = self.trail(context["original"] or context["title"])
        return super().render_change_form(request, context, *args, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show nothing of the password to those who may only look."""
        listed = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return listed
        return [(None, {"fields": ("username",)}), *listed[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = obj is not None and obj.pk == request.user.pk
        return (*self.readonly_fields, "is_active", "is_staff", "groups") if own else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser changes a superuser: whoever sets their password could act as them."""
        above = isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save it, and have the journal know of an account that is closed: no restore opens it again (L11)."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            writing.write(JournalAct.ACCOUNT_CLOSED, at=timezone.now(), account=obj.pk)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.record("account.added", at=timezone.now(), by=by(request), rule=f"user:{obj.pk}")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.record("account.changed", at=timezone.now(), by=by(request), rule=f"user:{obj.pk}")


class RoleAdmin(RecordAdmin):
    """Roles, to read: `privacy_crm/roles.py` says what each may do."""

    heading = _("Roles")
    page_template = "staff/role.html"
    list_display = ("name", "members")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @display(description=_("people who have it"))
    def members(self, group: Any) -> int:
        return int(group.member_count)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"permissions": record.permissions.order_by("name")}


def register() -> None:
    """Take the place of Django's own pages, and of allauth's, which would show what factors are made of."""
    admin.site.unregister([User, Group, Authenticator, EmailAddress])
    admin.site.register(User, StaffAdmin)
    admin.site.register(Group, RoleAdmin)
