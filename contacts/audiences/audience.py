"""Whom a mailing, a call list or a print run goes to: those who may be written to about its topics (path 4).

PostgreSQL judges, selects and words the rows in one statement, so that who is in and who is counted as left out agree.
They wait in a table of the session and leave it in blocks, no faster than somebody reads them; we hold one at a time.
"""

import datetime as dt
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Count, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from psycopg2 import sql

from contacts.base.queries import composed
from contacts.disclosure import disclosing
from contacts.models import Contact, Recipient, Topic
from contacts.permission import permission
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import Channel, FileFormat, RecipientKind, Scenario

# What reaches somebody on a channel. Outgoing data is allow-listed.
_REACHED_BY = {
    Channel.EMAIL: ("email",),
    Channel.PHONE: ("phone",),
    Channel.POST: ("address", "postal_code", "city"),
}
_WHO = ("first_name", "last_name", "company", "language", "country")

# A million people are looked up in memory and not one by one; given back at the end of the transaction.
WORK_MEMORY = "SET LOCAL work_mem = '64MB'"

# PostgreSQL drops it with the session, however that ends.
DRAFT = "pg_temp.contacts_export"
_TABLE = sql.Identifier(*DRAFT.split("."))
WHO_LEAVES = sql.SQL("SELECT public_id FROM {} WHERE answer = ''").format(_TABLE)
_PAGES = 16  # of 8 kB, that leave the table at a time


@dataclass(frozen=True)
class Wanted:
    """A list that somebody wants: for which channel, about what, of whom at most, and who gets it for what.

    Those are left out who are not held for its purpose, where it has one. Without topics, nobody is in it who is held
    for their interest alone. Without `people` it may have everyone in it, and without a recipient it stays in the
    company.
    """

    channel: Channel
    purpose: Scenario | None = None
    recipient: Recipient | None = None
    topics: Collection[Topic] = ()
    people: QuerySet[Contact] | None = None
    file_format: FileFormat = FileFormat.CSV


@dataclass(frozen=True)
class Draft:
    """The rows of a list, in a table of this session. Whoever has one closes it."""

    columns: list[str]
    reach: Reach

    def blocks(self) -> Iterator[bytes]:
        """Yield the rows as CSV in UTF-8 without a first line, whole rows at a time."""
        with connection.cursor() as cursor:
            cursor.execute(_PAGES_OF_DRAFT, {"draft": DRAFT})
            (pages,) = cursor.fetchone()
            for first in range(0, pages, _PAGES):
                block = io.BytesIO()
                cursor.copy_expert(_copy(self.columns, first, first + _PAGES), block)
                yield block.getvalue()

    def close(self) -> None:
        """Drop the table; it is no fault if it is gone."""
        with connection.cursor() as cursor:
            cursor.execute(_DROP)


_PAGES_OF_DRAFT = "SELECT pg_relation_size(%(draft)s) / current_setting('block_size')::int"

_COPY = sql.SQL("""
    COPY (
        SELECT {columns} FROM {draft} WHERE ctid >= {first} AND ctid < {end} AND answer = ''
    ) TO STDOUT WITH (FORMAT csv)""")

_DROP = sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE)
_DRAW_UP = sql.SQL("CREATE TABLE {draft} (answer, {columns}) AS {rows}")
_COUNT = sql.SQL("SELECT answer, count(*) FROM {} GROUP BY answer ORDER BY count(*) DESC").format(_TABLE)


def _copy(names: list[str], first: int, end: int) -> sql.Composed:
    """Return the command that takes the rows of these pages; COPY takes no values beside it."""
    return _COPY.format(
        columns=_listed(names), draft=_TABLE, first=sql.Literal(f"({first},0)"), end=sql.Literal(f"({end},0)")
    )


def _listed(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def columns(channel: Channel) -> list[str]:
    """Return the names of the columns, which are the first line."""
    return ["public_id", *_REACHED_BY[channel], *_WHO]


def reach(asked: QuerySet[Any]) -> Reach:
    """Count who of those that were asked about is in the list, and who is left out, the largest number first."""
    return _reach(dict(asked.order_by().values_list("answer").annotate(number=Count("pk")).order_by("-number")))


def draft(asked: QuerySet[Any], wanted: Wanted, answer: str = "answer") -> Draft:
    """Put the rows of those who were asked about into the session's table, each with its answer.

    Call it inside a transaction.
    """
    names = columns(wanted.channel)
    rows, values = composed(_rows(asked, wanted, answer))
    with connection.cursor() as cursor:
        cursor.execute(WORK_MEMORY)
        cursor.execute(_DROP)
        cursor.execute(_DRAW_UP.format(draft=_TABLE, columns=_listed(names), rows=rows), values)
        cursor.execute(_COUNT)
        return Draft(names, _reach(dict(cursor.fetchall())))


def question(wanted: Wanted, *, day: dt.date) -> QuerySet[Any]:
    """Return everyone of whom a list could be made with `answer`: why they are left out, empty where they are not."""
    topics = [topic.pk for topic in wanted.topics]
    asked = permission.judged(wanted.channel, day=day, topics=topics, people=wanted.people)
    reasons = [When(~Q(refusal=""), then=F("refusal"))]
    if wanted.recipient and wanted.recipient.kind == RecipientKind.RESELLER:
        reasons.append(When(permission.objected_to_any(), then=Value(Refusal.OBJECTED.value)))
    if wanted.purpose is not None:
        reasons.append(When(~Q(disclosing.held_for(wanted.purpose)), then=Value(Refusal.NOT_COVERED.value)))
        if wanted.recipient and (told := disclosing.knowing(wanted.recipient, wanted.purpose)):
            reasons.append(When(~told, then=Value(Refusal.NOT_SHARED.value)))
    answered: QuerySet[Any] = asked.annotate(answer=Case(*reasons, default=Value(""), output_field=CharField()))
    return answered


def _reach(counted: dict[str, int]) -> Reach:
    may = counted.pop("", 0)
    return Reach(may, {Refusal(code): number for code, number in counted.items()})


def _rows(asked: QuerySet[Any], wanted: Wanted, answer: str) -> QuerySet[Any]:
    """Return what is written of contacts: why they are left out, then the columns.

    In a workbook each cell says that it is text; in CSV nothing but its beginning can.
    """
    sources = {f"{name}_cell": _SOURCES.get(name, F(name)) for name in columns(wanted.channel)[1:]}
    is_text = wanted.file_format == FileFormat.XLSX
    cells = sources if is_text else {name: Inert(source) for name, source in sources.items()}
    found: QuerySet[Any] = asked.order_by().annotate(**cells).values_list(answer, "public_id", *cells)
    return found


_SOURCES: dict[str, Any] = {"company": Coalesce("organisation__name", "company")}


class Inert(Func):
    """A text in which no spreadsheet finds a formula: = + - @, tab, CR and LF, and the full-width forms of the first
    four, get an apostrophe in front where a cell begins (OWASP, CSV injection).

    A semicolon, a tab and the end of a line begin a cell wherever the comma separates decimals, as it does in Sweden.
    What begins with a letter or a digit and separates nothing is let through first, as most is.
    """

    template = r"""
        CASE WHEN ascii(%(expressions)s) BETWEEN 65 AND 65000 AND %(expressions)s !~ '[;\t\r\n]'
            THEN %(expressions)s
            ELSE CASE WHEN ascii(%(expressions)s) IN (9, 10, 13, 43, 45, 61, 64, 65291, 65293, 65309, 65312)
                THEN '''' ELSE '' END || regexp_replace(
                    %(expressions)s, '([;\t\r\n])(?="*[=+@\uff0b\uff0d\uff1d\uff20-])', '\1''', 'g')
            END"""
    arity = 1
    output_field = CharField()
