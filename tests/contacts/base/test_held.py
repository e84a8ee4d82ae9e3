"""Work on many rows, some of which somebody else holds. Real connections: `locked` has one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from contacts.base import held
from contacts.base.limits import limits
from contacts.models import Contact, ProposedDetail
from contacts.people import details
from tests.support.factories import NOON, ONE_DAY, ContactFactory
from tests.support.waiting import locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L11")]


@pytest.fixture(autouse=True)
def impatient(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SWEEP_LOCK_TIMEOUT = "20ms"
    monkeypatch.setattr(held, "BRIEF", "10ms")
    with limits(lock="20ms"):
        yield


@pytest.fixture
def people(db: None) -> list[int]:
    return [ContactFactory.create().pk for _ in range(8)]


class Deleting:
    """Deletes people, and keeps how many it was asked to delete each time."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, keys: list[int]) -> None:
        self.asked.append(len(keys))
        with transaction.atomic():
            Contact.objects.filter(pk__in=keys).delete()


def left() -> list[int]:
    return list(Contact.objects.order_by("pk").values_list("pk", flat=True))


def test_a_batch_is_halved_until_the_row_that_is_held_stands_alone(people: list[int]) -> None:
    act = Deleting()
    with locked("contacts_contact", "id = %s", people[2]):
        assert held.left_out([people], act) == [people[2]]
    assert left() == [people[2]]
    assert act.asked == [8, 4, 2, 2, 1, 1, 4]


def test_a_row_that_hangs_on_it_and_is_held_is_found_as_well(people: list[int]) -> None:
    ProposedDetail.objects.create(contact_id=people[5], detail="phone", typed={}, proposed_at=NOON)
    with locked("contacts_proposeddetail", "contact_id = %s", people[5]):
        assert held.left_out([people[:4], people[4:]], Deleting()) == [people[5]]
    assert left() == [people[5]]


def test_where_all_is_held_the_search_ends(people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_MOST_WAITS", 3)
    act = Deleting()
    with locked("contacts_contact", "TRUE"):
        assert held.left_out([people[:4], people[4:]], act) == people
    assert left() == people
    assert len(act.asked) < 8


def test_any_other_error_is_raised(people: list[int]) -> None:
    def fail(keys: list[int]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError, match="division by zero"):
        held.left_out([people], fail)


def test_a_sweep_leaves_what_is_held_for_the_next_and_says_how_many(
    people: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    for person in people:
        ProposedDetail.objects.create(contact_id=person, detail="phone", typed={}, proposed_at=NOON)
    later = NOON + 31 * ONE_DAY
    with locked("contacts_proposeddetail", "contact_id = %s", people[0]):
        assert details.sweep(later) == 7
    (said,) = [record.msg for record in caplog.records if record.name == held.__name__]
    assert {"event": "sweep.skipped", "what": "contacts.proposeddetail", "number": 1}.items() <= said.items()
    assert details.sweep(later) == 1


def test_batches_have_all_keys_in_their_order(people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "BATCH", 3)
    assert list(held.by_key(Contact.objects.all())) == [people[:3], people[3:6], people[6:]]


# Limits


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_limits_hold_within_their_block_alone(db: None) -> None:
    before = setting("lock_timeout"), setting("statement_timeout")
    with limits(lock="3s", statement="4s"):
        with limits(lock="1s"):
            assert (setting("lock_timeout"), setting("statement_timeout")) == ("1s", "4s")
        assert (setting("lock_timeout"), setting("statement_timeout")) == ("3s", "4s")
    assert (setting("lock_timeout"), setting("statement_timeout")) == before


def breaks(act: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError):
        act()


def test_limits_end_with_a_block_that_fails_and_with_a_transaction_that_does(db: None) -> None:
    before = setting("lock_timeout")

    def in_a_transaction() -> None:
        with transaction.atomic(), limits(lock="3s"), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    def around_one() -> None:
        with limits(lock="3s"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    for act in (in_a_transaction, around_one):
        breaks(act)
        assert setting("lock_timeout") == before
