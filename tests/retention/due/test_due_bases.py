"""Which bases are due, where somebody else's records lie beside: another event, another guest, another organisation."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from contacts.base.days import run_of
from contacts.models import Contact, Event, PolicyVersion
from contacts.words.vocabulary import Channel
from retention.due.due_bases import RetentionDate, Sql
from tests.support.factories import (
    AUTUMN,
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    agree,
    contact_of,
    held_for,
    hold,
    register,
)
from tests.support.objecting import noted, owed, suppress

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

RECENTLY = dt.date(2026, 11, 1)


def found(query: Sql) -> set[tuple[int, str]]:
    statement, values = query
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return set(cursor.fetchall())


def due(policy: PolicyVersion, at: dt.datetime | None = None) -> set[tuple[int, str]]:
    return found(RetentionDate(policy, at or run_of(DUE, policy.zone)).all_due())


def event(kind: str, days: int) -> Event:
    """One that ends so many days from now."""
    starts_at = NOON + days * ONE_DAY
    return EventFactory.create(kind=kind, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2))


def guest(at: Event, policy: PolicyVersion, contact: Contact | None = None) -> Contact:
    contact = contact or ContactFactory.create()
    register(contact, at, NOON - 30 * ONE_DAY, policy=policy)
    return contact


def test_a_mail_about_one_event_does_not_keep_who_is_held_for_another(policy: PolicyVersion) -> None:
    webinar, fair = event("webinar", -5), event("physical", -5)
    contact = guest(fair, policy, guest(webinar, policy))
    owed(contact, event=webinar)
    noted(contact, RECENTLY)
    assert due(policy) == {(contact.pk, "event")}


def test_another_event_that_is_not_over_keeps_no_guest_of_one_that_is(policy: PolicyVersion) -> None:
    contact = guest(event("physical", -5), policy)
    event("physical", 60)
    guest(event("physical", 90), policy)
    noted(contact, RECENTLY)
    assert due(policy) == {(contact.pk, "event")}


def test_the_last_of_the_objections_counts(policy: PolicyVersion) -> None:
    contact = contact_of(None, "webinar", policy, last_activity_on=DUE)
    for channel, day in zip(Channel, (RECENTLY, DUE, DUE + ONE_DAY), strict=True):
        suppress(contact, channel, day)
    days = [DUE, DUE + ONE_DAY]
    assert [bool(due(policy, run_of(day, policy.zone))) for day in days] == [False, True]


def test_whoever_objected_is_found_beside_those_whose_period_is_over(policy: PolicyVersion) -> None:
    over, objector = held_for("prospect", policy), contact_of(None, "prospect", policy)
    hold(objector, "webinar", DUE, policy=policy)
    objector.bases.filter(scenario="prospect").update(clock_from=DUE, collected_on=DUE)
    noted(objector, RECENTLY)
    assert due(policy) == {(over.pk, "prospect"), (objector.pk, "prospect"), (objector.pk, "webinar")}


@pytest.mark.promise("P3")
def test_of_those_whose_clock_is_an_organisation_s_only_those_of_the_locked_ones_count(policy: PolicyVersion) -> None:
    people = []
    for _ in range(2):
        organisation = OrganisationFactory.create()
        agree(organisation, AUTUMN)
        people.append(contact_of(organisation, "customer", policy))
    ours, other = people
    night, ids = RetentionDate(policy, run_of(DUE, policy.zone)), [each.pk for each in people]
    asked: list[Any] = [ours.organisation_id]
    assert found(night.lapsed("customer", ids)) == {(ours.pk, "customer"), (other.pk, "customer")}
    assert found(night.lapsed("customer", ids, asked)) == {(ours.pk, "customer")}
    assert found(night.lapsed("customer", [other.pk], asked)) == set()


def test_a_customer_is_not_held_for_marketing_alone(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    agree(organisation, None)
    contact = contact_of(organisation, "customer", policy)
    hold(contact, "prospect", SPRING + ONE_DAY, policy=policy)
    noted(contact, RECENTLY)
    assert due(policy) == {(contact.pk, "prospect")}
