"""Why a person is held, and until when: in facts for programs, and in words for people."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from psycopg2 import sql

from contacts.models import Basis, Contact, PolicyVersion
from contacts.policy import promised, purposes
from contacts.words.vocabulary import Use
from retention.due import retention_schedule
from retention.models import Hold
from retention.nights.batches import stream


@dataclass(frozen=True)
class Reason:
    """A basis as it stands; `anchor` and `lapses_on` are empty while an agreement is open.

    `policy_shown` is the number of the version that the person was shown, `policy_then` of the one in force on the day
    of collection; each is empty where there is none on record (P1). `promised` is the number of the version that binds
    us towards the person, and `by_promise` says that its period is shorter than the one in force, and applies (L13).
    `waiting` has the uses that wait until the person is told of them.
    """

    scenario: str
    legal_basis: str
    clock: str
    anchor: dt.date | None
    lapses_on: dt.date | None
    policy_shown: int | None
    policy_shown_on: dt.date | None
    policy_then: int | None
    promised: int | None = None
    by_promise: bool = False
    waiting: tuple[Use, ...] = ()


@dataclass(frozen=True)
class StandingHold:
    kind: str
    reason: str
    until: dt.date | None


@dataclass(frozen=True)
class Explanation:
    """Everything that keeps one person. `email` is empty for people reduced to what a duty names."""

    email: str | None
    public_id: uuid.UUID
    keep_until: dt.date | None
    bases: list[Reason]
    holds: list[StandingHold]


def of_one(contact: Contact, *, policy: PolicyVersion, day: dt.date) -> Explanation:
    """Explain one person, as things stand on `day`."""
    return next(iter(_of_batch([contact.pk], policy, day)))


def of_everyone(*, policy: PolicyVersion, day: dt.date) -> Iterator[Explanation]:
    """Explain everyone held, a batch at a time, in the order in which they came in."""
    for ids in stream((sql.SQL("SELECT id FROM contacts_contact ORDER BY id"), {})):
        yield from _of_batch(ids, policy, day)


def leaves_by_objection(explanation: Explanation, contact: Contact, policy: PolicyVersion) -> bool:
    """Tell whether it is an objection to all marketing that sets the day on which a person goes (P12)."""
    bases, values = retention_schedule.of(policy, [contact.pk])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT scenario FROM ({}) lapse WHERE by_objection").format(bases), values)
        freed = {scenario for (scenario,) in cursor}
    last = {reason.scenario for reason in explanation.bases if reason.lapses_on == explanation.keep_until}
    return explanation.keep_until is not None and bool(freed & last)


def find(name: str) -> Contact | None:
    """Return whoever is held under a public_id or an address, or None."""
    try:
        return Contact.objects.filter(public_id=uuid.UUID(name)).first()
    except ValueError:
        return Contact.objects.by_typed_address(name).first()


def _of_batch(ids: list[int], policy: PolicyVersion, day: dt.date) -> Iterator[Explanation]:
    until = retention_schedule.kept_until(policy, ids, day)
    bases = _bases(ids, policy)
    holds = _holds(ids, day)
    people = Contact.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "email", "public_id")
    for pk, email, public_id in people:
        yield Explanation(email, public_id, until.get(pk), bases[pk], holds[pk])


def _bases(ids: list[int], policy: PolicyVersion) -> dict[int, list[Reason]]:
    query, values = retention_schedule.of(policy, ids)
    shown = _policies(ids)
    versions = {span.version.pk: span.version for span in promised.spans()}
    found: dict[int, list[Reason]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("{} ORDER BY basis.id").format(query), values)
        for contact_id, scenario, legal_basis, clock, anchor, lapses_on, _by_objection, version, by_promise in cursor:
            then = versions.get(version)
            waiting = purposes.uses_waiting(then.rule(scenario), policy.rule(scenario)) if then else ()
            policies = *shown[contact_id, scenario], then.number if then else None, by_promise, tuple(waiting)
            found[contact_id].append(Reason(scenario, legal_basis, clock, anchor, lapses_on, *policies))
    return found


def _policies(ids: list[int]) -> dict[tuple[int, str], tuple[int | None, dt.date | None, int | None]]:
    """Return for each basis the version that was shown, when, and the one in force on the day of collection."""
    bases = Basis.objects.filter(contact__in=ids).with_policy_then()
    rows = bases.values_list("contact_id", "scenario", "policy_shown__number", "policy_shown_on", "policy_then")
    return {(contact_id, scenario): tuple(policies) for contact_id, scenario, *policies in rows}


def _holds(ids: list[int], day: dt.date) -> dict[int, list[StandingHold]]:
    found: dict[int, list[StandingHold]] = defaultdict(list)
    standing = Hold.objects.standing(day).filter(contact__in=ids).order_by("pk")
    for contact_id, kind, reason, until in standing.values_list("contact_id", "kind", "reason", "until"):
        found[contact_id].append(StandingHold(kind, reason, until))
    return found
