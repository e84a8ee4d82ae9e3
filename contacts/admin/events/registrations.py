"""The guests of an event, to read and to search; a guest who rings gives up their place here."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.people import name_of, visible_to
from contacts.events import places
from contacts.events.places import PlaceError
from contacts.models import Contact, Event, Registration
from contacts.outbox import wake_worker


class GiveUpForm(ActForm):
    refusals = (PlaceError,)
    explanation = gettext_lazy(
        "The place is free for somebody else. The guest's dietary needs are deleted at once, and they are told by mail."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        places.give_up(self.record.pk, at=at, by=by)
        wake_worker.nudge()
        return _("The place is free again.")


@admin.register(Registration)
class RegistrationAdmin(RecordAdmin):
    heading = gettext_lazy("Guests")
    empty_text = gettext_lazy("Whoever signs up for an event and confirms their address stands here.")
    lists_people = True
    narrowed_by = ("event",)
    page_template = "staff/registration.html"
    list_before_template = "staff/registration_list_before.html"
    list_display = ("name", "organisation", "e_mail", "event", "registered", "state")
    list_display_links = ("name",)
    list_select_related = ("contact__organisation", "event")
    search_fields = ("contact__first_name__icontains", "contact__last_name__icontains", "contact__email__iexact")
    search_help_text = gettext_lazy("First or last name, or a whole e-mail address")
    ordering = ("-registered_at", "-pk")
    acts = (
        Act(
            "give-up",
            gettext_lazy("Give up the place"),
            "contacts.check_in",
            GiveUpForm,
            "event_busy",
            grave=True,
            offered=lambda place: place.cancelled_at is None and place.attended_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out those whom the officer alone sees: they count as guests, and their names stand nowhere (L6)."""
        people = visible_to(request.user, Contact.objects.all())
        places: Any = super().get_queryset(request).select_related("contact__organisation", "event")
        return places.filter(contact__in=people).annotate(public_id=F("contact__public_id"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        number = request.GET.get("event", "")
        event = Event.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
        hidden = self._hidden(request, event) if event else 0
        return super().changelist_view(request, {**(extra_context or {}), "event": event, "hidden": hidden})

    def title_of(self, record: Any) -> str:
        return name_of(record.contact)

    def shows(self, record: Any) -> Iterable[uuid.UUID]:
        return [record.public_id]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        person = reverse("admin:contacts_contact_change", args=[record.public_id])
        return {"person_url": person if request.user.has_perm("contacts.view_contact") else ""}

    @display(description=gettext_lazy("name"))
    def name(self, place: Registration) -> str:
        return self.title_of(place)

    @display(description=gettext_lazy("organisation"))
    def organisation(self, place: Registration) -> str:
        who = place.contact
        return who.organisation.name if who.organisation else who.company or "–"

    @display(description=gettext_lazy("e-mail"))
    def e_mail(self, place: Registration) -> str:
        return place.contact.email or ""

    @display(description=gettext_lazy("registered on"))
    def registered(self, place: Registration) -> str:
        return date_format(timezone.localtime(place.registered_at))

    @display(description=gettext_lazy("state"), label={"came": "success", "gave_up": "danger", "has_place": None})
    def state(self, place: Registration) -> tuple[str, str]:
        if place.attended_at:
            return "came", _("came")
        return ("gave_up", _("gave up the place")) if place.cancelled_at else ("has_place", _("has a place"))

    def _hidden(self, request: HttpRequest, event: Event) -> int:
        shown = self.get_queryset(request).filter(event=event)
        return Registration.objects.filter(event=event).exclude(pk__in=shown.values("pk")).count()
