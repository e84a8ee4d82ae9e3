"""What is carried out the moment an address is proven, since nobody has to decide about it (Art. 21(3), 7(3) GDPR)."""

import datetime as dt
from contextlib import suppress
from typing import Any

from contacts import consents, food, leaving
from contacts.activities import ContactGoneError
from contacts.addresses import keyed_hash
from contacts.days import day_of
from contacts.leaving import LeavingError
from contacts.models import PolicyVersion
from contacts.vocabulary import Channel
from dsr import closing, timeline
from dsr.models import Request
from dsr.vocabulary import Kind, Outcome, PaperKind, Step
from retention import objections

FOOD = "food"
CONSENTS = (*Channel.values, FOOD)  # what a withdrawal may be about, in the statement's `what`


def carry_out(request: Request, address: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Stop marketing to a proven, normalised address, or take consents back, and close the request as done.

    Whoever is held under the address or not: an objection is kept for it either way (P12). It is made after all else,
    since it may end the person, and with them what was said.
    """
    if request.kind == Kind.MARKETING_OBJECTION:
        _object(request, address, policy, at, by)
    else:
        _withdraw(request, address, policy, at, by)


def hear_leaving(request: Request, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Note that the people whom a request is about have left, as they say themselves: marketing stops (P4)."""
    for person in timeline.people(request):
        with suppress(LeavingError, ContactGoneError):  # known already, or reduced
            leaving.heard(person.pk, on=day_of(at, policy.zone), at=at, by=by)


def _object(request: Request, address: str, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    people = timeline.people(request)
    channels = [Channel(name) for name in _said(request, "channels") or Channel.values]
    timeline.record(request, Step.OBJECTED, at=at, by=by)
    closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    objections.object_to_marketing(
        keyed_hash(address),
        public_id=people[0].public_id if people else None,
        channels=channels,
        reason="objected on My data",
        policy=policy,
        at=at,
        by=by,
    )


def _withdraw(request: Request, address: str, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    people = timeline.people(request)
    done = 0
    for what in _said(request, "what"):
        if what == FOOD:
            done += food.withdraw(address, public_id=people[0].public_id if people else None, at=at, by=by)
        else:
            done += sum(consents.withdraw(person, Channel(what), at=at, by=by) for person in people)
    outcome = Outcome.FULFILLED if done else Outcome.NOTHING_HELD
    timeline.record(request, Step.WITHDRAWN, at=at, by=by)
    closing.close(request, outcome, policy=policy, at=at, by=by)


def _said(request: Request, name: str) -> list[str]:
    """Return what the statement lists under a name; only codes that are ours are ever put there."""
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    listed: Any = statement.data.get(name, []) if statement else []
    return [str(each) for each in listed if each in CONSENTS]
