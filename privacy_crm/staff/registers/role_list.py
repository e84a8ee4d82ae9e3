"""Roles, to read: who has each, and what it may do, in the words of the reader."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from contacts.admin.shared.base import RecordAdmin
from privacy_crm.access import account_words
from privacy_crm.registers import table_names

_ON_TABLES = {
    "view": _("Can see: %(what)s"),
    "add": _("Can add: %(what)s"),
    "change": _("Can change: %(what)s"),
    "delete": _("Can delete: %(what)s"),
}
_OF_OUR_OWN = {
    "approve_mailing": _("Can approve an important message"),
    "approve_purge": _("Can approve a run that waits"),
    "check_in": _("Can check guests in"),
    "confirm_role": _("Can confirm a role that somebody else gives"),
    "erase_contact": _("Can delete a person on request"),
    "export_audience": _("Can export people for a channel"),
    "handle_request": _("Can answer requests"),
    "import_contacts": _("Can import contacts"),
    "inform_by_letter": _("Can note that a letter told a person where we have their details from"),
    "lift_tombstone": _("Can enter somebody again who was erased at their request"),
    "merge_contacts": _("Can merge two records of one person"),
    "open_evidence": _("Can open sealed evidence"),
    "pass_on_request": _("Can pass a request on to the privacy officer"),
    "publish_policy": _("Can publish a version of the policy"),
    "see_reduced": _("Can see people reduced to what a duty names"),
    "see_restricted": _("Can see people whose details are only stored"),
    "settle_restoration": _("Can release or drop the mails that wait after a restore"),
}


class RoleAdmin(RecordAdmin):
    """`privacy_crm/roles.py` says what each may do."""

    heading = _("Roles")
    page_template = "staff/role.html"
    list_display = ("said", "members")
    list_display_links = ("said",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    def title_of(self, record: Any) -> str:
        return account_words.role(record.name)

    @display(description=_("name"), ordering="name")
    def said(self, group: Any) -> str:
        return account_words.role(group.name)

    @display(description=_("people who have it"))
    def members(self, group: Any) -> int:
        return int(group.member_count)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        found = record.permissions.select_related("content_type")
        return {"permissions": sorted(words(permission) for permission in found)}


def words(permission: Permission) -> str:
    """Return what a permission lets somebody do, in the language that is active."""
    if own := _OF_OUR_OWN.get(permission.codename):
        return str(own)
    text, model = _ON_TABLES.get(permission.codename.partition("_")[0]), permission.content_type.model_class()
    return text % {"what": table_names.of(model)} if text and model else permission.name


def register() -> None:
    admin.site.register(Group, RoleAdmin)
