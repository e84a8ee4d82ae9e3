"""An audience for a recipient of the register: each person in it is on record as given away before a row leaves (P15).

What is written is kept in a table of the session until that record is committed. So the record and the file have the
same people, nobody is held up by a slow reader, and an export that dies leaves no row that is not on record.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from contacts import audience, disclosing
from contacts.audience import Out, Sorter
from contacts.disclosing import Disclosed
from contacts.models import Disclosure, Recipient, Topic
from contacts.permission import Reach, Refusal
from contacts.vocabulary import Channel, DisclosureKind, Scenario

# PostgreSQL drops it with the session, however that ends.
_DRAFT = "pg_temp.contacts_export"


def write(
    out: Out,
    channel: Channel,
    recipient: Recipient,
    *,
    purpose: Scenario,
    topics: Collection[Topic] = (),
    day: dt.date,
    at: dt.datetime,
    by: str,
) -> Reach:
    """Write what `audience.write` writes, of those alone who are held for what the recipient gets them for.

    Return how many were given, and who is left out. Raises DisclosureError, with nothing written or put on record,
    where the register lets nobody's data go there.
    """
    sorter = Sorter(out)
    with _drafted(channel, recipient, purpose, topics, day, at, by):
        audience.copy(sorter, channel, f"TABLE {_DRAFT}")
    return sorter.reach()


@contextmanager
def _drafted(
    channel: Channel,
    recipient: Recipient,
    purpose: Scenario,
    topics: Collection[Topic],
    day: dt.date,
    at: dt.datetime,
    by: str,
) -> Iterator[None]:
    """Put the people on record, and have their rows in the draft meanwhile."""
    asked = audience.question(channel, topics, day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(audience.WORK_MEMORY)
        may = asked.filter(disclosing.held_for(purpose), refusal="")
        given = disclosing.disclose_found(may, recipient, purpose=purpose, kind=DisclosureKind.EXPORT, at=at, by=by)
        query, values = audience.rows(_answered(asked, given), channel, "answer").query.sql_with_params()
        cursor.execute(f"DROP TABLE IF EXISTS {_DRAFT}")
        cursor.execute(f"CREATE TABLE {_DRAFT} AS {query}", values)
        audience.trace(channel, given.people, at=at, by=by)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {_DRAFT}")


def _answered(asked: QuerySet[Any], given: Disclosed) -> QuerySet[Any]:
    """Return everyone with `answer`: empty for those on record as given, and why not for the others.

    Whoever might be given only since we asked was not asked about, and is counted with those who are not covered.
    """
    on_record = Exists(Disclosure.objects.filter(batch=given.batch, contact=OuterRef("pk")))
    reasons = [When(on_record, then=Value("")), When(~Q(refusal=""), then=F("refusal"))]
    answer = Case(*reasons, default=Value(Refusal.NOT_COVERED.value), output_field=CharField())
    answered: QuerySet[Any] = asked.annotate(answer=answer)
    return answered
