"""Carry out what the officer was told by e-mail, letter or phone and nobody has to decide about: an objection to
marketing, or a consent taken back (Art. 21(3) and 7(3) GDPR, P12)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion
from dsr.answers import answering
from dsr.answers.answering import Draft
from dsr.intake import automatic_fulfilment
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import AT_ONCE, Kind, PaperKind, State


@transaction.atomic
def stop(
    request_id: int, what: Collection[str], draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Stop marketing on channels, or take consents back, for the people of a request; tell the person, and close it.

    `what` names channels, or "food" for a consent. Who is held for marketing alone may be deleted by it, and still gets
    the letter. Raises RequestError where nothing is named, nobody with an address is found, or something else was asked
    for; MovedError where the request is not open.
    """
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.OPEN,))
    if request.kind not in AT_ONCE:
        raise RequestError(_("This request asks for something else."))
    if not what or set(what) - set(said_by(request)):
        raise RequestError(_("Say what is to stop."))
    people = timeline.people(request)
    if not people:
        raise RequestError(_("Say first whom the request is about."))
    address = next((person.email for person in people if person.email), None)
    if address is None:
        raise RequestError(_("None of their records has an e-mail address any more: no marketing goes to them."))
    _note(request, what)
    answering.send(request, draft, outlasting=True, at=at, by=by)
    automatic_fulfilment.carry_out(request, address, policy=policy, at=at, by=by)
    return request


def said_by(request: Request) -> tuple[str, ...]:
    """Return what a request of this kind can be about."""
    return automatic_fulfilment.CONSENTS if request.kind == Kind.WITHDRAWAL else automatic_fulfilment.CHANNELS


def _note(request: Request, what: Collection[str]) -> None:
    name = "what" if request.kind == Kind.WITHDRAWAL else "channels"
    statement = request.papers.filter(kind=PaperKind.STATEMENT).order_by("pk").first()
    if statement is None:
        raise RequestError(_("What was asked is not on record."))
    statement.data = {**statement.data, name: sorted(what)}
    statement.save(update_fields=["data"])
