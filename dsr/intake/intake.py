"""How a request comes in: typed into our form, asked for on "My data", entered by the officer, or passed on by staff.

What is typed into the form is anybody's until the address is proven: it changes nothing for anyone. Its clock starts on
the day it was posted, and waits for the proof.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import held, retry
from contacts.base.days import day_of
from contacts.delivery.letters.parts import Letter
from contacts.models import Contact, PolicyVersion
from contacts.models.sign_ups import UNPROVEN_DAYS
from contacts.people import address_trust
from contacts.words.addresses import keyed_hash
from dsr.freeze import freezes
from dsr.intake import automatic_fulfilment, proving
from dsr.models import Enclosure, Handover, Paper, Proof, Request, Subject
from dsr.records import deadlines, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import opening
from dsr.words.vocabulary import AT_ONCE, Kind, PaperKind, Source, State, Step

_SINCE = dt.date(2018, 5, 25)  # when the GDPR began to apply (Art. 99(2))

type LetterOf = Callable[[Proof], Letter]


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: the kind, their own words, and what the kind needs to be told (`data`)."""

    kind: Kind
    words: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stranger:
    """Who asks, as far as they say: a normalised address to write to, and who they are where it is not on file."""

    address: str
    language: str
    name: str = ""
    old_address: str = ""

    @property
    def says_who(self) -> bool:
        return bool(self.name or self.old_address)


@transaction.atomic
def post(
    asked: Asked, stranger: Stranger, letter_of: LetterOf, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Take what was typed into the form, and owe the mail with the link that proves the address.

    `letter_of` makes the letter from the proof. It is the same whether or not anybody is held under the address.
    """
    day = day_of(at, policy.zone)
    request = create(asked.kind, State.UNPROVEN, Source.FORM, day, paused_since=day)
    Request.objects.filter(pk=request.pk).update(address_hash=keyed_hash(stranger.address))
    data = {"name": stranger.name, "old_address": stranger.old_address, **asked.data}
    data = {"language": stranger.language, "address": stranger.address, **data}
    timeline.note(request, PaperKind.STATEMENT, asked.words, data=data, at=at)
    timeline.record(request, Step.RECEIVED, at=at, by=by)
    _send_link(stranger, letter_of, request, at)
    return request


@transaction.atomic
def look(stranger: Stranger, letter_of: LetterOf, *, at: dt.datetime) -> None:
    """Owe the mail with a link that opens "My data" and asks for nothing else, whether or not anybody is held."""
    _send_link(stranger, letter_of, None, at)


def _send_link(stranger: Stranger, letter_of: LetterOf, request: Request | None, at: dt.datetime) -> None:
    proof = proving.begin(stranger.address, stranger.language, request=request, at=at)
    proving.send(proof, letter_of(proof), at=at)


def confirm(text: str, *, wanted: bool = True, policy: PolicyVersion, at: dt.datetime, by: str) -> Proof:
    """Take the proof of an address, and open the request that waits for it, or carry it out.

    A link that belongs to no request opens "My data" alone. So does one whose request is not `wanted`, since somebody
    else typed it: it is forgotten. So whoever is flooded with links to confirm what others typed has their own way in.
    Raises what `proving.prove` raises.
    """

    def then(proof: Proof) -> None:
        if proof.request_id and wanted:
            _open(transitions.lock(proof.request_id), proof, policy=policy, at=at, by=by)
        elif proof.request_id:
            _forget(transitions.lock(proof.request_id), proof)

    # The nightly run locks people first, and their links last.
    return retry.persist(lambda: proving.prove(text, then=then, at=at))


def _forget(request: Request, proof: Proof) -> None:
    Proof.objects.filter(pk=proof.pk).update(request=None)
    proof.request = None
    Request.objects.filter(pk=request.pk, state=State.UNPROVEN).delete()


def _open(request: Request, proof: Proof, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    day = day_of(at, policy.zone)
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    data = statement.data if statement else {}
    found = None if _is_elsewhere(data) else proof.contact or proving.likely(proof.address)
    sure = found is not None and (found == proof.contact or request.kind in AT_ONCE)
    if sure and found and is_waiting_for(found, Kind(request.kind), statement.text if statement else "", at):
        _forget(request, proof)
        return
    to = State.OPEN if sure else State.NEW
    transitions.move(request, to, among=(State.UNPROVEN,), **transitions.resumed(request, day))
    timeline.record(request, Step.PROVEN, at=at, by=by, rule=timeline.MAILBOX if found and not sure else "")
    if contested := data.get("contested"):
        address_trust.contest(uuid.UUID(contested), keyed_hash(proof.address), at=at, by=by)
    if found:
        attach(request, [found], spares=request.kind not in AT_ONCE, at=at, by=by)
    opening.open_for(request, at=at, by=by)
    whole = found is not None or not says_who(data)
    automatic_fulfilment.begin(request, proof.address, whole=whole, policy=policy, at=at, by=by)


def is_waiting_for(person: Contact, kind: Kind, words: str, at: dt.datetime) -> bool:
    """Tell whether what is asked for lies ready and unfetched: asking again leads there, and opens no new request.

    Whoever says more than that in words of their own asks for something else.
    """
    return not words.strip() and Handover.objects.unfetched(person, kind, at).exists()


def says_who(data: Mapping[str, Any]) -> bool:
    """Tell from a statement whether its person may be on file under something else than the proven address."""
    return bool(data.get("name") or data.get("old_address"))


def _is_elsewhere(data: Mapping[str, Any]) -> bool:
    """Tell whether they are on file under another address: whoever is held under the proven one is not who is meant."""
    return bool(data.get("old_address")) and data["old_address"] != data.get("address")


@transaction.atomic
def ask(
    asked: Asked, contact: Contact, *, sure: bool = True, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Take what a person asks for on "My data", where the mailbox is proven already.

    `sure` is False where nobody knows yet whether the record under it is theirs: the officer says so first.
    """
    day = day_of(at, policy.zone)
    request = create(asked.kind, State.OPEN if sure else State.NEW, Source.MY_DATA, day)
    attach(request, [contact], spares=request.kind not in AT_ONCE, at=at, by=by)
    data = dict(asked.data) if sure else {"address": contact.email, **asked.data}
    timeline.note(request, PaperKind.STATEMENT, asked.words, data=data, at=at)
    timeline.record(request, Step.RECEIVED, at=at, by=by)
    timeline.record(request, Step.PROVEN, at=at, by=by, rule="" if sure else timeline.MAILBOX)
    opening.open_for(request, at=at, by=by)
    automatic_fulfilment.begin(request, contact.email or "", whole=True, policy=policy, at=at, by=by)
    return request


@transaction.atomic
def enter(
    asked: Asked,
    *,
    source: Source,
    received_on: dt.date,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Request:
    """Enter what reached the officer by e-mail, letter or phone, as of the day on which it was received.

    Whom it is about is said next (`identity.identify`). Raises RequestError for a day that cannot be.
    """
    check_day(received_on, day_of(at, policy.zone))
    address = str(asked.data.get("address") or "")
    hashed = keyed_hash(address) if address else ""
    request = create(asked.kind, State.NEW, source, received_on, address_hash=hashed)
    timeline.note(request, PaperKind.STATEMENT, asked.words, data=dict(asked.data), at=at)
    timeline.record(request, Step.RECEIVED, at=at, by=by, rule=source)
    return request


@transaction.atomic
def pass_on(
    asked: Asked,
    contact: Contact | None,
    *,
    source: Source,
    received_on: dt.date,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Request:
    """Pass on what a member of staff was told: the officer decides, and the person is frozen at once where known.

    Raises RequestError for a day that cannot be.
    """
    check_day(received_on, day_of(at, policy.zone))
    request = create(asked.kind, State.NEW, source, received_on, passed_on_by=by)
    if contact is not None:
        attach(request, [contact], at=at, by=by)
    timeline.note(request, PaperKind.STATEMENT, asked.words, data=dict(asked.data), at=at)
    timeline.record(request, Step.PASSED_ON, at=at, by=by, rule=source)
    return request


def attach(request: Request, people: Collection[Contact], *, spares: bool = True, at: dt.datetime, by: str) -> None:
    """Say whom a request is about: its papers go with them from now on, and they are frozen until it is closed.

    `spares` is False for what is carried out in the same act, and may be the end of them. Raises RequestError where one
    of them is not held any more.
    """
    if len(freezes.lock(people)) < len({person.pk for person in people}):
        raise RequestError(_("One of these people is not on file any more. Look them up again."))
    for person in people:
        Subject.objects.get_or_create(request=request, contact=person)
    first = timeline.person(request)
    if first is None:
        return
    Paper.objects.filter(request=request, contact=None).update(contact=first)
    Enclosure.objects.filter(request=request, contact=None).update(contact=first)
    if first.address_hash:
        Request.objects.filter(pk=request.pk).update(address_hash=first.address_hash)
    if spares:
        freezes.spare(request, people, at=at, by=by)


def sweep(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete what nobody has proven for UNPROVEN_DAYS, with everything that was typed, and return how many."""
    return held.delete(Request.objects.unproven_too_long(day_of(at, policy.zone), UNPROVEN_DAYS))


def create(kind: Kind, state: State, source: Source, received_on: dt.date, **fields: Any) -> Request:
    """Open the record of a request, with its dates; for the acts that take one in."""
    due = deadlines.deadline(received_on)
    return Request.objects.create(
        kind=kind,
        state=state,
        source=source,
        received_on=received_on,
        safe_on=due.safe_on,
        legal_on=due.legal_on,
        **fields,
    )


def check_day(received_on: dt.date, day: dt.date) -> None:
    """Raise RequestError where nothing can have been received on that day, as seen on `day`."""
    if received_on > day:
        raise RequestError(_("A request cannot have been received on a day to come."))
    if received_on < _SINCE:
        raise RequestError(_("Nobody had these rights before 25 May 2018. Look at the year."))
