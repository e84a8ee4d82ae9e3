"""Give people's data to a recipient: never without an agreement, a purpose and a safeguard, and never unrecorded.

Whoever sends an export, a mailing through a provider or a share to a partner calls this in the same transaction, and
puts each person's public_id beside their data: by that number alone the recipient is told later (P15, P16, L4).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from psycopg2 import sql

from contacts.base import audit
from contacts.base.days import day_of
from contacts.base.queries import composed
from contacts.models import Basis, Contact, PolicyVersion, Recipient
from contacts.permission import permission
from contacts.policy import purposes
from contacts.words.vocabulary import OWN_PURPOSES, DisclosureKind, RecipientKind, Scenario, Use


class DisclosureError(ValueError):
    """Nothing may be given; the message says why, in numbers without names."""


@dataclass(frozen=True)
class Disclosed:
    """How many people's data was given, and the number of the set."""

    people: int
    batch: uuid.UUID


@transaction.atomic
def disclose(
    people: "QuerySet[Contact, Any] | Collection[int]",
    recipient: Recipient,
    *,
    purpose: Scenario,
    kind: DisclosureKind,
    at: dt.datetime,
    by: str,
) -> Disclosed:
    """Record that these people's data goes to a recipient for a purpose that they are held for.

    Raises DisclosureError, with nothing written, where no agreement is in force that day or covers the purpose, where
    the recipient is outside the EEA without a safeguard or after an assessment that says no (Art. 44 GDPR), where
    anybody among them is not held for the purpose, restricted, frozen or reduced, or not told yet where their details
    came from (Art. 14(3)(c)), where the recipient has purposes of its own and anybody among them was told of none for
    which we share their details (Art. 13(3), 14(4)), or where it is a reseller and anybody among them objected on any
    channel (Art. 21(3)) or has left.
    """
    asked = people.values_list("pk", flat=True) if isinstance(people, QuerySet) else people
    ids, day = sorted(set(asked)), _day(at)
    registered = _check_recipient(recipient.pk, day, purpose)
    references = _lock(ids)
    _check_people(ids, registered, purpose, day)
    batch = uuid.uuid4()
    _write(ids, recipient, purpose, kind, batch, at)
    audit.record_each("contact.disclosed", references, at=at, by=by, rule=_rule(recipient))
    return Disclosed(len(ids), batch)


@transaction.atomic
def disclose_found(
    found: "QuerySet[Any, Any]",
    recipient: Recipient,
    *,
    purpose: Scenario | Subquery,
    kind: DisclosureKind,
    at: dt.datetime,
    by: str,
) -> Disclosed:
    """Record that everybody whom a query of contacts finds is given away, in a few statements however many they are.

    The purpose is one for all of them, or what `own_purpose` finds for each. The query leaves out whom `disclose` would
    refuse: it asks `permission.judged` and `held_for`; `knowing` is asked here. They are locked, and once they are, it
    is asked again, since somebody may have objected while we waited. What the disclosure is about takes its people from
    the set that is returned. Raises DisclosureError, with nothing written, as `disclose` does about the recipient.
    """
    named = purpose if isinstance(purpose, Scenario) else None
    registered = _check_recipient(recipient.pk, _day(at), named)
    given_for = Value(named.value) if named else purpose
    knowing_it = found.order_by().annotate(given_for=given_for).filter(knowing(registered, OuterRef("given_for")))
    asked, values = composed(knowing_it.values_list("pk", "given_for"))
    batch = uuid.uuid4()
    with connection.cursor() as cursor:
        values |= {"recipient": recipient.pk, "at": at, "kind": kind.value, "batch": batch}
        cursor.execute(_WRITE_FOUND.format(found=asked), values)
        written = cursor.rowcount
        cursor.execute(_TAKE_BACK.format(found=asked), values)
        people = written - cursor.rowcount
    audit.record_found("contact.disclosed", _GIVEN, values={"batch": batch}, at=at, by=by, rule=_rule(recipient))
    return Disclosed(people, batch)


def check(recipient: Recipient, day: dt.date, purpose: Scenario | None = None) -> None:
    """Raise DisclosureError where the register, as it was read, lets nobody's data go to a recipient.

    Without a purpose it is left to each person what their data goes for (`own_purpose`).
    """
    if not recipient.is_agreed(day):
        raise DisclosureError(f"Nothing was given: no agreement with {recipient} is in force.")
    if purpose and purpose not in recipient.purposes:
        raise DisclosureError(f"Nothing was given: the agreement with {recipient} does not cover this purpose.")
    if recipient.is_outside_the_eea and not recipient.safeguard:
        raise DisclosureError(f"Nothing was given: {recipient} is outside the EEA, and no safeguard is on record.")
    latest = recipient.transfer_assessments.first() if recipient.is_outside_the_eea else None
    if latest is not None and not latest.allowed:
        raise DisclosureError(f"Nothing was given: the transfer to {recipient} was assessed, and is not allowed.")


def held_for(*purposes: str) -> Exists:
    """Tell of contacts whether they are held for any of these: nobody else's data goes to a recipient for it (P15)."""
    return Exists(Basis.objects.filter(contact=OuterRef("pk"), scenario__in=purposes))


def knowing(recipient: Recipient, purpose: Any) -> Q:
    """Tell of contacts held for a purpose whether they were told that we share details for it; empty where all may be.

    What a processor does is our own use (Art. 28 GDPR), and no sharing.
    """
    told = purposes.ground(Use.SHARING) if recipient.kind in OWN_PURPOSES else Q()
    bases = Basis.objects.filter(told, contact=OuterRef("pk"), scenario=purpose)
    return Q(Exists(bases)) if told else Q()


def own_purpose(recipient: Recipient, first: Scenario) -> Subquery:
    """Return what each contact is held for that the agreement covers, `first` before the others in the policy's order.

    There is none of those who are not `held_for` any of the recipient's purposes.
    """
    order = Case(*(When(scenario=each, then=Value(place)) for place, each in enumerate([first, *Scenario])))
    covered = Basis.objects.filter(contact=OuterRef("pk"), scenario__in=recipient.purposes)
    return Subquery(covered.order_by(order).values("scenario")[:1])


def _check_recipient(recipient_id: int, day: dt.date, purpose: Scenario | None) -> Recipient:
    """Read the register as it stands, and keep it from being changed until the data is given."""
    recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=recipient_id).first()
    if recipient is None:
        raise DisclosureError("Nothing was given: this recipient is not in the register.")
    check(recipient, day, purpose)
    return recipient


_LOCK = "SELECT public_id FROM contacts_contact WHERE id = ANY(%(people)s) ORDER BY id FOR SHARE"


def _lock(ids: list[int]) -> list[uuid.UUID]:
    """Keep what is held of these people as it is until their data is given, and return their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"people": ids})
        return [public_id for (public_id,) in cursor.fetchall()]


_OBJECTED = "objected to marketing, so their details are not shared with a reseller"
_LEFT = "left their organisation, so their details are not shared with a reseller"


def _check_people(ids: list[int], recipient: Recipient, purpose: Scenario, day: dt.date) -> None:
    untold = Exists(Basis.objects.untold().filter(contact=OuterRef("pk")))
    wrong: dict[str, Any] = {
        "reduced to what the law requires": Q(minimised_on__isnull=False),
        "restricted": Q(restricted_through__gte=day),
        "frozen by a request or a claim": Q(frozen_through__gte=day),
        f"not held as {purpose.value}": ~held_for(purpose),
        "not informed yet of where we have their details from": untold,
    }
    if recipient.kind == RecipientKind.RESELLER:
        wrong[_OBJECTED] = permission.objected_to_any()
        wrong[_LEFT] = Q(left_on__isnull=False)
    if told := knowing(recipient, purpose):
        wrong["not told of a purpose for which we share their details"] = ~told
    counts = {f"wrong_{number}": Count("pk", filter=condition) for number, condition in enumerate(wrong.values())}
    found = Contact.objects.filter(pk__in=ids).aggregate(held=Count("pk"), **counts)
    numbers = {"no longer held": len(ids) - found["held"]}
    numbers |= {why: found[f"wrong_{number}"] for number, why in enumerate(wrong)}
    if any(numbers.values()):
        raise DisclosureError(_refusal(len(ids), {why: number for why, number in numbers.items() if number}))


def _refusal(asked: int, wrong: dict[str, int]) -> str:
    if asked == 1 and (said := next((why for why in (_OBJECTED, _LEFT) if why in wrong), "")):
        return f"Nothing was given. They {said}."
    if asked == 1:
        return f"Nothing was given: the person is {', '.join(wrong)}."
    told = ", ".join(f"{number} {why}" for why, number in wrong.items())
    return f"Nothing was given. Of {asked} people asked for: {told}."


_WRITE = """
    INSERT INTO contacts_disclosure (contact_id, recipient_id, at, kind, purpose, batch)
    SELECT contact_id, %(recipient)s, %(at)s, %(kind)s, %(purpose)s, %(batch)s
    FROM unnest(%(people)s::bigint[]) contact_id ORDER BY contact_id"""


def _write(
    ids: list[int], recipient: Recipient, purpose: Scenario, kind: DisclosureKind, batch: uuid.UUID, at: dt.datetime
) -> None:
    values: dict[str, Any] = {"recipient": recipient.pk, "at": at, "kind": kind.value, "purpose": purpose.value}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values | {"batch": batch, "people": ids})


# In key order, as every act locks people.
_WRITE_FOUND = sql.SQL("""
    INSERT INTO contacts_disclosure (contact_id, recipient_id, at, kind, purpose, batch)
    SELECT contact_id, %(recipient)s, %(at)s, %(kind)s, purpose, %(batch)s
    FROM ({found} ORDER BY contacts_contact.id FOR SHARE OF contacts_contact) found (contact_id, purpose)""")

_TAKE_BACK = sql.SQL("""
    DELETE FROM contacts_disclosure given WHERE batch = %(batch)s AND NOT EXISTS (
        SELECT FROM ({found}) still (contact_id, purpose)
        WHERE still.contact_id = given.contact_id AND still.purpose = given.purpose
    )""")

_GIVEN = sql.SQL("""
    SELECT contact.public_id FROM contacts_disclosure given JOIN contacts_contact contact ON contact.id = contact_id
    WHERE batch = %(batch)s""")


def _rule(recipient: Recipient) -> str:
    return f"recipient:{recipient.pk}"


def _day(at: dt.datetime) -> dt.date:
    policy = PolicyVersion.objects.in_force()
    return day_of(at, policy.zone) if policy else timezone.localdate(at)
