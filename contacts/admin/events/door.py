"""Who is expected at the door of an event, as its phones show them: by name and organisation, and no more."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Contact, Event, Registration, SignUp


@dataclass(frozen=True)
class Guest:
    """One row. `since` says when the guest came, in words; empty where they have not.

    Whoever is `unproven` has not proven their address yet: `key` is then of the sign-up, else of the place.
    """

    key: str
    name: str
    last_name: str
    organisation: str
    address: str
    since: str = ""
    unproven: bool = False

    @property
    def called(self) -> tuple[str, str]:
        return self.name, self.organisation


@dataclass(frozen=True)
class Door:
    """The list of one event at one moment, which is on `day` where the company is.

    Whose details are only stored is not on it: they come in, since that is what they asked for, and nothing is noted.
    """

    event: Event
    at: dt.datetime
    day: dt.date

    def guests(self) -> list[Guest]:
        """Return everybody who may come, by their last name. Addresses stay only where they tell namesakes apart."""
        all_of_them = [*self._placed(), *self._unproven()]
        called = Counter(guest.called for guest in all_of_them)
        shown = [guest if called[guest.called] > 1 else replace(guest, address="") for guest in all_of_them]
        return sorted(shown, key=lambda guest: (guest.last_name.casefold(), guest.name))

    def people(self) -> list[uuid.UUID]:
        """Return the public ids of those on the list who have a place."""
        return list(self._named.values_list("contact__public_id", flat=True))

    def unnamed(self) -> int:
        """Return how many have a place and are not on the list."""
        return self._places.filter(contact__in=Contact.objects.restricted(self.day)).count()

    def counter(self) -> str:
        came = [*self._places.values_list("attended_at", flat=True), *self._came.values_list("arrived_at", flat=True)]
        return _("%(came)d of %(all)d are in") % {"came": len(list(filter(None, came))), "all": len(came)}

    def state(self) -> dict[str, Any]:
        """Return what the phones ask for every few seconds: who is in, and whether their list is out of date."""
        came = dict(self._named.values_list("pk", "attended_at"))
        unproven = dict(self._typed.values_list("public_id", "arrived_at"))
        both = {str(key): moment for key, moment in (came | unproven).items()}
        return {
            "in": {key: self.since(moment) for key, moment in both.items() if moment},
            "version": version(both),
            "counter": self.counter(),
        }

    def since(self, moment: dt.datetime) -> str:
        """Return when a guest came on the wall of the event, with the day where it was another."""
        there = ZoneInfo(self.event.time_zone)
        came = timezone.localtime(moment, there)
        today = came.date() == timezone.localdate(self.at, there)
        return date_format(came, "H:i" if today else "j F, H:i")

    def _placed(self) -> Iterator[Guest]:
        people = self._named.select_related("contact__organisation")
        for place in people:
            who = place.contact
            works_for = who.organisation.name if who.organisation else who.company
            since = self.since(place.attended_at) if place.attended_at else ""
            yield Guest(str(place.pk), who.display_name, who.last_name, works_for, who.email or "", since)

    def _unproven(self) -> Iterator[Guest]:
        for made in self._typed:
            name = f"{made.first_name} {made.last_name}".strip() or made.email
            since = self.since(made.arrived_at) if made.arrived_at else ""
            yield Guest(str(made.public_id), name, made.last_name, made.company, made.email, since, unproven=True)

    @property
    def _places(self) -> QuerySet[Registration]:
        return Registration.objects.filter(event=self.event, cancelled_at=None)

    @property
    def _named(self) -> QuerySet[Registration]:
        return self._places.filter(contact__in=Contact.objects.unrestricted(self.day))

    def waiting(self) -> QuerySet[SignUp]:
        """Return whose address nobody has proven yet, and who have neither come nor a place under the same one."""
        placed = self._places.filter(contact__email=OuterRef("email"))
        return self._unhidden.filter(~Exists(placed), arrived_at=None)

    @property
    def _came(self) -> QuerySet[SignUp]:
        """Those who came without a place: what they typed may be anybody's address, a guest's, too."""
        return SignUp.objects.came().filter(event=self.event)

    @property
    def _typed(self) -> QuerySet[SignUp]:
        return self.waiting() | self._unhidden.filter(arrived_at__isnull=False)

    @property
    def _unhidden(self) -> QuerySet[SignUp]:
        waiting = SignUp.objects.waiting().exclude(pk__in=SignUp.objects.overdue(self.at).values("pk"))
        hidden = Contact.objects.restricted(self.day).filter(email=OuterRef("email"))
        return waiting.filter(~Exists(hidden), event=self.event)


def version(keys: Iterable[Any]) -> str:
    """Return what changes as soon as somebody else is on a list."""
    return blake2s(" ".join(sorted(map(str, keys))).encode(), digest_size=8).hexdigest()
