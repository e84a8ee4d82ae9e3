"""The list of contacts: its first page, a rare search and each filter, with their indexes and without."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from psycopg2 import sql

from benchmarks import load
from benchmarks.measure import seconds
from contacts.base import searching
from contacts.models import Contact, PolicyVersion, Topic
from contacts.permission import country_rules, permission
from privacy_crm import segments

PAGE = 51  # fifty rows, and one that tells whether there are more
AIM = 0.01

# Every so many-th person is one of the few that a filter finds: the oldest are among them.
RARE = 100_000
NAME, COMPANY = "Zebradottir", "Fjordkraft"

# What each question is answered by, and has to do without in a transaction that is taken back.
_INDEXES = {
    "first": (),
    "word": ("contact_searched", "organisation_searched"),
    "words": ("contact_searched", "organisation_searched"),
    "scenario": ("basis_by_scenario",),
    "organisation": ("contacts_contact_organisation_id_d144402a",),
    "country": ("contact_by_country",),
    "topic": ("contacts_interest_topic_id_a9519a59",),
    "due": ("basis_due",),
}

_WORDS = {
    "first": "the first page",
    "word": "search for a rare name",
    "words": "search for a name and its organisation",
    "scenario": "filter: a rare scenario",
    "organisation": "filter: an organisation",
    "country": "filter: a rare country",
    "topic": "filter: a rare topic",
    "due": "filter: deleted within 30 days, a rare few",
}

_VARIETY = (
    "UPDATE contacts_contact SET last_name = %(name)s, country = 'IS' WHERE id %% %(rare)s = 7",
    "UPDATE contacts_basis SET scenario = 'partner', clock_from = DATE '2025-06-01' WHERE contact_id %% %(rare)s = 7",
    """UPDATE contacts_organisation SET name = %(company)s || ' ' || id
       WHERE id IN (SELECT organisation_id FROM contacts_contact WHERE id %% %(rare)s = 7)""",
    """INSERT INTO contacts_interest (contact_id, topic_id, wanted, since)
       SELECT id, CASE WHEN id %% %(rare)s = 7 THEN %(few)s ELSE %(many)s END, TRUE, DATE '2026-06-01'
       FROM contacts_contact WHERE id %% 3 = 0 OR id %% %(rare)s = 7""",
)


def prepare(number: int, policy: PolicyVersion) -> None:
    """Add so many people, of whom a few have a name, a country, a topic and a scenario of their own, and are due."""
    with connection.cursor() as cursor:
        # As whoever brings in millions would: the trigrams are indexed once, at the end.
        cursor.execute("DROP INDEX contact_searched")
    for first in range(1, number + 1, 100_000):
        load.people(first, min(first + 99_999, number), policy)
    country_rules.adopt(at=timezone.now(), by="benchmark")
    topics = {
        name: Topic.objects.create(slug=name, name={"en": name}, sentence={"en": name}).pk for name in ("few", "many")
    }
    with connection.cursor() as cursor:
        for statement in _VARIETY:
            cursor.execute(statement, {"name": NAME, "company": COMPANY, "rare": RARE, **topics})
    with connection.schema_editor() as editor:
        editor.add_index(Contact, next(index for index in Contact._meta.indexes if index.name == "contact_searched"))
    load.settle()


def against_no_index(policy: PolicyVersion, rounds: int) -> dict[str, float]:
    """Return the seconds of each question with its indexes and without: the shortest, since other work only adds."""
    results: dict[str, float] = {}
    for name, question in _questions(policy).items():
        statement = _statement(question)  # what any question needs is in memory then
        results[f"list_{name}_s"] = min(seconds(question) for _ in range(2 * rounds + 1))
        results[f"list_{name}_database_s"] = min(seconds(statement) for _ in range(2 * rounds + 1))
        with _without(name):
            results[f"list_{name}_bare_s"] = min(seconds(question) for _ in range(rounds))
            results[f"list_{name}_database_bare_s"] = min(seconds(statement) for _ in range(rounds))
    results["list_marks_s"] = min(seconds(_marks) for _ in range(rounds))
    return results


def rows(found: dict[str, float], number: int) -> list[tuple[str, str, str, str]]:
    """Return the lines of the table: what, measured, ratio, aim."""
    told = []
    for name, words in _WORDS.items():
        ours, bare = found[f"list_{name}_s"], found[f"list_{name}_bare_s"]
        told.append(
            (f"{words}, {number:,} people", f"{ours * 1000:.1f} ms", f"1/{bare / ours:,.0f}", f"≤ 1/{1 / AIM:.0f}")
        )
        told.append(("  without its index", f"{bare * 1000:,.0f} ms", "1.00", ""))
        ours, bare = found[f"list_{name}_database_s"], found[f"list_{name}_database_bare_s"]
        told.append(("  the database's part alone", f"{ours * 1000:.1f} ms", f"1/{bare / ours:,.0f}", ""))
    told.append(("the marks of fifty people, each on three channels", f"{found['list_marks_s'] * 1000:.1f} ms", "", ""))
    return told


def _questions(policy: PolicyVersion) -> dict[str, Callable[[], object]]:
    few = Contact.objects.filter(last_name=NAME).order_by("pk")
    one = few.select_related("organisation")[0]
    assert one.organisation  # noqa: S101
    everybody = Contact.objects.whole()

    def narrowed(name: str, value: str) -> Callable[[], object]:
        return lambda: _page(segments.people({name: value}, policy=policy, day=load.TODAY))

    return {
        "first": lambda: _page(everybody),
        "word": lambda: _page(searching.found(everybody, NAME)),
        "words": lambda: _page(searching.found(everybody, f"{NAME} {COMPANY}")),
        "scenario": narrowed("scenario", "partner"),
        "organisation": narrowed("organisation", str(one.organisation.pk)),
        "country": narrowed("country", "IS"),
        "topic": narrowed("topic", "few"),
        "due": narrowed("due", "30"),
    }


def _statement(question: Callable[[], object]) -> Callable[[], object]:
    """Ask once, and return what asks the same of the database alone: no statement is composed, no object made."""
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        question()

    def ask() -> None:
        with connection.cursor() as cursor:
            for sql, params in asked:
                cursor.execute(sql, params)
                cursor.fetchall()

    return ask


def _page(people: QuerySet[Contact]) -> list[Any]:
    found = list(people.unrestricted(load.TODAY).select_related("organisation").order_by("-pk")[:PAGE])
    if not found:
        raise AssertionError("a question that finds nobody measures nothing")
    return found


def _marks() -> None:
    permission.of_each(Contact.objects.order_by("-pk").values_list("pk", flat=True)[: PAGE - 1], day=load.TODAY)


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Let the question do without its indexes; the first page, whose index is the key's, without any."""
    with transaction.atomic(), connection.cursor() as cursor:
        for index in _INDEXES[name]:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
        if not _INDEXES[name]:
            cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        yield
        transaction.set_rollback(True)
