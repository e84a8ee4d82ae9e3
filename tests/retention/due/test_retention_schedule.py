"""The day of each lapse, and whether an objection or the clock sets it: at the moments where the answer turns."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from contacts.base.days import NIGHTLY_RUN
from contacts.models import Contact, PolicyVersion
from contacts.words.vocabulary import Channel
from retention.due import retention_schedule
from tests.support.factories import (
    DUE,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    agree,
    contact_of,
    customer,
    held_for,
    place,
    register,
    run,
)
from tests.support.objecting import suppress

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

SECOND = dt.timedelta(seconds=1)


def lapse(contact: Contact, policy: PolicyVersion) -> tuple[Any, bool]:
    """The day on which their only basis lapses, and whether by objection."""
    contact_of(None, "prospect", policy)  # somebody else, whom nobody asked about
    statement, values = retention_schedule.of(policy, [contact.pk])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ((*_, lapses_on, by_objection, _promised, _by_promise),) = cursor.fetchall()
    return lapses_on, by_objection


def objected(contact: Contact, day: dt.date) -> None:
    for channel in Channel:
        suppress(contact, channel, day)


@pytest.mark.parametrize(
    ("day", "lapses_on", "by_objection"),
    [
        (DUE - ONE_DAY, DUE - ONE_DAY, True),
        (DUE, DUE, True),
        (DUE + ONE_DAY, DUE, False),
    ],
)
def test_whichever_comes_first_sets_the_day(
    policy: PolicyVersion, day: dt.date, lapses_on: dt.date, by_objection: bool
) -> None:
    contact = held_for("prospect", policy)
    objected(contact, day)
    assert lapse(contact, policy) == (lapses_on, by_objection)


def test_without_an_objection_the_clock_sets_it(policy: PolicyVersion) -> None:
    assert lapse(held_for("prospect", policy), policy) == (DUE, False)


def test_the_last_of_the_objections_sets_it(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy)
    days = [DUE - 3 * ONE_DAY, DUE - 2 * ONE_DAY, DUE - 9 * ONE_DAY]
    for channel, day in zip(Channel, days, strict=True):
        suppress(contact, channel, day)
    assert lapse(contact, policy) == (DUE - 2 * ONE_DAY, True)


def test_an_objection_ends_no_agreement(policy: PolicyVersion) -> None:
    contact = customer(policy)
    objected(contact, DUE)
    assert lapse(contact, policy) == (None, False)


def guest_until(end: dt.datetime, policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    event = EventFactory.create(kind="physical", starts_at=end - dt.timedelta(hours=3), ends_at=end)
    register(contact, event, dt.datetime(2026, 11, 1, tzinfo=dt.UTC), policy=policy)
    objected(contact, dt.date(2026, 11, 2))
    return contact


@pytest.mark.promise("P7")
@pytest.mark.parametrize(("late", "days"), [(-SECOND, 0), (0 * SECOND, 0), (SECOND, 1)])
def test_an_event_that_ends_as_the_night_begins_is_over_for_it(
    policy: PolicyVersion, late: dt.timedelta, days: int
) -> None:
    end = dt.datetime.combine(DUE, NIGHTLY_RUN, policy.zone) + late
    assert lapse(guest_until(end, policy), policy) == (DUE + days * ONE_DAY, True)


def test_no_day_lies_beyond_the_calendar(policy: PolicyVersion) -> None:
    end = dt.datetime(9999, 12, 31, 12, tzinfo=dt.UTC)
    lapses_on, by_objection = lapse(guest_until(end, policy), policy)
    assert (lapses_on < dt.date.max, by_objection) == (True, False)


@pytest.mark.promise("P3")
def test_an_agreement_without_a_foreseeable_end_keeps_nobody_beyond_the_calendar(policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create()
    agree(organisation, dt.date.max)
    assert lapse(contact_of(organisation, "customer", policy), policy) == (dt.date.max, False)


def leaves_on(contact: Contact, policy: PolicyVersion) -> dt.date | None:
    place(contact_of(None, "prospect", policy), "freeze", "request")  # somebody else's
    return retention_schedule.kept_until(policy, [contact.pk], DUE)[contact.pk]


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("holds", "day"),
    [
        ([], DUE),
        ([("duty", DUE + 9 * ONE_DAY), ("duty", DUE + 99 * ONE_DAY)], DUE + 100 * ONE_DAY),
        ([("duty", DUE + 9 * ONE_DAY), ("duty", None)], None),
        ([("duty", DUE + 9 * ONE_DAY), ("freeze", DUE)], None),
        ([("freeze", DUE - ONE_DAY)], DUE),
        ([("duty", dt.date.max)], dt.date.max),
    ],
    ids=["none", "two duties", "one without an end", "a freeze", "a freeze that is over", "for ever"],
)
def test_whoever_is_held_goes_the_day_after_the_last_hold(
    policy: PolicyVersion, holds: list[tuple[str, dt.date | None]], day: dt.date | None
) -> None:
    contact = held_for("prospect", policy)
    for (kind, until), duty in zip(holds, ("tax", "bookkeeping"), strict=False):
        place(contact, kind, "request" if kind == "freeze" else duty, until=until)
    assert leaves_on(contact, policy) == day


@pytest.mark.promise("P5")
def test_whoever_is_reduced_goes_the_day_after_the_last_hold(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax", until=DUE + 9 * ONE_DAY)
    run(DUE, policy)
    assert leaves_on(contact, policy) == DUE + 10 * ONE_DAY


def test_of_everyone_nobody_is_left_out(policy: PolicyVersion) -> None:
    people = [held_for("prospect", policy), customer(policy)]
    statement, values = retention_schedule.of_everyone(policy)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = {row[0] for row in cursor.fetchall()}
    assert found == {each.pk for each in people}
