"""What "My data" says of a person: what we hold and why, until when, what they get, and what they have asked for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.events import dietary
from contacts.models import Contact, SignUp
from contacts.outbox import links
from contacts.people import suppressions, tombstones
from contacts.views import channels, topics, typed
from contacts.words.addresses import every_hash, keyed_hash, known
from contacts.words.vocabulary import Channel
from dsr.intake import asking
from dsr.models import Handover, Request, Requests
from dsr.package import periods
from dsr.package.people import Person
from dsr.records import requesters
from dsr.views import wishes
from dsr.views.visits import Door
from dsr.words.vocabulary import STANDING, Kind, State

MOST_REQUESTS = 50


@dataclass(frozen=True)
class Row:
    """A request as its person sees it. `due` is when we answer, or when it was closed."""

    number: str
    label: str
    state: str
    due: str
    standing: bool


def of_person(door: Door, contact: Contact) -> dict[str, Any]:
    """Return everything for the page of somebody who is held. The visitor's language is active."""
    asked = asked_by(door)
    return {
        "contact": contact,
        "details": _details(contact),
        "questions": typed.waiting(contact, door.visit.policy, door.at),
        **_kept(door, contact, asked),
        **_channels(door, contact),
        "topics": topics.of_person(contact, door.visit.language),
        "food": [note.registration.event.title for note in _food(contact) if note.registration],
        "has_food": _food(contact).exists(),
        "requests": rows(asked[:MOST_REQUESTS]),
        "wishes": _wishes(asked),
        "packages": _packages(door, contact),
        "restricted": contact.restricted_through is not None and contact.restricted_through >= door.day,
    }


def of_nobody(door: Door) -> dict[str, Any]:
    """Return what there is to say under an address that nobody is held by."""
    objected = suppressions.of_address(door.proof.address)
    return {
        "objected_on": objected.aggregate(since=Min("since"))["since"],
        "erased": tombstones.standing(known(door.proof.address), day=door.day),
        "all_stopped": objected.values("channel").distinct().count() == len(Channel),
        "typed": SignUp.objects.waiting().filter(email=door.proof.address).exists(),
        "requests": rows(asked_by(door)[:MOST_REQUESTS]),
    }


def is_unproven(door: Door) -> bool:
    """Tell whether the address is on a record that is not known to be the visitor's."""
    return Contact.objects.of_unproven_address(keyed_hash(door.proof.address)).exists()


def of_unproven(door: Door) -> dict[str, Any]:
    """Return what there is to say to the reader of a record's address, who may be somebody else."""
    asked, objected = asked_by(door), suppressions.of_address(door.proof.address)
    standing = {request.kind: request for request in asked.standing()}
    offered = [(wish, standing.get(wish.code)) for wish in wishes.on_my_data()]
    return {
        "all_stopped": objected.values("channel").distinct().count() == len(Channel),
        "requests": rows(asked[:MOST_REQUESTS]),
        "wishes": offered if door.likely else [],
    }


def asked_by(door: Door) -> Requests:
    """Return what the owner of a proven address has asked for, the latest first.

    What is kept of requests whose person was deleted is found by the keyed hash, while nobody else is held under it
    (`requesters`). What waits for a proof may be anybody's, and where somebody is on file who is not known to be the
    visitor, so may be what was not asked from here.
    """
    held = [door.contact.pk] if door.contact else []
    mine = requesters.asked_by(every_hash(door.proof.address), held) | Q(proofs=door.proof)
    if is_unproven(door):
        mine &= asking.asked_from(door.proof.address) | Q(proofs=door.proof)
    return Request.objects.filter(mine).exclude(state=State.UNPROVEN).distinct().order_by("-pk")


def rows(requests: Any) -> list[Row]:
    return [
        Row(
            request.number,
            wishes.of(request.kind).label,
            wishes.state(request.state),
            _due(request),
            standing=request.state in STANDING,
        )
        for request in requests
    ]


def _packages(door: Door, contact: Contact) -> list[tuple[Handover, str]]:
    """Return what they may fetch, each with its last day."""
    zone = door.visit.policy.zone
    ready = Handover.objects.ready(contact, door.at)
    return [(package, date_format(package.last_day(zone), "DATE_FORMAT")) for package in ready]


def _due(request: Request) -> str:
    if request.state == State.CLOSED:
        closed = date_format(request.closed_on, "DATE_FORMAT") if request.closed_on else ""
        return _("%(outcome)s, on %(day)s") % {"outcome": wishes.outcome(request.outcome), "day": closed}
    if request.state == State.ASKED:
        return _("The deadline is paused until you answer")
    return _("We answer by %s") % date_format(request.safe_on, "DATE_FORMAT")


def _wishes(asked: Requests) -> list[tuple[wishes.Wish, Request | None]]:
    """Return what can be asked for, each with the request that is being answered already, if one is."""
    standing = {request.kind: request for request in asking.being_answered(asked)}
    return [(wish, standing.get(wish.code)) for wish in wishes.on_my_data()]


def _kept(door: Door, contact: Contact, asked: Requests) -> dict[str, Any]:
    who = Person((contact.pk,), (contact.public_id,), (contact.email or "",), ())
    kept = periods.kept(who, policy=door.visit.policy, language=door.visit.language, day=door.day)
    return {
        "until_when": _to_be_deleted(asked) or periods.sentence(kept, door.day),
        "reasons": kept.reasons,
        "holds": [periods.held_by(hold) for hold in kept.holds],
    }


def _to_be_deleted(asked: Requests) -> str:
    """Return by when we answer whoever has asked to be deleted; empty where nobody has."""
    erasure = asking.being_answered(asked).filter(kind=Kind.ERASURE).first()
    text = _("You have asked us to delete what we hold about you. We answer by %s.")
    return text % date_format(erasure.safe_on, "DATE_FORMAT") if erasure else ""


def _channels(door: Door, contact: Contact) -> dict[str, Any]:
    lines = channels.of_person(contact, policy=door.visit.policy, day=door.day)
    return {"lines": lines, "can_stop": any(line.stop for line in lines), "stop": links.stop(contact)}


def _food(contact: Contact) -> QuerySet[Any]:
    return dietary.of_address(contact.email or "").select_related("registration__event").order_by("pk")


def _details(contact: Contact) -> list[tuple[str, str]]:
    """Return what is on file, with a dash for what is not."""
    organisation = contact.organisation.name if contact.organisation else contact.company
    postal = ", ".join(filter(None, (contact.address, contact.postal_code, contact.city)))
    return [
        (_("Name"), f"{contact.first_name} {contact.last_name}".strip()),
        (_("Your role"), contact.job_title),
        (_("Phone"), contact.phone),
        (_("E-mail"), contact.email or ""),
        (_("Company"), organisation),
        (_("Postal address"), postal),
        (_("Country"), str(countries.name(contact.country) or contact.country)),
        (_("Last activity"), date_format(contact.last_activity_on) if contact.last_activity_on else ""),
    ]
