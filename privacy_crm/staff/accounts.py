"""The accounts of staff. Whoever looks after them gives others a role, never themselves, and makes no superusers."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.models import Group, User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts import audit
from contacts.admin.acts import by
from contacts.admin.base import RecordAdmin, Untraced

if TYPE_CHECKING:
    from django.contrib.auth.forms import UserChangeForm as PlainUserChangeForm

    UserChangeForm = PlainUserChangeForm[User]

    class BaseUserAdmin(PlainUserAdmin[User], Untraced): ...
else:
    from unfold.forms import UserChangeForm

    class BaseUserAdmin(PlainUserAdmin, Untraced):
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


class StaffAdmin(BaseUserAdmin):
    heading = _("Staff")
    form = StaffForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "email")
    search_help_text = _("Part of the log-in name or of the e-mail address")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("role"), label=True)
    def role(self, user: User) -> list[str]:
        names = [group.name for group in user.groups.all()]
        return [str(_("superuser")), *names] if user.is_superuser else names

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
    """Take the place of Django's own pages."""
    admin.site.unregister([User, Group])
    admin.site.register(User, StaffAdmin)
    admin.site.register(Group, RoleAdmin)
