"""The officer corrects or completes what is held: old and new are kept, recipients and the person told (Art. 16)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.base.days import day_of
from contacts.delivery import change_address_notified
from contacts.models import Contact, PolicyVersion
from contacts.people import correcting
from contacts.people.activities import ContactGoneError
from contacts.people.change_email import AddressError
from contacts.people.correcting import Change
from contacts.words.vocabulary import TrustReason
from dsr.answers import answering, closing, refusing, representation
from dsr.answers.answering import Draft
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import standing
from dsr.words.vocabulary import Kind, Outcome, PaperKind, RefusalGround, State, Step

type Values = Mapping[int, Mapping[str, str]]  # contact → field → new value; its own address as "email"


@transaction.atomic
def correct(
    request_id: int, values: Values, draft: Draft, *, refused: str = "", policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Give the people of a request their right values, tell the person, and close it.

    `refused` says in words what is not corrected, and why: then the letter names where they can turn. Raises
    RequestError where nothing would change, where a person is not among those of the request, or a value cannot be;
    MovedError where it is not open. Then nothing has changed.
    """
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.OPEN,))
    representation.check(request, day=day_of(at, policy.zone))
    standing.wait_for(request, day=day_of(at, policy.zone), at=at, by=by)
    _check(request, values)
    _apply(request, values, at, by)
    if refused.strip():
        refusing.check(request, RefusalGround.CORRECT, refused, draft, policy)
        timeline.note(request, PaperKind.REASON, refused, data={"ground": RefusalGround.CORRECT}, at=at)
        timeline.record(request, Step.REFUSED, at=at, by=by, rule=RefusalGround.CORRECT)
    answering.send(request, draft, at=at, by=by)
    outcome = Outcome.PARTLY_REFUSED if refused.strip() else Outcome.FULFILLED
    refusal = RefusalGround.CORRECT if refused.strip() else ""
    closing.close(request, outcome, refusal=refusal, policy=policy, at=at, by=by)
    return request


def changed(person: Contact, values: Mapping[str, str]) -> dict[str, str]:
    """Return those of the values that differ from what is held."""
    return {name: value for name, value in values.items() if value != str(getattr(person, name) or "")}


def _check(request: Request, values: Values) -> None:
    if request.kind != Kind.RECTIFICATION:
        raise RequestError(_("This request does not ask for a correction."))
    if set(values) - set(request.subjects.values_list("contact", flat=True)):
        raise RequestError(_("This request is not about that person."))
    if any(country not in dict(countries) for each in values.values() if (country := each.get("country"))):
        raise RequestError(_("No country has this code (ISO 3166-1, two letters)."))


def _apply(request: Request, values: Values, at: dt.datetime, by: str) -> None:
    lost = _lost(request)
    done = {pk: changes for pk in sorted(values) if (changes := _put_right(pk, values[pk], lost, at, by))}
    if not done:
        raise RequestError(_("Nothing would change: these are the details on file."))
    for changes in done.values():
        told: dict[str, Any] = {change.field: {"old": change.old, "new": change.new} for change in changes}
        timeline.note(request, PaperKind.CORRECTION, data=told, at=at)
    timeline.record(request, Step.CORRECTED, at=at, by=by)


def _lost(request: Request) -> str:
    """Return the address that the person says they read no mail at any more; empty where they say so of none."""
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    return str(statement.data.get("old_address") or "") if statement else ""


def _put_right(contact_id: int, values: Mapping[str, str], lost: str, at: dt.datetime, by: str) -> list[Change]:
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise RequestError(_("This person is no longer held."))
    fresh = changed(person, values)
    try:
        moved = _move(person, fresh.pop("email", ""), lost, at, by)
        return moved + correcting.correct(contact_id, fresh, at=at, by=by)
    except (AddressError, ContactGoneError) as refusal:
        raise RequestError(str(refusal)) from None


def _move(person: Contact, address: str, lost: str, at: dt.datetime, by: str) -> list[Change]:
    """Change the address by the act that keeps objections on it. The officer has made sure that it is theirs."""
    if not address:
        return []
    known, reached = TrustReason.OFFICER, person.email != lost
    change_address_notified.change(person.pk, address, evidence=known, reached=reached, at=at, by=by)
    return [Change("email", person.email or "", address)]
