"""Events: put on, described, moved, cancelled; their sign-up opened and closed."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.acts import Act
from contacts.admin.announce_act import AnnounceForm
from contacts.admin.base import RecordAdmin
from contacts.admin.event_acts import (
    CancelForm,
    CloseForm,
    CreateForm,
    DescribeForm,
    InviteForm,
    MoveForm,
    OpenForm,
)
from contacts.admin.public_words import topic_names
from contacts.models import Event, FoodPreference, SignUp
from contacts.sign_ups import closed


def _stands(event: Event) -> bool:
    return event.cancelled_at is None


def _may_open(event: Event) -> bool:
    return _stands(event) and not event.signup_open and event.over_at > timezone.now()


def _takes_guests(event: Event) -> bool:
    return not closed(event, timezone.now())


@admin.register(Event)
class EventAdmin(RecordAdmin):
    heading = gettext_lazy("Events")
    page_template = "staff/event.html"
    list_display = ("title", "kind", "starts", "place", "state", "sign_up", "guests")
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
        Act(
            "invite",
            gettext_lazy("Change the invitation"),
            "contacts.change_event",
            InviteForm,
            "edit_note",
            offered=_stands,
        ),
        Act(
            "open-sign-up",
            gettext_lazy("Open sign-up"),
            "contacts.change_event",
            OpenForm,
            "how_to_reg",
            offered=_may_open,
        ),
        Act(
            "close-sign-up",
            gettext_lazy("Close sign-up"),
            "contacts.change_event",
            CloseForm,
            "person_off",
            offered=lambda event: event.signup_open,
        ),
        Act(
            "announce",
            gettext_lazy("Tell those who may be told"),
            "contacts.change_whitepaper",
            AnnounceForm,
            "campaign",
            offered=_takes_guests,
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

    @display(description=gettext_lazy("sign-up"))
    def sign_up(self, event: Event) -> str:
        return _("open") if event.signup_open and not closed(event, timezone.now()) else "–"

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
            "topics": topic_names(record),
            "left": None if record.capacity is None else max(record.capacity - record.registered, 0),
            "waiting": SignUp.objects.waiting().filter(event=record).count(),
            "waiting_url": _waiting_url(request),
        }


def _waiting_url(request: HttpRequest) -> str:
    sees = request.user.has_perm("contacts.view_signup")
    return reverse("admin:contacts_signup_changelist") if sees else ""


_REGISTERED = Count("registrations", filter=Q(registrations__cancelled_at__isnull=True))
