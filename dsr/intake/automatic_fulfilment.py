"""What is carried out the moment an address is proven, since nobody has to decide about it (Art. 21(3), 7(3) GDPR)."""

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from contacts.base.days import day_of
from contacts.events import dietary
from contacts.models import Contact, PolicyVersion
from contacts.people import left_organisation
from contacts.people.activities import ContactGoneError
from contacts.people.left_organisation import LeavingError
from contacts.permission import consents
from contacts.words.addresses import keyed_hash, mailbox_hash
from contacts.words.vocabulary import Channel
from dsr.answers import closing
from dsr.freeze import freezes, suppress_requester
from dsr.models import Request, Subject
from dsr.records import timeline
from dsr.words.vocabulary import AT_ONCE, Kind, Outcome, PaperKind, Source, Step
from retention.lapses import objections

FOOD = "food"
CHANNELS = tuple(Channel.values)  # what an objection may be about, in the statement's `channels`
CONSENTS = (*Channel.values, FOOD)  # what a withdrawal may be about, in the statement's `what`

# What ended so says nothing any more; the request that a duplicate was answered with speaks for both.
_UNSAID = (Outcome.MISTAKEN, Outcome.WITHDRAWN, Outcome.DUPLICATE)


def begin(request: Request, address: str, *, whole: bool, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Do what needs nobody's decision once the normalised address is proven from which something is asked.

    `whole` says that nobody is to be looked for under another address or name: then what is carried out at once is done
    with. Else an objection, or a consent withdrawn, holds for the proven address, and the request stands.
    """
    if request.kind in AT_ONCE and whole:
        carry_out(request, address, policy=policy, at=at, by=by)
    elif request.kind == Kind.MARKETING_OBJECTION:
        timeline.record(request, Step.OBJECTED, at=at, by=by)
        _stop({(keyed_hash(address), mailbox_hash(address)): None}, list(Channel), request, policy, at, by)
    elif request.kind == Kind.WITHDRAWAL:
        _stop({(keyed_hash(address), mailbox_hash(address)): None}, _withdrawn(request), request, policy, at, by)
    elif request.kind == Kind.ERASURE:
        suppress_requester.mute(request, address, day=day_of(at, policy.zone), at=at, by=by)
    elif request.kind == Kind.LEAVER:
        hear_leaving(request, day=day_of(at, policy.zone), at=at, by=by)


def identified(request: Request, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Do so for whom the officer has found, as far as it can be undone: they may turn out to be somebody else."""
    if request.kind == Kind.LEAVER:
        hear_leaving(request, day=day, at=at, by=by)


def carry_out(request: Request, address: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Stop marketing to a proven, normalised address, or take consents back, and close the request as done.

    Whoever is held under the address or not: an objection is kept for it either way (P12). It is made after all else,
    since it may end the person, and with them what was said.
    """
    if request.kind == Kind.MARKETING_OBJECTION:
        _object(request, address, policy, at, by)
    else:
        _withdraw(request, address, policy, at, by)


def hear_leaving(request: Request, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Note that the people whom a request is about have left, as they say themselves: marketing stops (P4)."""
    for person in timeline.people(request):
        with suppress(LeavingError, ContactGoneError):  # known already, or reduced
            left_organisation.heard(person.pk, on=day, at=at, by=by)


def take_back_leaving(contact_ids: Collection[int], *, at: dt.datetime, by: str) -> None:
    """Forget that people have left, where no request says so (any more)."""
    said = Subject.objects.filter(contact__in=contact_ids, request__kind=Kind.LEAVER)
    said = said.exclude(request__outcome__in=_UNSAID)
    for contact_id in sorted(set(contact_ids) - set(said.values_list("contact", flat=True))):
        left_organisation.take_back(contact_id, at=at, by=by)


def _object(request: Request, address: str, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    people, known = timeline.people(request), suppress_requester.known(request, address)
    channels = [Channel(name) for name in _said(request, "channels") or Channel.values]
    timeline.record(request, Step.OBJECTED, at=at, by=by)
    closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    _free(people, policy, at, by)
    _stop(known, channels, request, policy, at, by)


def _free(people: list[Contact], policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """End the freeze that has stood where the officer carries it out: whoever is to go, goes today."""
    freezes.release(people, day=day_of(at, policy.zone) - dt.timedelta(days=1), at=at, by=by)


def _stop(
    known: suppress_requester.Addresses,
    channels: Collection[Channel],
    request: Request,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    for (address_hash, box), public_id in known.items():
        objections.object_to_marketing(
            address_hash,
            mailbox_hash=box,
            public_id=public_id,
            channels=channels,
            reason=_heard(request),
            policy=policy,
            at=at,
            by=by,
        )


def _withdraw(request: Request, address: str, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Take consents back; marketing on their channels stops with them, as by an objection (L14)."""
    people, known = timeline.people(request), suppress_requester.known(request, address)
    channels = _withdrawn(request)
    done = FOOD in _said(request, "what") and _withdraw_food(address, people, at, by)
    timeline.record(request, Step.WITHDRAWN, at=at, by=by)
    closing.close(request, Outcome.FULFILLED if done or channels else Outcome.NOTHING_HELD, policy=policy, at=at, by=by)
    _free(people, policy, at, by)
    for person in people:
        for channel in channels:
            consents.withdraw(person, channel, reason=_heard(request), day=day_of(at, policy.zone), at=at, by=by)
    if channels:
        _stop(known, channels, request, policy, at, by)


def _withdrawn(request: Request) -> list[Channel]:
    """Return the channels on which a consent is withdrawn."""
    return [Channel(name) for name in _said(request, "what") if name != FOOD]


def _withdraw_food(address: str, people: list[Contact], at: dt.datetime, by: str) -> bool:
    """Take it back for the address, and for each record of the person, whichever of their addresses it is under."""
    known = {address: None} | {person.email: person.public_id for person in people if person.email}
    return sum(dietary.withdraw(each, public_id=who, at=at, by=by) for each, who in known.items()) > 0


# How an objection was heard that did not come by our own pages; as on the page of a person.
_HEARD = {
    Source.EMAIL: "told us by e-mail",
    Source.POST: "told us by letter",
    Source.PHONE: "told us by phone",
    Source.IN_PERSON: "told us in person",
}


def _heard(request: Request) -> str:
    said = "withdrawn on My data" if request.kind == Kind.WITHDRAWAL else "objected on My data"
    return _HEARD.get(Source(request.source), said)


def _said(request: Request, name: str) -> list[str]:
    """Return what the statement lists under a name; only codes that are ours are ever put there."""
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    listed: Any = statement.data.get(name, []) if statement else []
    return [str(each) for each in listed if each in CONSENTS]
