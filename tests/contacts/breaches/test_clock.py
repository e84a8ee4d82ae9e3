"""The 72 hours of a breach (Art. 33(1) GDPR; Regulation (EEC, Euratom) No 1182/71, Art. 3)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from contacts.breaches import clock

pytestmark = pytest.mark.promise("L10")

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


# When we became aware, 72 hours later, and the last moment by law.
CASES = [
    pytest.param("2026-11-24 09:20", "2026-11-27 09:20", "2026-11-27 10:00", id="a Tuesday: the hour is not counted"),
    pytest.param("2026-11-27 17:30", "2026-11-30 17:30", "2026-11-30 18:00", id="a Friday: the weekend counts"),
    pytest.param("2026-11-27 23:30", "2026-11-30 23:30", "2026-12-02 00:00", id="late on Friday: Monday alone is one"),
    pytest.param("2026-11-28 10:00", "2026-12-01 10:00", "2026-12-01 11:00", id="a Saturday: Monday and Tuesday"),
    pytest.param("2026-12-24 15:00", "2026-12-27 15:00", "2026-12-29 00:00", id="before Christmas: up to Monday"),
    pytest.param("2026-12-25 10:00", "2026-12-28 10:00", "2026-12-30 00:00", id="on Christmas Day: up to Tuesday"),
    pytest.param("2026-03-27 12:00", "2026-03-30 13:00", "2026-03-30 14:00", id="hours, also when the clock changes"),
]


@pytest.mark.parametrize(("aware", "safe", "legal"), CASES)
def test_the_hours_run_through_weekends_and_have_two_working_days_by_law(aware: str, safe: str, legal: str) -> None:
    assert clock.due(at(aware), STOCKHOLM, country="SE") == clock.Due(at(safe), at(legal))


def test_the_last_moment_by_law_is_never_before_the_one_we_work_to() -> None:
    first = at("2026-12-01 00:10")
    for hours in range(24 * 60):
        found = clock.due(first + dt.timedelta(hours=hours), STOCKHOLM, country="SE")
        assert found.safe_at < found.legal_at


def test_the_holidays_of_the_companys_own_country_count() -> None:
    thanksgiving = dt.datetime(2026, 11, 26, 0, 30, tzinfo=ZoneInfo("America/New_York"))  # a Thursday
    found = clock.due(thanksgiving, ZoneInfo("America/New_York"), country="US").legal_at
    assert found == dt.datetime(2026, 12, 1, 0, 0, tzinfo=ZoneInfo("America/New_York"))
