"""Each act that a restore must not undo takes the next number as the last thing that its transaction does."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from contacts.journal import numbers, writing
from contacts.journal.numbers import BehindError
from contacts.models import Contact, JournalLine, JournalNumber, Organisation
from contacts.words.journal import JournalAct
from tests.support.factories import NOON, ContactFactory, OrganisationFactory
from tests.support.journals import Journal
from tests.support.waiting import somebody_waits_for_us

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L11")]

type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start an act in a thread, with a connection of its own."""
    with ThreadPoolExecutor() as threads:

        def with_own_connection(act: Callable[[], Any]) -> Any:
            try:
                return act()
            finally:
                connections.close_all()

        yield lambda act: threads.submit(with_own_connection, act)


def line(**details: Any) -> None:
    writing.write(JournalAct.FOOD, at=NOON, **details)


@transaction.atomic
def broken_off(said: str) -> None:
    line(said=said)
    raise ZeroDivisionError


def there() -> list[tuple[int | None, str]]:
    return [(number, details["said"]) for number, details in JournalLine.objects.values_list("number", "details")]


def test_lines_are_numbered_without_a_gap_also_where_an_act_is_rolled_back(journal: Journal) -> None:
    line(said="first")
    with pytest.raises(ZeroDivisionError):
        broken_off("never")
    with transaction.atomic():
        line(said="second")
        with pytest.raises(ZeroDivisionError):
            broken_off("nor this")
        line(said="third")
    assert sorted(there()) == [(1, "first"), (2, "second"), (3, "third")]
    assert numbers.in_database() == 3


def test_who_commits_first_has_the_smaller_number(journal: Journal, start: Start) -> None:
    with transaction.atomic():
        line(said="began first")
        start(lambda: line(said="began later")).result()
    assert sorted(there()) == [(1, "began later"), (2, "began first")]


def test_who_commits_waits_for_nothing_once_it_has_the_number(journal: Journal, start: Start) -> None:
    """What is put off to the commit locks rows, too: by then no number may be held for which another waits."""
    organisation = OrganisationFactory.create()

    def other() -> None:
        with transaction.atomic():
            line(said="other")
            ContactFactory.create(organisation=organisation)  # whose foreign key is checked at the commit

    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        begun = start(other)
        deadline = time.monotonic() + 60
        while not somebody_waits_for_us():
            assert time.monotonic() < deadline
        line(said="ours")
    begun.result(timeout=60)
    assert sorted(there()) == [(1, "ours"), (2, "other")]
    assert Contact.objects.count() == 1


def test_a_database_that_is_behind_the_journal_takes_no_act_of_its_own(journal: Journal) -> None:
    line(said="before")
    journal.ship()
    JournalLine.objects.all().delete()
    JournalNumber.objects.update(last=0)
    connection.close()
    with pytest.raises(BehindError):
        line(said="after")
    assert there() == []


def test_a_restore_beneath_a_connection_is_found_within_seconds(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    line(said="before")
    journal.ship()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    assert not numbers.is_behind()
    JournalNumber.objects.update(last=0)
    assert not numbers.is_behind()
    monkeypatch.setattr(time, "monotonic", lambda: now + 12)
    assert numbers.is_behind()
    JournalNumber.objects.update(last=1)
    assert not numbers.is_behind()


def test_no_act_waits_for_a_journal_that_cannot_be_read(journal: Journal, settings: Any) -> None:
    settings.JOURNAL_URL = "file:///proc/nowhere/journal"
    connection.close()
    line(said="all the same")
    assert there() == [(1, "all the same")]
