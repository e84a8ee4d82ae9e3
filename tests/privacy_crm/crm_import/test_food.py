"""What guests eat comes in for physical events to come, with their consent, and for nothing else (P8)."""

import datetime as dt

import pytest

from contacts.models import Basis, Event, FoodPreference, PolicyVersion, Registration
from tests.support.factories import NOON
from tests.support.import_files import AINO, Row, bring, event, person

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P8")]

CONSENTED = "2026-06-01T10:00"


def guest(food_preference: str = "vegan", food_consent_at: str = CONSENTED, **cells: str) -> Row:
    row = {"event": "cloud-day", "email": AINO, "registered_at": "2026-06-01T10:00"} | cells
    return row | {"food_preference": food_preference, "food_consent_at": food_consent_at}


def eaten() -> list[str]:
    return list(FoodPreference.objects.values_list("preference", flat=True))


def test_a_preference_comes_in_with_the_time_of_its_consent(policy: PolicyVersion) -> None:
    outcome = bring(policy, contacts=[person()], events=[event()], registrations=[guest()])
    stored = FoodPreference.objects.get()
    assert (stored.preference, stored.registration.event.slug) == ("vegan", "cloud-day")
    assert stored.consented_at == dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
    assert outcome.report.food_preferences_dropped == 0


@pytest.mark.parametrize(
    ("row", "gathering"),
    [
        (guest(food_consent_at=""), event()),
        (guest(food_consent_at="2026-11-24T12:00:01Z"), event()),
        (guest(), event(starts_at="2026-11-24T09:00", ends_at="2026-11-24T13:00")),
        (guest(), event(starts_at="2026-11-23T09:00")),
    ],
    ids=["without consent", "consent to come", "over this moment", "over without an end"],
)
def test_a_preference_that_may_not_be_stored_is_dropped_and_the_row_comes_in(
    policy: PolicyVersion, row: Row, gathering: Row
) -> None:
    outcome = bring(policy, contacts=[person()], events=[gathering], registrations=[row])
    assert outcome.refused == []
    assert outcome.report.food_preferences_dropped == 1
    assert outcome.counts("registrations").created == 1
    assert Registration.objects.count() == 1
    assert eaten() == []


def test_it_is_stored_until_the_moment_that_the_event_ends(policy: PolicyVersion) -> None:
    ending = event(starts_at="2026-11-24T09:00", ends_at="2026-11-24T13:00:01")
    bring(policy, contacts=[person()], events=[ending], registrations=[guest()])
    assert eaten() == ["vegan"]


@pytest.mark.parametrize("record", [Event, Registration])
def test_it_is_dropped_for_what_was_cancelled(policy: PolicyVersion, record: type[Event | Registration]) -> None:
    bring(policy, contacts=[person()], events=[event()], registrations=[guest("")])
    record._base_manager.update(cancelled_at=NOON)
    assert bring(policy, registrations=[guest()]).report.food_preferences_dropped == 1
    assert eaten() == []


def test_an_event_that_becomes_a_webinar_loses_what_its_guests_eat_and_holds_them_for_the_webinar(
    policy: PolicyVersion,
) -> None:
    bring(policy, contacts=[person()], events=[event()], registrations=[guest()])
    outcome = bring(policy, events=[event(kind="webinar")])
    assert outcome.counts("events").updated == 1
    assert eaten() == []
    assert Basis.objects.filter(contact__email=AINO, scenario="webinar", collected_on="2026-06-01").exists()


def test_an_event_that_is_moved_to_the_past_loses_them_too(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], events=[event()], registrations=[guest()])
    bring(policy, events=[event(starts_at="2026-05-24T09:00")])
    assert eaten() == []


def test_a_later_preference_replaces_the_one_before_with_its_own_consent(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], events=[event()], registrations=[guest()])
    outcome = bring(policy, registrations=[guest("no nuts", "2026-07-01T10:00"), guest("", ""), guest("fish", "")])
    assert eaten() == ["no nuts"]
    assert FoodPreference.objects.get().consented_at == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)
    assert outcome.report.food_preferences_dropped == 1
    assert (outcome.counts("registrations").updated, outcome.counts("registrations").unchanged) == (1, 2)
