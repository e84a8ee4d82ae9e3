import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.events import events
from contacts.events.events import EventError, Times
from contacts.models import AuditEvent, Basis, Contact, Event, FoodPreference, Organisation, PolicyVersion
from contacts.people import organisations
from contacts.people.organisations import OrganisationError
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    everything_about,
    hold,
)

pytestmark = pytest.mark.django_db

MORNING = dt.datetime(2027, 5, 24, 9, 0, tzinfo=dt.UTC)


def guest_with_food(event: Event) -> FoodPreference:
    registration = RegistrationFactory.create(event=event)
    return FoodPreference.objects.create(registration=registration, preference="vegan", consented_at=NOON)


@pytest.mark.promise("P8")
def test_cancelling_an_event_deletes_its_food_preferences_and_no_others() -> None:
    event, other = EventFactory.create(), EventFactory.create()
    guest_with_food(event)
    kept = guest_with_food(other)
    assert events.cancel(event, at=NOON, by="test") == 1
    assert list(FoodPreference.objects.all()) == [kept]


def test_an_event_is_cancelled_once() -> None:
    event = EventFactory.create()
    events.cancel(event, at=NOON, by="test")
    with pytest.raises(EventError):
        events.cancel(event, at=MORNING, by="test")
    event.refresh_from_db()
    assert event.cancelled_at == NOON
    assert AuditEvent.objects.filter(code="event.cancelled").count() == 1


@pytest.mark.promise("P8")
def test_moving_an_event_keeps_food_preferences_until_its_new_end() -> None:
    event = EventFactory.create()
    guest_with_food(event)
    later = Times(MORNING, MORNING + dt.timedelta(days=1), "Europe/Stockholm")
    assert events.move(event, later, at=NOON, by="test") == 0
    event.refresh_from_db()
    assert event.over_at == MORNING + dt.timedelta(days=1)


@pytest.mark.promise("P8")
def test_an_event_moved_into_the_past_loses_its_food_preferences_at_once() -> None:
    event = EventFactory.create()
    guest_with_food(event)
    past = Times(NOON - dt.timedelta(hours=2), NOON - dt.timedelta(hours=1), "Europe/Stockholm")
    assert events.move(event, past, at=NOON, by="test") == 1


def test_an_event_that_becomes_a_webinar_holds_its_guests_for_a_webinar(policy: PolicyVersion) -> None:
    event = EventFactory.create()
    guest_with_food(event)
    registration = RegistrationFactory.create(event=event)
    hold(registration.contact, "event", dt.date(2026, 11, 24), policy=policy)
    assert events.convert(event, "webinar", policy=policy, at=NOON, by="test") == 1
    basis = Basis.objects.get(contact=registration.contact, scenario="webinar")
    assert (basis.collected_on, basis.clock_from) == (dt.date(2026, 11, 24), dt.date(2026, 11, 24))
    assert basis.legal_basis == policy.rule("webinar").legal_basis


def test_a_guest_who_cancelled_is_not_held_for_the_new_kind(policy: PolicyVersion) -> None:
    registration = RegistrationFactory.create(cancelled_at=NOON)
    events.convert(registration.event, "webinar", policy=policy, at=NOON, by="test")
    assert not Basis.objects.exists()


@pytest.mark.promise("P22")
@pytest.mark.promise("L6")
def test_a_guest_whose_details_are_only_stored_is_not_held_for_the_new_kind(policy: PolicyVersion) -> None:
    event = EventFactory.create()
    stored, other = (RegistrationFactory.create(event=event).contact for _ in range(2))
    Contact.objects.filter(pk=stored.pk).update(restricted_through=NOON.date())
    before = everything_about(stored)
    events.convert(event, "webinar", policy=policy, at=NOON, by="test")
    after = everything_about(stored)
    assert {name for name in after if after[name] != before[name]} == {"Message"}  # owed to all, withheld from them
    assert list(Basis.objects.values_list("contact", "scenario")) == [(other.pk, "webinar")]


@pytest.mark.parametrize("zone", ["Mars/Olympus", ""])
def test_an_event_needs_a_known_time_zone(zone: str) -> None:
    with pytest.raises(EventError):
        events.create("Cloud Day", "physical", Times(MORNING, None, zone), at=NOON, by="test")
    assert not Event.objects.exists()


def test_two_events_do_not_share_a_short_name() -> None:
    times = Times(MORNING, None, "Europe/Stockholm")
    events.create("Cloud Day", "physical", times, at=NOON, by="test")
    with pytest.raises(EventError):
        events.create("Cloud day", "webinar", times, at=NOON, by="test")
    assert Event.objects.count() == 1


def test_an_organisation_that_is_gone_is_not_changed() -> None:
    organisation = OrganisationFactory.create()
    Organisation.objects.all().delete()
    with pytest.raises(OrganisationError):
        organisations.change(organisation, name="X", country="", reference="", legal_form="", at=NOON, by="test")
    assert not AuditEvent.objects.exists()


def test_an_organisation_with_people_is_not_deleted() -> None:
    contact = ContactFactory.create(organisation=OrganisationFactory.create())
    with pytest.raises(IntegrityError):
        _delete_now(contact.organisation)
    assert Organisation.objects.filter(pk=contact.organisation_id).exists()


@transaction.atomic
def _delete_now(organisation: Organisation) -> None:
    """Delete, and have the database check at once what it would check at the end of the transaction."""
    organisation.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
