"""The audit trail, to read: who did what, when, to which record. It names ids and codes and no value."""

import uuid
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.base import RecordAdmin
from contacts.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    heading = gettext_lazy("Audit trail")
    page_template = "staff/audit_event.html"
    list_display = ("at", "what", "who", "public_id", "rule")
    list_display_links = ("at",)
    ordering = ("-at", "-pk")
    list_per_page = 100
    search_fields = ("public_id",)
    search_help_text = gettext_lazy("The whole id of a person, or a code such as contact.deleted")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(public_id=uuid.UUID(search_term)), False
        except ValueError:
            return queryset.filter(code=search_term.strip()), False

    @display(description=gettext_lazy("what"))
    def what(self, event: AuditEvent) -> str:
        return event.code

    @display(description=gettext_lazy("by"))
    def who(self, event: Any) -> str:
        return str(event.actor)

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Give each event the log-in name of the member of staff who acted."""
        ids = {pk for pk in map(_actor, records) if pk}
        names = dict(get_user_model().objects.filter(pk__in=ids).values_list("pk", "username"))
        for event in records:
            event.actor = names.get(_actor(event) or 0, event.by)

    def title_of(self, record: Any) -> str:
        return str(record.code)


def _actor(event: AuditEvent) -> int | None:
    kind, _, number = event.by.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None
