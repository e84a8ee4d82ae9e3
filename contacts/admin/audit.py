"""The audit trail, to read: who did what, when, to which record. It names ids and codes and no value."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.utils import parse_date_str

from contacts.admin import audit_words
from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.base.days import LAST_DAY
from contacts.models import AuditEvent


class ActorFilter(DropdownFilter):  # type: ignore[misc]
    """What one member of staff did and looked at."""

    title = gettext_lazy("member of staff")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = get_user_model().objects.order_by("username").values_list("pk", "username")
        return [(f"user:{pk}", name) for pk, name in staff]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(by=self.value()) if self.value() else queryset


class DeedFilter(DropdownFilter):  # type: ignore[misc]
    """What was done, in a few kinds: the looks, which are most of it, apart from the rest."""

    title = gettext_lazy("what was done")
    parameter_name = "deed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("looks", gettext_lazy("looked at people, or found them")),
            ("exports", gettext_lazy("took people out, or gave them to a recipient")),
            ("changes", gettext_lazy("anything else: changes, decisions, runs")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "looks":
                return queryset.filter(code__in=audit_words.LOOKS)
            case "exports":
                return queryset.filter(code__in=audit_words.EXPORTS)
            case "changes":
                return queryset.exclude(code__in=audit_words.LOOKS | audit_words.EXPORTS)
        return queryset


class DaysFilter(RangeDateFilter):  # type: ignore[misc]
    """From one day through another, on the company's clock."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title = gettext_lazy("day")

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        first, last = (self._day(bound) for bound in ("from", "to"))
        found = queryset.filter(at__gte=_midnight(first)) if first else queryset
        return found.filter(at__lt=_midnight(last + dt.timedelta(days=1))) if last and last < LAST_DAY else found

    def _day(self, bound: str) -> dt.date | None:
        day: dt.date | None = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{bound}") or "")
        return day


def _midnight(day: dt.date) -> dt.datetime:
    return make_aware(dt.datetime.combine(day, dt.time.min))


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    heading = gettext_lazy("Audit trail")
    page_template = "staff/audit_event.html"
    list_before_template = "staff/audit_list_before.html"
    list_display = ("at", "what", "who", "public_id", "rule", "code")
    list_display_links = ("at",)
    list_filter = (ActorFilter, DeedFilter, ("at", DaysFilter))
    list_filter_submit = True
    ordering = ("-at", "-pk")
    list_per_page = 100
    search_fields = ("public_id",)
    search_help_text = gettext_lazy("The whole id of a person, or a code such as contact.deleted")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "months": settings.AUDIT_MONTHS})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(public_id=uuid.UUID(search_term)), False
        except ValueError:
            return queryset.filter(code=search_term.strip()), False

    @display(description=gettext_lazy("what"))
    def what(self, event: AuditEvent) -> str:
        return audit_words.deed(event.code)

    @display(description=gettext_lazy("by"))
    def who(self, event: Any) -> str:
        return str(event.actor)

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        """Give each event the log-in name of the member of staff who acted."""
        names = acts.who(event.by for event in records)
        for event in records:
            event.actor = names[event.by]

    def title_of(self, record: Any) -> str:
        return audit_words.deed(record.code)
