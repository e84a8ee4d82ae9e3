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
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts import audit
from contacts.days import day_of
from contacts.models import Basis, Contact, PolicyVersion, Recipient
from contacts.vocabulary import DisclosureKind, Scenario


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
    the recipient is outside the EEA without a safeguard (Art. 44 GDPR), and where anybody among them is not held for
    the purpose, restricted, frozen or reduced, or not told yet where their details came from (Art. 14(3)(c)).
    """
    asked = people.values_list("pk", flat=True) if isinstance(people, QuerySet) else people
    ids, day = sorted(set(asked)), _day(at)
    _check_recipient(recipient.pk, purpose, day)
    references = _lock(ids)
    _check_people(ids, purpose, day)
    batch = uuid.uuid4()
    _write(ids, recipient, purpose, kind, batch, at)
    audit.record_each("contact.disclosed", references, at=at, by=by, rule=f"recipient:{recipient.pk}")
    return Disclosed(len(ids), batch)


def _check_recipient(recipient_id: int, purpose: Scenario, day: dt.date) -> None:
    """Read the register as it stands, and keep it from being changed until the data is given."""
    recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=recipient_id).first()
    if recipient is None:
        raise DisclosureError("Nothing was given: this recipient is not in the register.")
    if not recipient.is_agreed(day):
        raise DisclosureError(f"Nothing was given: no agreement with {recipient} is in force.")
    if purpose not in recipient.purposes:
        raise DisclosureError(f"Nothing was given: the agreement with {recipient} does not cover this purpose.")
    if recipient.is_outside_the_eea and not recipient.safeguard:
        raise DisclosureError(f"Nothing was given: {recipient} is outside the EEA, and no safeguard is on record.")


def _lock(ids: list[int]) -> list[uuid.UUID]:
    """Keep what is held of these people as it is until their data is given, and return their numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_id FROM contacts_contact WHERE id = ANY(%s) ORDER BY id FOR SHARE", [ids])
        return [public_id for (public_id,) in cursor.fetchall()]


def _check_people(ids: list[int], purpose: Scenario, day: dt.date) -> None:
    bases = Basis.objects.filter(contact=OuterRef("pk"))
    wrong: dict[str, Any] = {
        "reduced to what the law makes us keep": Q(minimised_on__isnull=False),
        "restricted": Q(restricted_through__gte=day),
        "frozen by a request or a claim": Q(frozen_through__gte=day),
        f"not held as {purpose.value}": ~Exists(bases.filter(scenario=purpose)),
        "not told yet where we have their details from": Exists(bases.untold()),
    }
    counts = {f"wrong_{number}": Count("pk", filter=condition) for number, condition in enumerate(wrong.values())}
    found = Contact.objects.filter(pk__in=ids).aggregate(held=Count("pk"), **counts)
    numbers = {"no longer held": len(ids) - found["held"]}
    numbers |= {why: found[f"wrong_{number}"] for number, why in enumerate(wrong)}
    if any(numbers.values()):
        told = ", ".join(f"{number} {why}" for why, number in numbers.items() if number)
        raise DisclosureError(f"Nothing was given. Of {len(ids)} people asked for: {told}.")


_WRITE = """
    INSERT INTO contacts_disclosure (contact_id, recipient_id, at, kind, purpose, batch)
    SELECT contact_id, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) contact_id ORDER BY contact_id"""


def _write(
    ids: list[int], recipient: Recipient, purpose: Scenario, kind: DisclosureKind, batch: uuid.UUID, at: dt.datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [recipient.pk, at, kind.value, purpose.value, batch, ids])


def _day(at: dt.datetime) -> dt.date:
    policy = PolicyVersion.objects.in_force()
    return day_of(at, policy.zone) if policy else timezone.localdate(at)
