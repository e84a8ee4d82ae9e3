"""Why we hold a person and until when, said to that person: each reason with its day, and what keeps them beyond.

The same facts as in `retention.forecasts.explain`; its words speak about the person, and these to them.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.models import Basis, PolicyVersion
from contacts.policy import policy_words, promised, purposes
from contacts.words.vocabulary import Clock, LegalBasis
from dsr.package import naming
from dsr.package.people import Person
from retention.due import retention_schedule
from retention.models import Hold, HoldKind


@dataclass(frozen=True)
class Reason:
    """One basis. `lapses_on` is empty while an agreement is open; `by_objection` where an objection sets the day.

    `policy_shown` is the number of the version that the person was shown, `policy_then` of the one in force on the day
    of collection; each is empty where there is none on record. `waiting` has the purposes that wait until the person
    is told of them (L13).
    """

    scenario: str
    legal_basis: str
    clock: str
    anchor: dt.date | None
    lapses_on: dt.date | None
    by_objection: bool
    collected_on: dt.date
    source: str
    source_kind: str
    policy_shown: int | None
    policy_shown_on: dt.date | None
    policy_then: int | None
    title: str
    until: str
    waiting: list[str]

    @property
    def ground(self) -> str:
        return str(LegalBasis(self.legal_basis).label)

    @property
    def came_from(self) -> str:
        who = naming.choices("contacts.Basis", "source_kind")[self.source_kind]
        return f"{who} ({self.source})" if self.source else who

    @property
    def since(self) -> str:
        return full(self.collected_on)


@dataclass(frozen=True)
class Kept:
    """Everything that keeps one person. `until` is the day of the run that deletes them, where one is set."""

    reasons: list[Reason]
    holds: list[Hold]
    until: dt.date | None


def kept(who: Person, *, policy: PolicyVersion, language: str, day: dt.date) -> Kept:
    """Return what keeps a person as things stand on `day`, in the language, which is active."""
    ids = list(who.contact_ids)
    days = retention_schedule.kept_until(policy, ids, day).values()
    last = None if None in days else max((known for known in days if known), default=None)
    standing = Hold.objects.standing(day).filter(contact__in=ids).order_by("pk")
    return Kept(_reasons(ids, policy, language), list(standing), last)


def sentence(found: Kept, day: dt.date) -> str:
    """Return when the person is deleted, as far as that is known."""
    if found.until is None:
        return _("No day is set yet on which we delete your details: below is what has to happen first.")
    if found.until <= day:
        return _("We delete your details in the next nightly run.")
    text = (
        _("Without new activity of yours we delete your details on %s.")
        if _moves(found)
        else _("We delete your details on %s.")
    )
    return text % full(found.until)


def held_by(hold: Hold) -> str:
    """Return why a hold keeps a person, and until when."""
    reason = naming.choices("retention.Hold", "reason")[hold.reason]
    if hold.kind == HoldKind.DUTY:
        text = _("By law we must keep a part of your details (%(reason)s), %(until)s.")
    else:
        text = _("We delete nothing because of %(reason)s, %(until)s.")
    until = _("through %s") % full(hold.until) if hold.until else _("until it ends")
    return text % {"reason": f"{reason}: {hold.legal_reference}" if hold.legal_reference else reason, "until": until}


def full(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


def _moves(found: Kept) -> bool:
    last = [reason for reason in found.reasons if reason.lapses_on == found.until]
    return any(reason.clock == Clock.LAST_ACTIVITY and not reason.by_objection for reason in last)


def _reasons(ids: list[int], policy: PolicyVersion, language: str) -> list[Reason]:
    bases = Basis.objects.filter(contact__in=ids).select_related("policy_shown").with_policy_then()
    said = {(basis.contact_id, basis.scenario): basis for basis in bases}
    query, values = retention_schedule.of(policy, ids)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("{} ORDER BY basis.id").format(query), values)
        rows = cursor.fetchall()
    versions = {span.version.pk: span.version for span in promised.spans()}
    return [_reason(said[row[0], row[1]], row, versions, policy, language) for row in rows]


def _reason(
    basis: Any, row: tuple[Any, ...], versions: dict[int, PolicyVersion], policy: PolicyVersion, language: str
) -> Reason:
    _contact_id, scenario, legal_basis, clock, anchor, lapses_on, by_objection, version, by_promise = row
    then = versions.get(version, policy)
    binding = then if by_promise else policy
    promise = policy_words.promise(policy.rule(scenario), language)
    return Reason(
        scenario,
        legal_basis,
        clock,
        anchor,
        lapses_on,
        by_objection,
        basis.collected_on,
        basis.source,
        basis.source_kind,
        basis.policy_shown.number if basis.policy_shown else None,
        basis.policy_shown_on,
        basis.policy_then,
        promise.title,
        _until(clock, lapses_on, policy_words.kept(binding.rule(scenario)), by_objection=by_objection)
        + (_promised(binding, policy, scenario) if by_promise else ""),
        purposes.waiting(then.rule(scenario), policy.rule(scenario), language),
    )


def _promised(binding: PolicyVersion, policy: PolicyVersion, scenario: str) -> str:
    """Say which period applies to the person, and why, where it is not the one in force (L13)."""
    text = _(
        "; we go by the period of version %(old)d of our policy (%(period)s), since nothing on record says that you"
        " were told of the longer one in version %(new)d"
    )
    kept = policy_words.kept(binding.rule(scenario))
    return text % {"period": kept, "old": binding.number, "new": policy.number}


def _until(clock: str, lapses_on: dt.date | None, rule: str, *, by_objection: bool) -> str:
    if lapses_on is None:
        return rule
    if by_objection:
        return _("%s, since you objected to all marketing") % full(lapses_on)
    if clock == Clock.LAST_ACTIVITY:
        return _("%s, or later if you do something new with us") % full(lapses_on)
    return full(lapses_on)
