"""A check-in that is taken back leaves every clock as it was, also where no row tells of the day before it."""

import datetime as dt

import pytest

from contacts.models import Basis, Contact, PolicyVersion
from tests.support.doors import AN_HOUR, arrive, event_on, guest, undo
from tests.support.factories import NOON, ONE_DAY, everything_about, register

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P7")]

IMPORTED = NOON.date() - dt.timedelta(days=2)


def clock() -> tuple[dt.date | None, dt.date | None]:
    return Contact.objects.get().last_activity_on, Basis.objects.get().clock_from


def imported(policy: PolicyVersion) -> Contact:
    """A guest of whom a file told that they were active two days ago, after they had signed up."""
    place = guest(event_on(), policy)
    Contact.objects.update(last_activity_on=IMPORTED)
    Basis.objects.update(clock_from=IMPORTED)
    return Contact.objects.get(pk=place.contact_id)


def test_a_day_that_only_an_import_told_is_back_after_a_mistake(policy: PolicyVersion) -> None:
    person = imported(policy)
    place = person.registrations.get()
    for _ in range(2):
        arrive(place, policy)
        assert clock() == (NOON.date(), NOON.date())
        undo(place, policy, NOON + AN_HOUR)
        assert clock() == (IMPORTED, IMPORTED)


def test_it_is_back_too_where_two_events_were_mistaken_in_whatever_order(policy: PolicyVersion) -> None:
    person = imported(policy)
    first = person.registrations.get()
    second = register(person, event_on(), NOON - 9 * ONE_DAY, policy=policy)
    Contact.objects.update(last_activity_on=IMPORTED)
    for mistakes in ([first, second], [second, first]):
        arrive(first, policy)
        arrive(second, policy, NOON + AN_HOUR)
        undo(mistakes[0], policy, NOON + AN_HOUR)
        assert clock()[0] == NOON.date()
        undo(mistakes[1], policy, NOON + AN_HOUR)
        assert clock() == (IMPORTED, IMPORTED)


def test_a_guest_whose_rows_tell_everything_has_no_day_kept_beside_them(policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    before = everything_about(place.contact)
    arrive(place, policy)
    undo(place, policy)
    assert everything_about(place.contact) == before
    place.refresh_from_db()
    assert place.active_before is None
