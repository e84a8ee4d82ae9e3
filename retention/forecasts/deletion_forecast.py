"""Who will have gone by a day, as things stand: a condition for lists of millions, by the anchors of that day's run."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from psycopg2 import sql

from contacts.base.days import run_of
from contacts.models import Basis, Contact, PolicyVersion, Suppression
from contacts.words.vocabulary import MARKETING_SCENARIOS, Channel, Scenario
from retention.due.due_bases import RetentionDate, freed_at
from retention.due.periods import Over
from retention.models import Hold, HoldKind

# The ORM counts its values, where our own statements name them.
_FREED_BY = sql.SQL("""EXISTS (
    SELECT 1 FROM contacts_basis basis JOIN contacts_contact contact ON contact.id = basis.contact_id
    CROSS JOIN LATERAL ({freed}) freed WHERE basis.id = {basis} AND freed.at <= {at})""")


def by(last: dt.date, *, policy: PolicyVersion, day: dt.date) -> Q:
    """Tell of contacts whether the run of the day `last`, or one before it, deletes them, as things stand on `day`.

    True of whom `retention_schedule.kept_until` gives a day, and none after `last`.
    """
    night = RetentionDate(policy, run_of(last, policy.zone))
    # A union, whose parts are counted in advance: an index finds these few, and the rest is asked of them alone.
    first, *others = _candidates(night)
    return Q(pk__in=first.union(*others)) & ~Q(Exists(_standing(night))) & ~Q(Exists(_holding(last, day)))


def _candidates(night: RetentionDate) -> Iterator[QuerySet[Any, Any]]:
    """Yield the keys of all who can go by then: something of theirs lapses, or a hold on them ends."""
    for lapsed in _clocks_over(night):
        yield Basis.objects.filter(lapsed).values("contact")
    # Of those who objected to all channels: whoever only unsubscribes says nothing of post.
    objected = Suppression.objects.filter(channel=Channel.POST)
    for name in ("address_hash", "mailbox_hash"):
        theirs = {f"{name}__in": objected.values(name), "bases__scenario__in": MARKETING_SCENARIOS}
        yield Contact.objects.filter(**theirs).values("pk")
    yield Hold.objects.filter(until__lt=night.day).values("contact")


def _standing(night: RetentionDate) -> QuerySet[Basis]:
    """The bases of a contact that will not have lapsed."""
    over = reduce(or_, _clocks_over(night), Q(_Freed(night)))
    return Basis.objects.filter(~over, contact=OuterRef("pk"))


def _holding(last: dt.date, day: dt.date) -> QuerySet[Hold]:
    """The holds on a contact that do not end before that day; of a freeze that stands, nobody says when it will end."""
    frozen = Q(kind=HoldKind.FREEZE, until__gte=day)
    return Hold.objects.filter(Q(until__isnull=True) | Q(until__gte=last) | frozen, contact=OuterRef("pk"))


def _clocks_over(night: RetentionDate) -> Iterator[Q]:
    """Yield what is true of bases whose clock has run out: once for all scenarios whose clocks are due together."""
    together: dict[Over, list[Scenario]] = defaultdict(list)
    for scenario in Scenario:
        for over in night.over(scenario):
            together[over].append(scenario)
    for over, scenarios in together.items():
        yield Q(scenario__in=scenarios) & over.condition


class _Freed(Func):
    """Tell of a basis whether an objection to all marketing will have let it lapse."""

    output_field = BooleanField()

    def __init__(self, night: RetentionDate) -> None:
        super().__init__(F("pk"))
        self.night = night

    def as_sql(self, compiler: Any, connection: Any, *_names: Any, **_context: Any) -> Any:
        (basis,) = self.source_expressions
        name, _ = compiler.compile(basis)
        value = sql.Placeholder()
        query = _FREED_BY.format(freed=freed_at(value), basis=sql.SQL(name), at=value)
        connection.ensure_connection()
        return query.as_string(connection.connection), (self.night.policy.time_zone, self.night.at)
