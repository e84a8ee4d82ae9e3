import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.events import check_in, events
from contacts.events.check_in import Arrival, AttendingError, FullError
from contacts.models import Activity, AuditEvent, Basis, Contact, FoodPreference, PolicyVersion, Registration, SignUp
from contacts.people.restriction_guard import StoredOnlyError
from tests.support.admin_pages import contents
from tests.support.doors import AN_HOUR, arrive, event_on, guest, undo, waiting
from tests.support.examples import examples
from tests.support.factories import NOON, ONE_DAY, SPRING, ContactFactory, do, everything_about, hold

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


@pytest.mark.promise("P7")
def test_whoever_comes_has_done_something_and_their_clock_runs_from_that_day(policy: PolicyVersion) -> None:
    place = guest(event_on(slug="cloud-day"), policy)
    assert arrive(place, policy) == Arrival(place.pk, NOON)
    place.refresh_from_db()
    assert place.attended_at == NOON
    done = Activity.objects.get(contact=place.contact)
    assert (done.kind, done.occurred_at, done.reference) == ("attendance", NOON, "cloud-day")
    assert Contact.objects.get().last_activity_on == TODAY
    assert Basis.objects.get(scenario="event").clock_from == TODAY


def test_a_guest_who_is_in_stays_in_since_the_first_time(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    arrive(place, policy)
    before = contents()
    assert arrive(place, policy, NOON + AN_HOUR) == Arrival(place.pk, NOON, again=True)
    assert contents() == before


@pytest.mark.parametrize("case", ["before", "after", "cancelled"])
def test_nobody_is_checked_in_at_another_time(case: str, policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy)
    if case == "cancelled":
        events.cancel(event, at=NOON, by="test")
        event.refresh_from_db()
    moments = {"before": check_in.opens_at(event) - AN_HOUR, "after": check_in.closes_at(event), "cancelled": NOON}
    before = contents()
    with pytest.raises(AttendingError):
        check_in.check_in(event, place.pk, policy=policy, at=moments[case], by="test")
    assert contents() == before


def test_check_in_opens_with_the_day_before_where_the_event_is() -> None:
    far = event_on(starts_at=dt.datetime(2027, 3, 1, 23, 0, tzinfo=dt.UTC), ends_at=None, time_zone="Pacific/Auckland")
    assert check_in.opens_at(far).isoformat() == "2027-03-01T00:00:00+13:00"
    assert check_in.closes_at(far) == dt.datetime(2027, 3, 3, 11, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("case", ["cancelled", "of another event", "of nobody"])
def test_whoever_has_no_place_is_not_checked_in(case: str, policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event_on() if case == "of another event" else event, policy)
    if case == "cancelled":
        Registration.objects.update(cancelled_at=NOON)
    before = contents()
    with pytest.raises(AttendingError):
        check_in.check_in(event, 0 if case == "of nobody" else place.pk, policy=policy, at=NOON, by="test")
    assert contents() == before


def test_whose_details_are_only_stored_is_let_in_and_not_noted(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy, restricted_through=TODAY)
    before = contents()
    with pytest.raises(StoredOnlyError):
        arrive(place, policy)
    assert contents() == before


def test_a_mistake_is_undone_once(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    before = everything_about(place.contact)
    arrive(place, policy)
    undo(place, policy, NOON + AN_HOUR)
    assert everything_about(place.contact) == before
    with pytest.raises(AttendingError):
        undo(place, policy)
    assert everything_about(place.contact) == before
    codes = AuditEvent.objects.filter(rule="attendance").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["activity.recorded", "activity.taken_back"]


def test_what_the_guest_did_meanwhile_stays_done(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    arrive(place, policy)
    do(place.contact, "call", NOON + ONE_DAY / 2, policy)
    undo(place, policy, NOON + ONE_DAY / 2)
    assert Contact.objects.get().last_activity_on == TODAY + ONE_DAY  # midnight in UTC is one o'clock in Stockholm


def test_a_later_day_that_only_an_import_told_stays(policy: PolicyVersion) -> None:
    place = guest(event_on(starts_at=NOON - ONE_DAY), policy)
    arrive(place, policy, NOON - ONE_DAY)
    Contact.objects.update(last_activity_on=TODAY)
    undo(place, policy)
    assert Contact.objects.get().last_activity_on == TODAY


moments = st.datetimes(dt.datetime(2026, 11, 1), dt.datetime(2026, 11, 24, 11), timezones=st.just(dt.UTC))  # noqa: DTZ001
days = st.dates(SPRING, TODAY)


@pytest.mark.promise("P7")
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    done=st.lists(moments, max_size=3),
    collected=days,
    registered=moments,
    scenarios=st.sets(st.sampled_from(["event", "whitepaper", "prospect"])),
)
def test_undoing_leaves_every_clock_as_if_nobody_had_come(
    policy: PolicyVersion, done: list[dt.datetime], collected: dt.date, registered: dt.datetime, scenarios: set[str]
) -> None:
    event, person = event_on(), ContactFactory.create()
    for scenario in sorted(scenarios):
        hold(person, scenario, collected, policy=policy)
    for number, moment in enumerate(done):
        do(person, "call", moment, policy, str(number))
    place = _registered(event, policy, person, registered)
    before = everything_about(person)
    arrive(place, policy)
    undo(place, policy)
    assert everything_about(person) == before


def _registered(event: Any, policy: PolicyVersion, person: Contact, at: dt.datetime) -> Registration:
    place = Registration.objects.create(event=event, contact=person, registered_at=at)
    do(person, "registration", at, policy, event.slug)
    return place


# Those who have not proven their address


def test_meeting_a_guest_proves_their_address_and_no_consent_of_theirs(policy: PolicyVersion) -> None:
    event = event_on()
    made = waiting(event, policy, consents={"email": "Yes"}, food="no nuts")
    arrival = check_in.admit(event, made, policy=policy, at=NOON, by="test")
    person = Contact.objects.get()
    assert (person.first_name, person.address_trust, person.address_trust_reason) == ("Aino", "unproven", "door")
    assert person.registrations.get().attended_at == NOON
    assert sorted(person.activities.values_list("kind", flat=True)) == ["attendance", "registration"]
    assert not person.permissions.exists()
    assert FoodPreference.objects.get().registration_id == arrival.key


def test_two_phones_admit_one_guest(policy: PolicyVersion) -> None:
    event = event_on()
    made = waiting(event, policy)
    first = check_in.admit(event, made, policy=policy, at=NOON, by="test")
    second = check_in.admit(event, made, policy=policy, at=NOON + AN_HOUR, by="test")
    assert second == Arrival(first.key, NOON, again=True)
    assert Activity.objects.filter(kind="attendance").count() == 1


def test_at_a_full_event_only_whoever_knows_that_there_is_room_lets_somebody_in(policy: PolicyVersion) -> None:
    event = event_on(capacity=1)
    made = waiting(event, policy)
    guest(event, policy)
    before = contents()
    with pytest.raises(FullError):
        check_in.admit(event, made, policy=policy, at=NOON, by="test")
    assert contents() == before
    check_in.admit(event, made, anyway=True, policy=policy, at=NOON, by="test")
    assert event.registrations.count() == 2


def test_a_sign_up_under_the_address_of_somebody_restricted_stays_as_it_is(policy: PolicyVersion) -> None:
    event = event_on()
    made = waiting(event, policy)
    ContactFactory.create(email=made.email, restricted_through=TODAY)
    before = contents()
    with pytest.raises(StoredOnlyError):
        check_in.admit(event, made, policy=policy, at=NOON, by="test")
    assert contents() == before
    assert SignUp.objects.waiting().exists()


# Two at once


def together(*acts: Callable[[], object]) -> list[object]:
    """Do these at the same time, each on a connection of its own, and return what each answered."""
    answers: list[object] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def one(place: int) -> None:
        ready.wait()
        try:
            answers[place] = acts[place]()
        except AttendingError as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_check_a_guest_in_once(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    found = together(lambda: arrive(place, policy, NOON), lambda: arrive(place, policy, NOON + AN_HOUR / 60))
    assert sorted(arrival.again for arrival in found if isinstance(arrival, Arrival)) == [False, True]
    place.refresh_from_db()
    assert {arrival.since for arrival in found if isinstance(arrival, Arrival)} == {place.attended_at}
    assert Activity.objects.filter(kind="attendance").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_undo_once(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    arrive(place, policy)
    found = together(lambda: undo(place, policy), lambda: undo(place, policy))
    assert sorted(type(answer).__name__ for answer in found) == ["AttendingError", "NoneType"]
    assert not Activity.objects.filter(kind="attendance").exists()


@pytest.mark.django_db(transaction=True)
def test_an_undo_that_meets_a_check_in_leaves_one_truth(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    arrive(place, policy)
    together(lambda: undo(place, policy), lambda: arrive(place, policy, NOON + AN_HOUR))
    place.refresh_from_db()
    moments = Activity.objects.filter(kind="attendance").values_list("occurred_at", flat=True)
    assert list(moments) == ([place.attended_at] if place.attended_at else [])
