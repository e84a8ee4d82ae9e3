"""What happens to a person while a run is about to delete them: whoever comes in time saves them, whoever comes later
is told. Real connections in threads; that somebody waits is read from PostgreSQL.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from contacts.base.days import run_of
from contacts.events import dietary
from contacts.models import Activity, Agreement, AuditEvent, Contact, FoodPreference, Organisation, PolicyVersion
from contacts.people import agreements
from contacts.people.activities import ContactGoneError
from retention.holds.holds import HoldError
from retention.models import Hold, PurgeCount, PurgeRun
from retention.nights import outcomes
from retention.nights.outcomes import Outcome
from retention.watch import scheduler
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    EventFactory,
    agree,
    approve,
    contact_of,
    crowd,
    do,
    held_for,
    hold,
    is_held,
    place,
    register,
    rehearse,
    run,
    scenarios_of,
    stockholm,
)
from tests.support.waiting import locked

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60.0
TODAY = stockholm(2026, 11, 24, 2, 29)

p3 = pytest.mark.promise("P3")
p6 = pytest.mark.promise("P6")


type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def meanwhile() -> Iterator[Start]:
    """Start an act in a thread, with a connection of its own."""
    with ThreadPoolExecutor() as threads:

        def with_own_connection(act: Callable[[], Any]) -> Any:
            try:
                return act()
            finally:
                connections.close_all()

        yield lambda act: threads.submit(with_own_connection, act)


def contact_locked(contact: Contact) -> Any:
    """A run has picked its people and cannot lock this one yet, nor those after them."""
    return locked("contacts_contact", "id = %s", contact.pk)


def deed_locked(contact: Contact) -> Any:
    """A run has locked its people and decided, and cannot delete this one's activities yet."""
    return locked("contacts_activity", "contact_id = %s", contact.pk)


def await_waiting(number: int, event: str = "%") -> None:
    """Return as soon as so many connections wait for a lock."""
    deadline = time.monotonic() + PATIENCE
    while waiting(event) < number:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.005)


def waiting(event: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event LIKE %s",
            [event],
        )
        return int(cursor.fetchone()[0])


def the_night(policy: PolicyVersion) -> Callable[[], Outcome]:
    return partial(run, DUE, policy)


@contextmanager
def uncommitted(act: Callable[[], Any], meanwhile: Start) -> Iterator[None]:
    """Somebody has acted and not committed yet; they do at the end."""
    done, go = Event(), Event()

    def slowly() -> None:
        with transaction.atomic():
            act()
            done.set()
            assert go.wait(PATIENCE)

    acting = meanwhile(slowly)
    try:
        assert done.wait(PATIENCE)
        yield
    finally:
        go.set()
        acting.result(PATIENCE)


@pytest.fixture
def two(policy: PolicyVersion) -> list[Contact]:
    """Two people who downloaded a whitepaper and are due; the run locks them in this order."""
    people = crowd(2, "whitepaper", SPRING, policy=policy)
    for contact in people:
        do(contact, "download", stockholm(2025, 5, 24), policy)
    return people


# Activities


@p6
def test_an_activity_that_is_committed_between_pick_and_lock_saves_the_person(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with contact_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        do(two[1], "call", TODAY, policy)
    assert night.result(PATIENCE).contacts_deleted == 1
    assert list(map(is_held, two)) == [False, True]
    assert scenarios_of(two[1]) == ["whitepaper"]


@p6
def test_an_activity_that_is_not_committed_when_the_run_starts_saves_the_person(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with uncommitted(lambda: do(two[1], "call", TODAY, policy), meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    assert night.result(PATIENCE).contacts_deleted == 1
    assert list(map(is_held, two)) == [False, True]


@p6
def test_an_activity_that_comes_during_the_batch_waits_and_hears_that_the_person_is_gone(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with deed_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        late = meanwhile(lambda: do(two[1], "call", TODAY, policy))
        await_waiting(2)
    with pytest.raises(ContactGoneError):
        late.result(PATIENCE)
    assert night.result(PATIENCE).contacts_deleted == 2
    assert not Activity.objects.exists()
    assert not AuditEvent.objects.filter(code="activity.recorded", rule="call").exists()


@p6
def test_an_activity_that_comes_while_a_basis_goes_finds_the_person_without_it(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    hold(two[0], "prospect", DUE, policy=policy)
    with deed_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        late = meanwhile(lambda: do(two[0], "call", TODAY, policy))
        await_waiting(2)
    late.result(PATIENCE)
    assert night.result(PATIENCE).bases_lapsed["whitepaper"] == 2
    assert scenarios_of(two[0]) == ["prospect"]
    assert list(two[0].activities.values_list("kind", flat=True)) == ["call"]


# Agreements


@pytest.fixture
def firms(policy: PolicyVersion) -> list[Contact]:
    """Contacts of two customers whose agreements ended; a colleague of each stays on as a prospect."""
    people = [held_for("customer", policy) for _ in range(2)]
    for contact in people:
        hold(contact_of(contact.organisation, "prospect", policy), "whitepaper", DUE, policy=policy)
    return people


def reopen(contact: Contact) -> None:
    agreements.reopen(Agreement.objects.get(organisation=contact.organisation_id), at=TODAY, by="test")


def organisation_locked(contact: Contact) -> Any:
    return locked("contacts_organisation", "id = %s", contact.organisation_id)


@p3
def test_an_agreement_that_is_reopened_between_pick_and_lock_saves_its_people(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    with organisation_locked(firms[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        reopen(firms[1])
    assert night.result(PATIENCE).bases_lapsed["customer"] == 1
    assert list(map(is_held, firms)) == [False, True]


@p3
def test_a_reopened_agreement_that_is_not_committed_when_the_run_starts_saves_its_people(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    with uncommitted(lambda: reopen(firms[1]), meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    night.result(PATIENCE)
    assert list(map(is_held, firms)) == [False, True]


@p3
def test_a_new_agreement_that_is_not_committed_when_the_run_starts_saves_its_people(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    with uncommitted(lambda: agree(firms[1].organisation, None, "partner"), meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    night.result(PATIENCE)
    assert list(map(is_held, firms)) == [False, True]


@p3
def test_the_first_agreement_of_an_unverified_customer_saves_them_while_it_is_not_committed(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    firm = held_for("customer", policy).organisation
    firm.agreements.all().delete()
    agreements.settle([firm.pk])
    contact = contact_of(firm, "partner", policy)
    with uncommitted(lambda: agree(firm, None), meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    night.result(PATIENCE)
    assert is_held(contact)


@p3
def test_an_agreement_that_is_reopened_during_the_batch_waits_and_is_open_afterwards(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    do(firms[0], "call", stockholm(2025, 5, 24), policy)
    with deed_locked(firms[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        late = meanwhile(lambda: reopen(firms[0]))
        await_waiting(2)
    late.result(PATIENCE)
    assert night.result(PATIENCE).bases_lapsed["customer"] == 2
    assert not is_held(firms[0])
    assert Organisation.objects.get(pk=firms[0].organisation_id).agreement_state == "open"


@p3
def test_who_moves_to_a_customer_between_pick_and_lock_is_saved(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    elsewhere = held_for("customer", policy).organisation
    reopen(elsewhere.contacts.get())
    with organisation_locked(firms[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        Contact.objects.filter(pk=firms[1].pk).update(organisation=elsewhere)
    night.result(PATIENCE)
    assert list(map(is_held, firms)) == [False, True]


@p3
def test_who_moves_to_another_former_customer_between_pick_and_lock_waits_for_the_next_night(
    policy: PolicyVersion, firms: list[Contact], meanwhile: Start
) -> None:
    """Nobody has locked that organisation: its agreement may be being reopened at this moment."""
    elsewhere = held_for("prospect", policy)
    former = held_for("customer", policy).organisation
    hold(contact_of(former, "prospect", policy), "whitepaper", DUE, policy=policy)
    former.contacts.filter(bases__scenario="customer").delete()
    with organisation_locked(firms[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        Contact.objects.filter(pk=firms[1].pk).update(organisation=former)
    night.result(PATIENCE)
    assert list(map(is_held, [*firms, elsewhere])) == [False, True, False]
    run(DUE + ONE_DAY, policy)
    assert not is_held(firms[1])


# Holds


@pytest.mark.parametrize(("kind", "reason"), [("freeze", "request"), ("duty", "tax")])
def test_a_hold_that_is_placed_between_pick_and_lock_stands(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start, kind: str, reason: str
) -> None:
    with contact_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        place(two[1], kind, reason)
    assert night.result(PATIENCE).contacts_deleted == 1
    assert list(map(is_held, two)) == [False, True]
    assert bool(scenarios_of(two[1])) == (kind == "freeze")


def test_a_freeze_that_is_not_committed_when_the_run_starts_stands(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with uncommitted(lambda: place(two[1], "freeze", "request"), meanwhile):
        night = meanwhile(the_night(policy))
        await_waiting(1)
    night.result(PATIENCE)
    assert list(map(is_held, two)) == [False, True]


def test_a_hold_that_is_placed_during_the_batch_waits_and_hears_that_the_person_is_gone(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with deed_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        late = meanwhile(lambda: place(two[1], "freeze", "request"))
        await_waiting(2)
    with pytest.raises(HoldError):
        late.result(PATIENCE)
    assert night.result(PATIENCE).contacts_deleted == 2
    assert not Hold.objects.exists()
    assert not AuditEvent.objects.filter(code="hold.placed").exists()


def test_a_hold_that_is_renewed_while_the_run_deals_with_its_end_stands(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    people = crowd(2, "prospect", SPRING, policy=policy)
    for contact in people:
        place(contact, "duty", "tax", until=DUE)
    run(DUE, policy)
    with contact_locked(people[0]):
        night = meanwhile(partial(run, DUE + ONE_DAY, policy))
        await_waiting(1)
        place(people[1], "duty", "tax")
    assert night.result(PATIENCE).contacts_deleted == 1
    assert list(map(is_held, people)) == [False, True]
    assert Hold.objects.get().closed_on is None


# Runs


def test_a_second_run_waits_for_the_first_and_doubles_nothing(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    with contact_locked(two[0]):
        first = meanwhile(the_night(policy))
        await_waiting(1)
        second = meanwhile(the_night(policy))
        await_waiting(1, "advisory")
        assert PurgeRun.objects.count() == 1
    assert [first.result(PATIENCE).contacts_deleted, second.result(PATIENCE).contacts_deleted] == [2, 0]
    assert list(PurgeRun.objects.order_by("pk").values_list("status", flat=True)) == ["finished", "finished"]
    assert AuditEvent.objects.filter(code="contact.deleted").count() == 2
    assert sum(PurgeCount.objects.values_list("contacts_deleted", flat=True)) == 2


def test_a_dry_run_waits_for_nobody(policy: PolicyVersion, two: list[Contact], meanwhile: Start) -> None:
    with contact_locked(two[0]):
        night = meanwhile(the_night(policy))
        await_waiting(1)
        assert rehearse(DUE, policy).contacts_deleted == 2
    night.result(PATIENCE)


@contextmanager
def table_locked(table: str) -> Iterator[Any]:
    """Keep everybody out of a table, and let the test change something in it; that is committed at the end."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield cursor
        other.commit()
    finally:
        other.close()


@contextmanager
def half_written_down(contact: Contact, purge_run: PurgeRun) -> Iterator[None]:
    """Have a run that writes this person down wait, to hear whether somebody else does."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO retention_purgecandidate (run_id, contact_id) VALUES (%s, %s)", [purge_run.pk, contact.pk]
            )
        yield
    finally:
        other.rollback()
        other.close()


def test_all_numbers_of_a_dry_run_are_those_of_one_moment(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    event = EventFactory.create(starts_at=stockholm(2026, 11, 20, 9), ends_at=stockholm(2026, 11, 20, 17))
    register(two[0], event, stockholm(2025, 5, 24), policy=policy, food="No nuts")
    with table_locked("contacts_foodpreference") as cursor:  # which it counts last
        rehearsal = meanwhile(partial(rehearse, DUE, policy))
        await_waiting(1)
        cursor.execute("DELETE FROM contacts_foodpreference")
    foreseen = rehearsal.result(PATIENCE)
    assert (foreseen.contacts_deleted, foreseen.food_preferences_deleted) == (2, 1)
    assert not FoodPreference.objects.exists()


def test_a_waiting_run_says_how_many_people_it_wrote_down_whoever_comes_meanwhile(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start, settings: Any
) -> None:
    settings.PURGE_CAP_NUMBER = 1
    with table_locked("contacts_foodpreference"):  # where it begins
        night = meanwhile(the_night(policy))
        await_waiting(1, "relation")
        begun = ExitStack()
        begun.enter_context(half_written_down(two[1], PurgeRun.objects.get()))
    with begun:
        await_waiting(1, "transactionid")  # where it writes down its people, before it counts them
        late = crowd(1, "prospect", SPRING, policy=policy)
    assert night.result(PATIENCE).status == "needs_approval"
    waits = PurgeRun.objects.get()
    assert set(waits.candidates.values_list("contact", flat=True)) == {contact.pk for contact in two}
    assert waits.to_delete == 2
    assert all(map(is_held, [*two, *late]))


def tick(policy: PolicyVersion) -> None:
    at = run_of(DUE, policy.zone)
    scheduler.tick(at=at, now=lambda: at)


def test_two_ticks_at_once_make_one_run(policy: PolicyVersion, two: list[Contact], meanwhile: Start) -> None:
    with contact_locked(two[0]):
        first = meanwhile(partial(tick, policy))
        await_waiting(1)
        meanwhile(partial(tick, policy)).result(PATIENCE)  # it leaves
    first.result(PATIENCE)
    assert PurgeRun.objects.get().status == "finished"
    assert not any(map(is_held, two))


def test_two_ticks_at_once_carry_out_an_approved_run_once(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start, settings: Any
) -> None:
    settings.PURGE_CAP_NUMBER = 1
    run(DUE, policy)
    waits = PurgeRun.objects.get()
    approve(waits)
    with contact_locked(two[0]):
        first = meanwhile(partial(tick, policy))
        await_waiting(1)
        meanwhile(partial(tick, policy)).result(PATIENCE)  # it leaves
    first.result(PATIENCE)
    assert PurgeRun.objects.count() == 1
    assert outcomes.outcome(waits).contacts_deleted == 2
    assert AuditEvent.objects.filter(code="contact.deleted").count() == 2


def test_a_batch_that_loses_a_deadlock_is_tried_again(
    policy: PolicyVersion, two: list[Contact], meanwhile: Start
) -> None:
    holding, go = Event(), Event()

    def rival() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '60s'")  # so that the run is the one that gives way
            Contact.objects.select_for_update().get(pk=two[1].pk)
            holding.set()
            assert go.wait(PATIENCE)
            Contact.objects.select_for_update().get(pk=two[0].pk)

    rivalry = meanwhile(rival)
    assert holding.wait(PATIENCE)
    night = meanwhile(the_night(policy))
    await_waiting(1)
    go.set()
    rivalry.result(PATIENCE)
    assert (night.result(PATIENCE).status, night.result().contacts_deleted) == ("finished", 2)


# Dietary needs


@pytest.mark.promise("P8")
def test_two_sweeps_at_once_count_each_food_preference_once(policy: PolicyVersion, meanwhile: Start) -> None:
    contact = held_for("prospect", policy)
    over = EventFactory.create(starts_at=stockholm(2026, 11, 20), ends_at=stockholm(2026, 11, 20, 17))
    register(contact, over, stockholm(2026, 11, 1), policy=policy, food="No nuts")
    with locked("contacts_foodpreference", "TRUE"):
        sweeps = [meanwhile(lambda: dietary.sweep(NOON)) for _ in range(2)]
        await_waiting(2)
    assert sum(sweep.result(PATIENCE) for sweep in sweeps) == 1
    assert not FoodPreference.objects.exists()
