"""Events: put on, described, moved, cancelled; their sign-up opened and closed."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.events import check_in
from contacts.admin.events.event_acts import (
    OPTIONAL,
    CancelForm,
    CloseForm,
    CreateForm,
    DescribeForm,
    InviteForm,
    MoveForm,
    OpenForm,
)
from contacts.admin.shared.acts import Act
from contacts.admin.shared.announce_act import AnnounceForm
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.public_words import topic_names
from contacts.delivery.letters.event_words import when
from contacts.events import check_in as check_ins
from contacts.events import dietary
from contacts.models import Event, FoodPreference, SignUp
from contacts.signups.sign_ups import closed, over

SEE_FOOD = "contacts.view_foodpreference"


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

    @display(
        description=gettext_lazy("state"),
        label={"cancelled": "danger", "over": None, "on": "info", "to_come": "success"},
    )
    def state(self, event: Event) -> tuple[str, str]:
        if event.cancelled_at:
            return "cancelled", _("cancelled")
        if event.over_at <= timezone.now():
            return "over", _("over")
        return ("on", _("on now")) if event.starts_at <= timezone.now() else ("to_come", _("to come"))

    def get_urls(self) -> list[URLPattern]:
        food_for = self.admin_site.admin_view(self.food)
        own = [path("<path:object_id>/food/", food_for, name=self._url_name("food")), *check_in.urls(self)]
        return [*own, *super().get_urls()]

    def food(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the caterer's numbers to those who run the event (P8)."""
        if not request.user.has_perm(SEE_FOOD):
            raise PermissionDenied
        record, at = self.found(request, object_id), timezone.now()
        counts = dietary.counted(record, at=at)
        title = _("Food at %s") % record.title
        context = {
            **self.admin_site.each_context(request),
            "record": record,
            "title": title,
            "trail": self.trail(title),
            "back": self.url_of(record),
            "counts": counts,
            "total": sum(number for _told, number in counts),
            "over": bool(over(record, at)),
        }
        return TemplateResponse(request, "staff/event_food.html", context)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        told = FoodPreference.objects.filter(registration__event=record)
        return {
            "zone": ZoneInfo(record.time_zone),
            "when": when(record),
            "state": self.state(record)[0],
            "ahead": _stands(record) and record.over_at > timezone.now(),
            "food": told.count() if request.user.has_perm(SEE_FOOD) else None,
            "topics": topic_names(record),
            "asked": _asked(record),
            "left": None if record.capacity is None else max(record.capacity - record.registered, 0),
            "came": record.registrations.filter(cancelled_at=None, attended_at__isnull=False).count(),
            "waiting": SignUp.objects.waiting().filter(event=record).count(),
            "door_open": check_ins.is_open(record, timezone.now()),
            "urls": self._urls(request, record),
        }

    def _urls(self, request: HttpRequest, event: Event) -> dict[str, str]:
        """Return where the page leads, for those who may go there."""
        pages = {
            "check_in": (check_in.PERMISSION, self.url_of(event, "check-in")),
            "guests": ("contacts.view_registration", reverse("admin:contacts_registration_changelist")),
            "waiting": ("contacts.view_signup", reverse("admin:contacts_signup_changelist")),
            "food": (SEE_FOOD, self.url_of(event, "food")),
        }
        return {name: url for name, (needed, url) in pages.items() if request.user.has_perm(needed)}


def _asked(event: Event) -> list[str]:
    return [str(label) for name, label in OPTIONAL if name in event.asked]


_REGISTERED = Count("registrations", filter=Q(registrations__cancelled_at__isnull=True))
