"""A search for duplicates goes on part by part, and finds what one statement over everybody would."""

from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from contacts.merging import duplicates, searching
from contacts.models import AuditEvent, Contact, DuplicatePair, DuplicateSearch
from privacy_crm import tasks
from tests.support.factories import NOON, ContactFactory, OrganisationFactory

DAY = NOON.date()

pytestmark = pytest.mark.django_db

# As one statement would say it: each with each, where both rules see the whole.
_WHOLE = """
    WITH person AS (
        SELECT id, split_part(email, '@', 1) AS local, split_part(email, '@', 2) AS domain,
            lower(first_name) AS first, lower(last_name) AS last, COALESCE(organisation_id::text, '') AS place
        FROM contacts_contact
    ), mailbox AS (
        SELECT id, position('+' IN local) > 0 OR domain = 'gmail.com' AS freely,
            CASE WHEN domain = 'gmail.com' THEN replace(split_part(local, '+', 1), '.', '') || '@gmail.com'
                 ELSE split_part(local, '+', 1) || '@' || domain END AS key
        FROM person
    ), placed AS (
        SELECT id, place, first || ' ' || last AS name,
            row_number() OVER (PARTITION BY place ORDER BY last, first, id) AS by_last,
            row_number() OVER (PARTITION BY place ORDER BY first, last, id) AS by_first
        FROM person WHERE place <> '' AND last <> ''
    ), boxed AS (
        SELECT id, key, row_number() OVER (PARTITION BY key ORDER BY id) AS number FROM mailbox
        WHERE key IN (SELECT key FROM mailbox WHERE freely)
    )
    SELECT one, other, min(why) FROM (
        SELECT one.id AS one, other.id AS other, 'address' AS why FROM boxed one JOIN boxed other USING (key)
        WHERE one.id < other.id AND abs(one.number - other.number) <= %(neighbours)s
        UNION ALL
        SELECT one.id, other.id, 'name' FROM placed one JOIN placed other USING (place)
        WHERE one.id < other.id AND similarity(one.name, other.name) >= %(alike)s
            AND LEAST(abs(one.by_last - other.by_last), abs(one.by_first - other.by_first)) <= %(neighbours)s
    ) pair GROUP BY one, other ORDER BY one, other"""


def person(email: str, name: str = "Aino Lindqvist", **fields: Any) -> Contact:
    first, _, last = name.partition(" ")
    return ContactFactory.create(email=email, first_name=first, last_name=last, **fields)


def pairs() -> list[tuple[Any, ...]]:
    return list(DuplicatePair.objects.order_by("one", "other").values_list("one", "other", "why"))


def whole() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, {"neighbours": searching.NEIGHBOURS, "alike": searching.ALIKE})
        return list(cursor.fetchall())


def portion() -> bool:
    """Work for no time at all: that is one part."""
    return searching.go_on(day=DAY, at=NOON, is_over=lambda: True)


def search(part: int) -> int:
    """Search to the end, and return how many tasks that took."""
    searching.begin(at=NOON, by="test", part=part)
    number = 1
    while portion():
        number += 1
    return number


NAMES = some.sampled_from(
    ["Erik Johansson", "Eric Johanson", "Erika Johansson", "Aino Lindqvist", "Aina Lindkvist", "B X"]
)
BOXES = some.sampled_from(
    ["ai.no@gmail.com", "aino@gmail.com", "aino+{n}@x.example", "aino@x.example", "p{n}@x.example"]
)
PEOPLE = some.lists(some.tuples(NAMES, BOXES, some.integers(0, 3)), min_size=1, max_size=25)


class AnySize(TestCase):
    @given(people=PEOPLE, part=some.integers(1, 30))
    def test_parts_of_any_size_find_what_one_statement_finds(self, people: list[Any], part: int) -> None:
        organisations = OrganisationFactory.create_batch(3)
        for number, (name, box, place) in enumerate(people):
            local, _, domain = box.format(n=number).partition("@")
            email = f"{local}+{number}@{domain}" if Contact.objects.filter(email=f"{local}@{domain}") else box
            person(email.format(n=number), name, organisation=organisations[place - 1] if place else None)
        portions = 2 * -(-len(people) // part)
        assert search(part) == portions
        assert pairs() == whole()
        assert AuditEvent.objects.filter(code="duplicates.found", rule=f"pairs:{len(whole())}").exists()


def test_what_is_no_longer_found_goes_when_all_is_searched_and_not_before() -> None:
    people = [person(f"aino+{number}@gmail.com", f"P{number} Q{number}") for number in range(3)]
    search(part=1)
    assert len(pairs()) == 3
    Contact.objects.filter(pk=people[2].pk).update(email="vera@x.example")
    searching.begin(at=NOON, by="test", part=1)
    for _ in range(5):
        assert portion()
        assert len(pairs()) == 3
    assert not portion()
    assert pairs() == [(people[0].pk, people[1].pk, "address")]
    assert not DuplicateSearch.objects.exists()


def test_what_staff_said_meanwhile_stays() -> None:
    one, other = person("aino@gmail.com"), person("ai.no@gmail.com")
    third = person("vera@x.example", "Vera Lind")
    search(part=1)
    searching.begin(at=NOON, by="test", part=1)
    assert portion()
    duplicates.dismiss(DuplicatePair.objects.get().pk, at=NOON, by="user:7")
    duplicates.choose(third.pk, "aino@gmail.com", day=DAY, at=NOON, by="user:7")
    while portion():
        pass
    assert pairs() == [(one.pk, other.pk, "address"), (one.pk, third.pk, "chosen")]
    assert DuplicatePair.objects.exclude(dismissed_at=None).count() == 1


def test_a_part_that_was_broken_off_is_searched_again_and_finds_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        person(f"aino+{number}@gmail.com", f"P{number} Q{number}")
    searching.begin(at=NOON, by="test", part=1)
    note = searching._note

    def die(*told: Any) -> int:
        note(*told)
        raise SystemExit

    monkeypatch.setattr(searching, "_note", die)
    with pytest.raises(SystemExit):
        portion()
    monkeypatch.setattr(searching, "_note", note)
    assert (DuplicateSearch.objects.get().done, pairs()) == (0, [])
    assert search(part=1) == 8
    assert pairs() == whole()


@pytest.mark.usefixtures("policy")
def test_a_tick_goes_on_with_a_search_that_stands_and_begins_none() -> None:
    person("aino@gmail.com"), person("ai.no@gmail.com")
    tasks.go_on_with_duplicates()
    assert pairs() == []
    searching.begin(at=NOON, by="user:7", part=1)
    assert portion()
    tasks.go_on_with_duplicates()
    assert len(pairs()) == 1
    assert AuditEvent.objects.get(code="duplicates.found").by == "user:7"


def test_who_asks_while_a_search_is_under_way_gets_that_one() -> None:
    person("aino@gmail.com"), person("ai.no@gmail.com")
    searching.begin(at=NOON, by="duplicates", part=1)
    assert portion()
    searching.begin(at=NOON, by="user:7", part=1)
    assert DuplicateSearch.objects.get().done == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_beside_the_first_does_nothing() -> None:
    person("aino@gmail.com"), person("ai.no@gmail.com")
    searching.begin(at=NOON, by="test", part=1)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM contacts_duplicatesearch FOR UPDATE")
        assert not portion()
        assert pairs() == []
        cursor.execute("ROLLBACK")
    assert portion()
