"""By which anchors a basis is over: under the policy in force, and under a shorter promise made before (L13).

Months are counted once from the anchor, so that of two periods on one clock the one of fewer months is the shorter, and
its latest due anchor the later. The clock that runs is stored, a basis's own or its organisation's. Where a promise has
another clock, its anchor is read from the facts that clock is made of: no day is stored for it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Q
from psycopg2 import sql

from contacts.models import PolicyVersion
from contacts.policy import promised
from contacts.policy.promised import Key, Promised, Span
from contacts.words.vocabulary import AgreementState, Clock
from retention.due.months import latest_due_anchor


class Anchor(Enum):
    """What a period is counted from: the clock that runs, or one that a promise had and that runs no more."""

    OWN = "the basis's own clock"
    SHARED = "its organisation's clock"
    COLLECTED = "the collection"
    ACTIVE = "the last activity"
    UNAGREED = "the collection, without an agreement"
    AGREED = "the end of the last agreement"


_OF_ORGANISATIONS = {Anchor.SHARED, Anchor.UNAGREED, Anchor.AGREED}

_DAYS = {
    Anchor.OWN: sql.SQL("basis.clock_from"),
    Anchor.SHARED: sql.SQL("organisation.agreements_ended_on"),
    Anchor.COLLECTED: sql.SQL("basis.collected_on"),
    Anchor.ACTIVE: sql.SQL("GREATEST(contact.last_activity_on, basis.collected_on)"),
    Anchor.UNAGREED: sql.SQL("basis.collected_on"),
    Anchor.AGREED: sql.SQL("organisation.agreements_ended_on"),
}

# Which bases have it at all. None of these is true of a basis of which another of its clock is.
_ONLY = {
    Anchor.SHARED: sql.SQL("basis.clock_from IS NULL AND "),
    Anchor.UNAGREED: sql.SQL("COALESCE(organisation.agreement_state, {none}) = {none} AND ").format(
        none=sql.Literal(AgreementState.NONE.value)
    ),
}


# The same, where no day says so.
_HAS = {
    Anchor.OWN: sql.SQL("basis.clock_from IS NOT NULL AND "),
    Anchor.AGREED: sql.SQL("organisation.agreement_state <> {} AND ").format(sql.Literal(AgreementState.NONE.value)),
}


@dataclass(frozen=True)
class Term:
    """That an anchor lies on `latest`, or before: then its period is over."""

    anchor: Anchor
    latest: dt.date

    def as_sql(self) -> sql.Composed:
        only = _ONLY.get(self.anchor, sql.SQL(""))
        return sql.SQL("{}{} <= {}").format(only, _DAYS[self.anchor], sql.Literal(self.latest))

    def not_yet(self) -> sql.Composed:
        """Return that there is such a period, and it is not over: while an agreement is open, it has not begun."""
        only, day = _HAS.get(self.anchor, _ONLY.get(self.anchor, sql.SQL(""))), _DAYS[self.anchor]
        return sql.SQL("{}({day} > {} OR {day} IS NULL)").format(only, sql.Literal(self.latest), day=day)

    def unless(self, other: "Term") -> sql.Composed:
        """Return that the other is not true, where this is: of the same anchor, it lies after the other's days."""
        if other.anchor == self.anchor:
            return sql.SQL("{} > {}").format(_DAYS[self.anchor], sql.Literal(other.latest))
        return sql.SQL("({}) IS NOT TRUE").format(other.as_sql())

    @property
    def condition(self) -> Q:
        """Return the same for the ORM."""
        return {
            Anchor.OWN: Q(clock_from__isnull=False, clock_from__lte=self.latest),
            Anchor.SHARED: Q(clock_from__isnull=True) & self._ended,
            Anchor.COLLECTED: Q(collected_on__lte=self.latest),
            Anchor.ACTIVE: Q(collected_on__lte=self.latest) & ~Q(contact__last_activity_on__gt=self.latest),
            Anchor.UNAGREED: Q(collected_on__lte=self.latest) & _UNAGREED,
            Anchor.AGREED: self._ended,
        }[self.anchor]

    @property
    def _ended(self) -> Q:
        ended = "contact__organisation__agreements_ended_on"
        return Q(**{f"{ended}__isnull": False, f"{ended}__lte": self.latest})


_UNAGREED = Q(contact__organisation__isnull=True) | Q(contact__organisation__agreement_state=AgreementState.NONE)


@dataclass(frozen=True)
class Over:
    """That a period is over: the one in force, or of those to whom it was promised, one that is over before that."""

    term: Term
    promised: Promised | None = None
    but: tuple[Term, ...] = ()

    @property
    def anchors(self) -> set[Anchor]:
        return {self.term.anchor, *(term.anchor for term in self.but)}

    @property
    def stands_on_organisations(self) -> bool:
        return bool(self.anchors & _OF_ORGANISATIONS)

    @property
    def joins(self) -> bool:
        """Whether it reads more than the basis."""
        return self.stands_on_organisations or Anchor.ACTIVE in self.anchors

    def as_sql(self, name: str) -> tuple[sql.Composed, dict[str, Any]]:
        """Return the condition of rows `basis`, with its values, which are named after `name`."""
        theirs, values = self.promised.held(name) if self.promised else (None, {})
        conditions = [self.term.as_sql(), *([theirs] if theirs else []), *(self.term.unless(term) for term in self.but)]
        return sql.SQL(" AND ").join(conditions), values

    @property
    def condition(self) -> Q:
        """Return the same for the ORM, with those whom the period in force lets go, too."""
        return self.term.condition & self.promised.condition if self.promised else self.term.condition


def over(scenario: str, policy: PolicyVersion, spans: list[Span], day: dt.date) -> Iterator[Over]:
    """Yield when a basis of a scenario is over on a day; of no basis are two of them true."""
    in_force = promised.key(policy.rule(scenario), policy)
    now = terms(in_force, runs(scenario, spans), day)
    yield from (Over(term) for term in now)
    for promise in promised.each(scenario, spans):
        if promise.key != in_force:
            yield from _sooner(promise, terms(promise.key, runs(scenario, spans), day), now)


def runs(scenario: str, spans: list[Span]) -> str:
    """Return the clock by which the stored days of a scenario run: that of the version in force."""
    return spans[-1].version.rule(scenario).clock if spans else ""


def _sooner(promise: Promised, then: list[Term], now: list[Term]) -> Iterator[Over]:
    """Yield what a promise lets go that the period in force would keep."""
    same_clock = {term.anchor for term in then} == {term.anchor for term in now}
    for term in then:
        but = [other for other in now if not same_clock or other.anchor == term.anchor]
        if not same_clock or term.latest > but[0].latest:
            yield Over(term, promise, tuple(but))


def terms(key: Key, running: str, day: dt.date) -> list[Term]:
    """Return when the period of a rule is over, by the clock that is `running` where it is the same."""
    clock, months, unverified = key
    anchors = _ANCHORS[Clock(clock), clock == running]
    lengths = (unverified, months) if clock == Clock.AGREEMENT_END else (months,)
    return [Term(anchor, latest_due_anchor(day, length)) for anchor, length in zip(anchors, lengths, strict=True)]


_ANCHORS = {
    (Clock.LAST_ACTIVITY, True): (Anchor.OWN,),
    (Clock.COLLECTION, True): (Anchor.OWN,),
    (Clock.AGREEMENT_END, True): (Anchor.OWN, Anchor.SHARED),
    (Clock.LAST_ACTIVITY, False): (Anchor.ACTIVE,),
    (Clock.COLLECTION, False): (Anchor.COLLECTED,),
    (Clock.AGREEMENT_END, False): (Anchor.UNAGREED, Anchor.AGREED),
}
