"""Days and moments as exports write them, and in whose time zone they are."""

import datetime as dt

import pytest

from contacts.models import Activity, Event, PolicyVersion
from tests.support.factories import NOON, stockholm
from tests.support.import_files import AINO, aino, basis, bring, event, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-06-01", dt.date(2026, 6, 1)),
        ("20260601", dt.date(2026, 6, 1)),
        (" 2026-06-01 ", dt.date(2026, 6, 1)),
        ("2024-02-29", dt.date(2024, 2, 29)),
        ("0001-01-01", dt.date(1, 1, 1)),
        ("2026-06-01T23:30", dt.date(2026, 6, 1)),
        ("2026-06-01T23:30:00Z", dt.date(2026, 6, 2)),
        ("2026-06-01 00:30:00+03:00", dt.date(2026, 5, 31)),
    ],
)
def test_a_date_may_come_with_a_time_and_is_the_companys_day(policy: PolicyVersion, cell: str, day: dt.date) -> None:
    assert bring(policy, contacts=[person(collected_on=cell)]).refused == []
    assert basis().collected_on == day


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-06-01T10:00:00.123456+00:00", dt.datetime(2026, 6, 1, 10, 0, 0, 123456, dt.UTC)),
        ("2026-06-01T10:00", stockholm(2026, 6, 1, 10)),
        ("2026-01-01T10:00", stockholm(2026, 1, 1, 10)),
        ("2026-06-01", stockholm(2026, 6, 1, 0)),
        ("2026-11-24T12:00:00Z", NOON),
    ],
)
def test_a_moment_without_an_offset_is_on_the_wall_of_the_company(
    policy: PolicyVersion, cell: str, moment: dt.datetime
) -> None:
    activity = {"email": AINO, "kind": "call", "occurred_at": cell}
    assert bring(policy, contacts=[person()], activities=[activity]).refused == []
    assert Activity.objects.get().occurred_at == moment


def test_today_is_the_companys_day_and_not_that_of_utc(policy: PolicyVersion) -> None:
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
    assert bring(policy, late, contacts=[person(collected_on="2026-11-25")]).refused == []
    early = dt.datetime(2026, 11, 24, 22, 30, tzinfo=dt.UTC)
    assert len(bring(policy, early, contacts=[person(collected_on="2026-11-25")]).rejects) == 1


def test_last_activity_is_a_day_of_the_company(policy: PolicyVersion) -> None:
    activity = {"email": AINO, "kind": "call", "occurred_at": "2026-06-01T22:30:00Z"}
    bring(policy, contacts=[person()], activities=[activity])
    assert aino().last_activity_on == dt.date(2026, 6, 2)


@pytest.mark.parametrize(
    ("cells", "starts_at", "ends_at", "zone"),
    [
        ({}, stockholm(2027, 5, 24, 9), None, "Europe/Stockholm"),
        ({"time_zone": "Europe/London"}, stockholm(2027, 5, 24, 10), None, "Europe/London"),
        (
            {"time_zone": "Europe/London", "starts_at": "2027-05-24T09:00+02:00"},
            stockholm(2027, 5, 24, 9),
            None,
            "Europe/London",
        ),
        ({"ends_at": "2027-05-25"}, stockholm(2027, 5, 24, 9), stockholm(2027, 5, 26, 0), "Europe/Stockholm"),
        ({"ends_at": "2027-05-24T17:00"}, stockholm(2027, 5, 24, 9), stockholm(2027, 5, 24, 17), "Europe/Stockholm"),
    ],
    ids=["company", "own zone", "offset wins", "end of a day", "end"],
)
def test_the_moments_of_an_event_are_in_its_own_zone(
    policy: PolicyVersion, cells: dict[str, str], starts_at: dt.datetime, ends_at: dt.datetime | None, zone: str
) -> None:
    assert bring(policy, events=[event(**cells)]).refused == []
    stored = Event.objects.get()
    assert (stored.starts_at, stored.ends_at, stored.time_zone) == (starts_at, ends_at, zone)


def test_the_far_future_is_a_day_like_any_other_where_it_may_lie_there(policy: PolicyVersion) -> None:
    bring(
        policy,
        organisations=[{"name": "Fjordkraft AB"}],
        agreements=[{"organisation": "Fjordkraft AB", "kind": "customer", "ended_on": "9999-12-31"}],
        contacts=[person()],
        holds=[{"email": AINO, "kind": "freeze", "reason": "request", "until": "9999-12-31"}],
        objections=[{"email": AINO, "channel": "email", "objected_on": "9999-12-31"}],
    )
    assert aino().holds.get().until == dt.date.max
