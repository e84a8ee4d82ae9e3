"""Place, extend and end holds. Each act locks the person first, so that a run under way decides before or after it."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from contacts.base import audit
from contacts.base.days import day_of
from contacts.journal import writing
from contacts.models import Contact, PolicyVersion
from contacts.people import empty_organisations, erasure
from contacts.words.categories import Category
from contacts.words.journal import JournalAct
from retention.holds import bookkeeping, derived_holds
from retention.models import REASONS, Hold, HoldKind, HoldReason, Rule, default_keeps


class HoldError(ValueError):
    """What was asked for cannot be; the message says why."""


def place(
    contact: Contact,
    kind: str,
    reason: str,
    *,
    until: dt.date | None,
    legal_reference: str = "",
    keeps: Collection[str] = (),
    at: dt.datetime,
    by: str,
) -> Hold:
    """Place a hold, or renew the one of the same kind and reason.

    `until` is its last day, or None for a hold without an end. Raises HoldError where the person is no longer held, and
    where the reason does not fit the kind or has an act of its own.
    """
    if reason not in REASONS[HoldKind(kind)]:
        raise HoldError(gettext("This reason does not fit this kind of hold."))
    if reason == HoldReason.BOOKKEEPING:
        raise HoldError(gettext("The last day of a duty for bookkeeping follows from the financial year."))
    told = {"until": until, "legal_reference": legal_reference, "financial_year_ended_on": None}
    return _place(contact, HoldKind(kind), HoldReason(reason), told, keeps, at=at, by=by)


def keep_for_bookkeeping(
    contact: Contact,
    year_ended_on: dt.date,
    *,
    legal_reference: str = "",
    keeps: Collection[str] = (),
    at: dt.datetime,
    by: str,
) -> Hold:
    """Place or renew the duty to keep accounting information of a financial year, whose last day follows (L9).

    Raises HoldError where the person is no longer held.
    """
    until = bookkeeping.last_day(year_ended_on)
    told = {"until": until, "legal_reference": legal_reference, "financial_year_ended_on": year_ended_on}
    return _place(contact, HoldKind.DUTY, HoldReason.BOOKKEEPING, told, keeps, at=at, by=by)


@transaction.atomic
def end(hold: Hold, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Make `day` the last day of a hold; the run on the day after deals with the person.

    Raises HoldError where the hold has ended before that day already.
    """
    locked = _lock(hold.contact_id)
    ended = Hold.objects.standing(day).filter(pk=hold.pk).update(until=day)
    if not ended:
        raise HoldError(gettext("This hold has ended already."))
    derived_holds.settle([hold.contact_id])
    hold.until = day
    _journal(hold, locked, JournalAct.RELEASED, at)
    audit.record("hold.ended", at=at, by=by, public_id=hold.contact.public_id, rule=f"{hold.kind}:{hold.reason}")


@transaction.atomic
def _place(
    contact: Contact,
    kind: HoldKind,
    reason: HoldReason,
    told: dict[str, Any],
    keeps: Collection[str],
    *,
    at: dt.datetime,
    by: str,
) -> Hold:
    locked = _lock(contact.pk)
    kept = [word for word in keeps if word != Category.EMAIL] or default_keeps()
    anew = {**told, "keeps": kept, "placed_at": at, "closed_on": None}
    hold, _ = Hold.objects.update_or_create(contact=contact, kind=kind, reason=reason, defaults=anew)
    audit.record("hold.placed", at=at, by=by, public_id=contact.public_id, rule=f"{kind}:{reason}")
    derived_holds.settle([contact.pk])
    _journal(hold, locked, JournalAct.FROZEN, at)
    _narrow(locked, at, by)
    return hold


def _lock(contact_id: int) -> Contact:
    contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
    if contact is None:
        raise HoldError(gettext("This person is no longer held."))
    return contact


def _journal(hold: Hold, contact: Contact, act: JournalAct, at: dt.datetime) -> None:
    """Have the journal know of a freeze. A duty is not the person's wish, and only keeps: staff place it again."""
    if hold.kind == HoldKind.FREEZE:
        until = hold.until.isoformat() if hold.until else None
        writing.write(act, [contact.public_id], at=at, reason=hold.reason, until=until)


def _narrow(contact: Contact, at: dt.datetime, by: str) -> None:
    """Where a person was reduced already and a duty now names less, keep no more than that."""
    policy = PolicyVersion.objects.in_force()
    if contact.minimised_on is None or policy is None:
        return
    day = day_of(at, policy.zone)
    standing = Hold.objects.standing(day).filter(contact=contact)
    if standing.filter(kind=HoldKind.FREEZE).exists() or not standing.exists():
        return
    for keeps in standing.by_keeps([contact.pk]):
        people = {contact.pk: contact.public_id}
        erasure.minimise(people, keeps, day=contact.minimised_on, at=at, by=by, rule=Rule.HOLD, journaled=False)
    empty_organisations.notice([contact.organisation_id] if contact.organisation_id else [])
