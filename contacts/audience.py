"""Whom a mailing, a call list or a print run goes to: those who may be written to about its topics, as CSV (path 4).

PostgreSQL judges, selects and writes the rows in one statement, so that who is in and who is counted as left out agree;
we pass them on as they come, and hold none.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import CharField, Func, QuerySet
from django.db.models.functions import Coalesce

from contacts import audit, permission
from contacts.models import Topic
from contacts.permission import Reach, Refusal
from contacts.vocabulary import Channel

# What reaches somebody on a channel. Outgoing data is allow-listed.
_REACHED_BY = {
    Channel.EMAIL: ("email",),
    Channel.PHONE: ("phone",),
    Channel.POST: ("address", "postal_code", "city"),
}
_WHO = ("first_name", "last_name", "company", "language", "country")

# A million people are looked up in memory and not one by one; given back at the end of the transaction.
WORK_MEMORY = "SET LOCAL work_mem = '64MB'"
_BLOCK = 64 * 1024
_UNREFUSED = b'"",'  # an empty text, as COPY writes it


class Out(Protocol):
    """Where bytes go."""

    def write(self, row: bytes, /) -> Any: ...


def columns(channel: Channel) -> list[str]:
    """Return the names of the columns, which are the first line."""
    return ["public_id", *_REACHED_BY[channel], *_WHO]


def write(
    out: Out, channel: Channel, *, topics: Collection[Topic] = (), day: dt.date, at: dt.datetime, by: str
) -> Reach:
    """Write everyone who may be written to on a channel about these topics; return how many, and who is left out.

    UTF-8, comma-separated. A cell that a spreadsheet would take for a formula begins with an apostrophe, and so does a
    telephone number that begins with a plus. Without topics, nobody is in it who is held for their interest alone. The
    audit trail has how many left, also where `out` breaks off.
    """
    sorter = Sorter(out)
    try:
        _copy(sorter, channel, topics, day)
    finally:
        trace(channel, sorter.may, at=at, by=by)
    return sorter.reach()


def stream(
    channel: Channel, *, topics: Collection[Topic] = (), day: dt.date, at: dt.datetime, by: str
) -> Iterator[bytes]:
    """Yield what `write` writes, for an answer that is sent while it is made.

    It has a connection to the database of its own, and goes no faster than it is read.
    """
    reading, writing = os.pipe()
    sorter = Sorter(os.fdopen(writing, "wb"))
    try:
        with ThreadPoolExecutor(1) as aside, os.fdopen(reading, "rb", buffering=0) as rows:
            done = aside.submit(_copy_aside, sorter, channel, topics, day)
            yield from iter(lambda: rows.read(_BLOCK), b"")
            done.result()
    finally:
        trace(channel, sorter.may, at=at, by=by)


class Sorter:
    """Takes what COPY writes, which is a row at a time, each with its refusal first: passes on, or counts by reason."""

    def __init__(self, out: Any) -> None:
        self.out, self.may, self.left_out = out, 0, Counter[bytes]()

    def write(self, row: bytes) -> None:
        if row.startswith(_UNREFUSED):
            self.out.write(row[len(_UNREFUSED) :])
            self.may += 1
        else:
            self.left_out[row.partition(b",")[0]] += 1

    def reach(self) -> Reach:
        return Reach(self.may, {Refusal(code.decode()): number for code, number in self.left_out.most_common()})


def question(channel: Channel, topics: Collection[Topic], day: dt.date) -> QuerySet[Any]:
    """Return everyone with `refusal`: why they are left out, empty where they are not."""
    return permission.judged(channel, day=day, topics=[topic.pk for topic in topics])


def rows(asked: QuerySet[Any], channel: Channel, refusal: str = "refusal") -> QuerySet[Any]:
    """Return what is written of contacts: why they are left out, then the columns."""
    cells = {f"{name}_cell": _Inert(_SOURCES.get(name, name)) for name in columns(channel)[1:]}
    found: QuerySet[Any] = asked.annotate(**cells).values_list(refusal, "public_id", *cells)
    return found


def copy(sorter: Sorter, channel: Channel, query: str) -> None:
    """Have PostgreSQL write the first line and what a query finds."""
    sorter.out.write(f"{','.join(columns(channel))}\n".encode())
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", sorter)
        except BaseException:
            connection.connection.cancel()  # or all the rest would be read before the transaction ends
            raise


def trace(channel: Channel, number: int, *, at: dt.datetime, by: str) -> None:
    """Note that so many people were exported."""
    audit.record("audience.exported", at=at, by=by, rule=f"{channel}:{number}")


def _copy(sorter: Sorter, channel: Channel, topics: Collection[Topic], day: dt.date) -> None:
    found = rows(question(channel, topics, day), channel)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(WORK_MEMORY)
            query = cursor.mogrify(*found.query.sql_with_params()).decode()
        copy(sorter, channel, query)


def _copy_aside(sorter: Sorter, channel: Channel, topics: Collection[Topic], day: dt.date) -> None:
    """Copy in a thread, and let go of what the thread has: a pipe that nobody reads any more cannot be flushed."""
    try:
        _copy(sorter, channel, topics, day)
    finally:
        connection.close()
        with suppress(BrokenPipeError):
            sorter.out.close()


_SOURCES = {"company": Coalesce("organisation__name", "company")}


class _Inert(Func):
    """A text that no spreadsheet takes for a formula: = + - @, tab, CR and LF, and the full-width forms of the first
    four, get an apostrophe in front (OWASP, CSV injection). Letters and digits are let through first, as most are.
    """

    template = (
        "CASE WHEN ascii(%(expressions)s) BETWEEN 65 AND 65000 THEN %(expressions)s"
        " WHEN ascii(%(expressions)s) IN (9, 10, 13, 43, 45, 61, 64, 65291, 65293, 65309, 65312)"
        " THEN '''' || %(expressions)s ELSE %(expressions)s END"
    )
    arity = 1
    output_field = CharField()
