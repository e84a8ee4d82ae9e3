"""An audience as a file: judged, counted and written by the product, beside PostgreSQL's own COPY of the same rows."""

import os
import statistics
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from psycopg2 import sql

from benchmarks import load
from benchmarks.measure import peak_memory, seconds
from contacts.audiences import audience, exporting
from contacts.audiences.audience import Wanted
from contacts.audiences.exporting import Custody
from contacts.base.queries import composed
from contacts.models import PolicyVersion, Recipient, Topic
from contacts.permission import country_rules, permission
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import Channel, FileFormat, RecipientKind, Scenario

OBJECTING = 11  # every so many-th person objected, so that there is somebody to leave out
COLUMNS = ("public_id", "email", "first_name", "last_name", "company_name", "language", "country")

# One purpose for everybody, so that each may be given to a recipient for it.
_ONE_PURPOSE = "UPDATE contacts_basis SET scenario = 'whitepaper'"

_INTERESTS = """
    INSERT INTO contacts_interest (contact_id, topic_id, wanted, since)
    SELECT id, %(topic)s, TRUE, DATE '2026-06-01' FROM contacts_contact"""

_OBJECTIONS = """
    INSERT INTO contacts_channelpermission (contact_id, channel, state, given_on, wording, source)
    SELECT id, 'email', 'objected', DATE '2026-06-01', '', 'website'
    FROM contacts_contact WHERE id %% %(objecting)s = 0"""


def prepare(number: int, policy: PolicyVersion) -> Topic:
    """Add so many people who consented to e-mail and are interested in a topic, and a tenth who objected as well."""
    people = number * OBJECTING // (OBJECTING - 1)
    for first in range(1, people + 1, 100_000):
        load.people(first, min(first + 99_999, people), policy)
    country_rules.adopt(at=timezone.now(), by="benchmark")
    topic = Topic.objects.create(slug="bench", name={"en": "Cloud"}, sentence={"en": "News about it."})
    with connection.cursor() as cursor:
        cursor.execute(_ONE_PURPOSE)
        cursor.execute(_INTERESTS, {"topic": topic.pk})
        cursor.execute(_OBJECTIONS, {"objecting": OBJECTING})
        question, values = _question(topic)
        cursor.execute(sql.SQL("CREATE TABLE bench_finished AS {}").format(question), values)
    Recipient.objects.create(
        name="Printer",
        kind=RecipientKind.PROCESSOR,
        service="Prints letters",
        agreement_reference="P-1",
        agreement_from=load.NOT_DUE,
        purposes=[Scenario.WHITEPAPER],
        country="SE",
        contact_email="privacy@printer.example",
    )
    load.settle()
    return topic


def against_copy(topic: Topic, number: int, rounds: int) -> dict[str, float]:
    """Return the median seconds of each way, taken in turn, and the memory that ours added, in kB."""
    ways: dict[str, Callable[[], object]] = {
        "audience_copy_s": lambda: _copy(*_question(topic)),
        "audience_finished_s": lambda: _copy(sql.SQL("SELECT * FROM bench_finished"), {}),
        "audience_write_s": lambda: _draw_up(topic, number),
        "audience_xlsx_s": lambda: _draw_up(topic, number, FileFormat.XLSX),
        "audience_recorded_s": lambda: _record(topic, number, None),
        "audience_given_s": lambda: _record(topic, number, Recipient.objects.get()),
    }
    for way in ways.values():
        way()  # brings in what any export needs; a flat memory shows in those after it
    before = peak_memory()
    rounds_of = [{name: seconds(way) for name, way in ways.items()} for _ in range(rounds)]
    grown = peak_memory() - before
    return {name: statistics.median(each[name] for each in rounds_of) for name in ways} | {"audience_memory_kb": grown}


def rows(found: dict[str, float], number: int) -> list[tuple[str, str, str, str]]:
    """Return the lines of the table: what, measured, ratio, aim."""
    floor, ours = found["audience_copy_s"], found["audience_write_s"]
    finished, book = found["audience_finished_s"], found["audience_xlsx_s"]
    return [
        (f"COPY of an audience of {number:,}, found by the same question", f"{floor:.2f} s", "1.00", ""),
        ("the audience: judged, counted, formulas inert", f"{ours:.2f} s", f"{ours / floor:.2f}", "≤ 3.00"),
        ("the same as a workbook (XLSX)", f"{book:.2f} s", f"{book / floor:.2f}", ""),
        ("as CSV, with each person in the audit", f"{found['audience_recorded_s']:.2f} s", "", ""),
        ("as CSV, given to a recipient, each person on record", f"{found['audience_given_s']:.2f} s", "", ""),
        ("memory that they added", f"{found['audience_memory_kb'] / 1024:.1f} MB", "", "≤ 10 MB"),
        ("COPY of the finished rows, nothing asked", f"{finished:.2f} s", f"1/{ours / finished:.1f} of ours", ""),
    ]


def _question(topic: Topic) -> tuple[sql.Composed, dict[str, Any]]:
    """Return the SQL that finds the audience and nothing else, kept from a worse plan for it than ours has."""
    judged = permission.judged(Channel.EMAIL, day=load.TODAY, topics=[topic.pk])
    named = judged.annotate(company_name=Coalesce("organisation__name", "company")).values_list("refusal", *COLUMNS)
    found, values = composed(named)
    query = sql.SQL("SELECT {columns} FROM ({found} OFFSET 0) found WHERE refusal = ''")
    return query.format(columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), found=found), values


def _copy(query: sql.Composable, values: dict[str, Any]) -> None:
    copying = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(query)
    with transaction.atomic(), connection.cursor() as cursor, Path(os.devnull).open("wb") as nowhere:
        cursor.execute(audience.WORK_MEMORY)
        cursor.copy_expert(cursor.mogrify(copying, values), nowhere)


def _draw_up(topic: Topic, number: int, file_format: FileFormat = FileFormat.CSV) -> None:
    """Make the file and put nobody on record, so that what is measured beside COPY is the file."""
    wanted = Wanted(Channel.EMAIL, None, None, [topic], None, file_format)
    with transaction.atomic():
        draft = audience.draft(audience.question(wanted, day=load.TODAY), wanted)
    with closing(draft), Path(os.devnull).open("wb") as nowhere:
        nowhere.writelines(exporting.FORMATS[file_format](draft))
    if (draft.reach.may, draft.reach.left_out) != (number, {Refusal.OBJECTED: number // (OBJECTING - 1)}):
        raise AssertionError(f"the audience has {draft.reach} instead of {number}")


def _record(topic: Topic, number: int, recipient: Recipient | None) -> None:
    wanted = Wanted(Channel.EMAIL, Scenario.WHITEPAPER, recipient, [topic])
    holder, _ = get_user_model().objects.get_or_create(username="benchmark")
    held = Custody(holder.pk, days=7, reason_above=0, reason="to measure it")
    policy = PolicyVersion.objects.get()
    file = exporting.export(wanted, held, policy=policy, at=timezone.now(), by="benchmark")
    with closing(file), Path(os.devnull).open("wb") as nowhere:
        nowhere.writelines(file)
    if file.audience.people != number:
        raise AssertionError(f"{file.audience.people} people were exported instead of {number}")
