"""Which version of the policy binds us towards each person: the one that they were shown last, else the one in force on
the day of collection, else the first one published (L13).

Being told of a later version is being shown it, so that it binds from then on.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q
from psycopg2 import sql

from contacts.models import Basis, PolicyVersion, ScenarioRule
from contacts.words.vocabulary import Clock, Scenario


@dataclass(frozen=True)
class Span:
    """The days of collection on which a version was in force: from `since`, and before `until`, where it has ended."""

    version: PolicyVersion
    since: dt.date | None
    until: dt.date | None

    def __contains__(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    @property
    def as_range(self) -> str:
        return f"[{self.since or ''},{self.until or ''})"

    @property
    def condition(self) -> Q:
        late = Q(collected_on__gte=self.since) if self.since else Q()
        return late & Q(collected_on__lt=self.until) if self.until else late


def spans() -> list[Span]:
    """Return the days of each version ever published, in their order; the first has all the days before it, too.

    A version never changes, so a process reads each one once, and all callers share it.
    """
    published = PolicyVersion.objects.dated().order_by("number").values_list("pk", "digest", "published_on")
    return list(_read(tuple(published)))


@lru_cache(maxsize=4)
def _read(published: tuple[tuple[int, str, dt.date], ...]) -> list[Span]:
    """Read versions with their rules; their digests keep databases apart that one process serves in turn."""
    versions = PolicyVersion.objects.prefetch_related("rules").in_bulk([pk for pk, _digest, _day in published])
    days = [day for _pk, _digest, day in published]
    found = [
        Span(versions[pk], day, end and max(day, end))
        for (pk, _digest, day), end in zip(published, _ends(days), strict=True)
    ]
    return [Span(found[0].version, None, min(days)), *found] if found else []


def _ends(days: list[dt.date]) -> list[dt.date | None]:
    """Return for each day the earliest of those after it: from then on a later version was in force."""
    return [min(days[place + 1 :], default=None) for place in range(len(days))]


type Key = tuple[str, int, int]  # the clock, the months, and those of somebody unverified


def key(rule: ScenarioRule, version: PolicyVersion) -> Key:
    """Return what decides on which day a basis lapses by a rule: rules of the same key are one promise."""
    unverified = version.rule(Scenario.PROSPECT).months if rule.clock == Clock.AGREEMENT_END else 0
    return rule.clock, rule.months, unverified


@dataclass(frozen=True)
class Promised:
    """What people of one scenario were promised by the versions of one key: those shown, or in force at collection."""

    key: Key
    spans: tuple[Span, ...]

    @property
    def versions(self) -> list[int]:
        return _versions(self.spans)

    @property
    def days(self) -> str:
        """The days of collection, as PostgreSQL writes a multirange."""
        return f"{{{','.join(span.as_range for span in self.spans)}}}"

    @property
    def condition(self) -> Q:
        """Of which bases it is the promise."""
        return bound_by(self.spans)

    def held(self, name: str) -> tuple[sql.Composed, dict[str, Any]]:
        """Return the same condition in SQL, of the rows `basis`; its values are named after `name`."""
        text = sql.SQL("""(basis.policy_shown_id = ANY({shown})
            OR basis.policy_shown_id IS NULL AND basis.collected_on <@ {days}::datemultirange)""")
        shown, days = f"shown_{name}", f"days_{name}"
        values = {shown: self.versions, days: self.days}
        return text.format(shown=sql.Placeholder(shown), days=sql.Placeholder(days)), values


def bound_by(spans: Collection[Span]) -> Q:
    """Return towards which bases one of these versions binds us: shown, or in force on the day of collection."""
    days = Q(*(span.condition for span in spans), _connector=Q.OR)
    return Q(policy_shown__in=_versions(spans)) | (Q(policy_shown__isnull=True) & days)


def _versions(spans: Collection[Span]) -> list[int]:
    return sorted({span.version.pk for span in spans})


def each(scenario: str, among: Iterable[Span]) -> Iterator[Promised]:
    """Yield each promise that was ever made to people of a scenario."""
    by_key: dict[Key, list[Span]] = {}
    for span in among:
        by_key.setdefault(key(span.version.rule(scenario), span.version), []).append(span)
    for same, theirs in by_key.items():
        yield Promised(same, tuple(theirs))


def version_of(basis: Basis, among: Iterable[Span]) -> PolicyVersion | None:
    """Return the version that binds us towards somebody for one of their bases; None where none was ever published."""
    if basis.policy_shown_id is not None:
        return next((span.version for span in among if span.version.pk == basis.policy_shown_id), None)
    return at_collection(basis.collected_on, among)


def at_collection(day: dt.date, among: Iterable[Span]) -> PolicyVersion | None:
    """Return the version that binds us towards somebody whose details are collected on a day and who is shown none."""
    return next((span.version for span in among if day in span), None)
