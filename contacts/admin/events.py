"""Events: put on, described, moved, cancelled."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts import events
from contacts.admin import fields
from contacts.admin.acts import Act, ActForm
from contacts.admin.base import RecordAdmin
from contacts.events import EventError, Times
from contacts.models import Event, FoodPreference, PolicyVersion
from contacts.vocabulary import EventKind

_ZONES = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class WhenForm(ActForm):
    """A start and an end on the wall clock of the event's own time zone."""

    refusals = (EventError,)

    starts_at = fields.wall_clock(gettext_lazy("Starts at"))
    ends_at = fields.wall_clock(
        gettext_lazy("Ends at"),
        required=False,
        help_text=gettext_lazy("Without an end the event is over at the end of its day. Food preferences go then."),
    )
    time_zone = fields.choice(gettext_lazy("Time zone"), _ZONES)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        told = [data.pop(name, None) for name in ("starts_at", "ends_at", "time_zone")]
        if not self.errors:
            starts_at, ends_at, time_zone = told
            zone = ZoneInfo(time_zone)
            data["times"] = Times(starts_at.replace(tzinfo=zone), ends_at and ends_at.replace(tzinfo=zone), time_zone)
        return data


class CreateForm(WhenForm):
    title = fields.text(gettext_lazy("Title"))
    kind = fields.choice(gettext_lazy("Kind"), EventKind.choices)
    place = fields.text(gettext_lazy("Place or link"), required=False)
    slug = fields.text(
        gettext_lazy("Short name"),
        required=False,
        help_text=gettext_lazy("For links and files, such as cloud-day-2027; made from the title where it is empty."),
    )
    field_order = ("title", "kind", "starts_at", "ends_at", "time_zone", "place", "slug")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"time_zone": timezone.get_default_timezone_name()}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = events.create(**self.cleaned_data, at=at, by=by)
        return _("The event is on record.")


class DescribeForm(ActForm):
    refusals = (EventError,)

    title = fields.text(gettext_lazy("Title"))
    place = fields.text(gettext_lazy("Place or link"), required=False)
    kind = fields.choice(
        gettext_lazy("Kind"),
        EventKind.choices,
        help_text=gettext_lazy("Where it becomes a webinar, its food preferences are deleted at once."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in ("title", "place", "kind")}
        super().__init__(record, initial=initial, **options)

    def clean(self) -> dict[str, Any]:
        self.policy = PolicyVersion.objects.in_force()
        if "kind" in self.changed_data and self.policy is None:
            raise ValidationError(_("The kind can change only once a policy is published."))
        return super().clean() or self.cleaned_data

    @transaction.atomic
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = 0
        kind = self.cleaned_data.pop("kind")
        events.describe(self.record, **self.cleaned_data, at=at, by=by)
        if "kind" in self.changed_data and self.policy:
            gone = events.convert(self.record, kind, policy=self.policy, at=at, by=by)
        return " ".join([_("The event is changed."), *_food_went(gone)])


class MoveForm(WhenForm):
    explanation = gettext_lazy("Food preferences are kept until the new end, and are deleted straight after it.")

    def __init__(self, record: Any = None, **options: Any) -> None:
        zone = ZoneInfo(record.time_zone)
        times = {name: getattr(record, name) for name in ("starts_at", "ends_at")}
        initial = {name: value and value.astimezone(zone).replace(tzinfo=None) for name, value in times.items()}
        super().__init__(record, initial={**initial, "time_zone": record.time_zone}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = events.move(self.record, **self.cleaned_data, at=at, by=by)
        return " ".join([_("The event is moved."), *_food_went(gone)])


class CancelForm(ActForm):
    refusals = (EventError,)
    explanation = gettext_lazy("A cancelled event stays so. Its food preferences are deleted at once.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        gone = events.cancel(self.record, at=at, by=by)
        return " ".join([_("The event is cancelled."), *_food_went(gone)])


def _food_went(number: int) -> list[str]:
    text = ngettext("%d food preference was deleted.", "%d food preferences were deleted.", number)
    return [text % number] if number else []


def _stands(event: Event) -> bool:
    return event.cancelled_at is None


@admin.register(Event)
class EventAdmin(RecordAdmin):
    heading = gettext_lazy("Events")
    page_template = "staff/event.html"
    list_display = ("title", "kind", "starts", "place", "state", "guests")
    list_display_links = ("title",)
    list_filter = ("kind",)
    search_fields = ("title__icontains", "slug__iexact")
    search_help_text = gettext_lazy("Part of the title, or the short name")
    ordering = ("-starts_at",)
    adding = Act("add", gettext_lazy("Put on an event"), "contacts.add_event", CreateForm)
    acts = (
        Act(
            "describe",
            gettext_lazy("Change title, place or kind"),
            "contacts.change_event",
            DescribeForm,
            "edit",
            offered=_stands,
        ),
        Act("move", gettext_lazy("Move"), "contacts.change_event", MoveForm, "update", offered=_stands),
        Act(
            "cancel",
            gettext_lazy("Cancel the event"),
            "contacts.change_event",
            CancelForm,
            "event_busy",
            grave=True,
            offered=_stands,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(registered=_REGISTERED)

    @display(description=gettext_lazy("starts at"))
    def starts(self, event: Event) -> dt.datetime:
        return event.starts_at

    @display(description=gettext_lazy("guests"))
    def guests(self, event: Any) -> int:
        return int(event.registered)

    @display(description=gettext_lazy("state"), label={"cancelled": "danger", "over": None, "to_come": "success"})
    def state(self, event: Event) -> tuple[str, str]:
        if event.cancelled_at:
            return "cancelled", _("cancelled")
        return ("over", _("over")) if event.over_at <= timezone.now() else ("to_come", _("to come"))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        sees_food = request.user.has_perm("contacts.view_foodpreference")
        food = FoodPreference.objects.filter(registration__event=record)
        return {
            "zone": ZoneInfo(record.time_zone),
            "state": self.state(record)[0],
            "food": food.count() if sees_food else None,
        }


_REGISTERED = Count("registrations", filter=Q(registrations__cancelled_at__isnull=True))
