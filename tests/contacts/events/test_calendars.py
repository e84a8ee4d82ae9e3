"""The calendar file of an event, read back by a parser."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from contacts.events import calendars, events
from contacts.events.events import Times
from contacts.models import Event, PolicyVersion
from tests.support.examples import examples
from tests.support.factories import NOON, EventFactory

MORNING = dt.datetime(2027, 5, 24, 7, 0, tzinfo=dt.UTC)
EVENING = dt.datetime(2027, 5, 24, 15, 30, tzinfo=dt.UTC)
POLICY = PolicyVersion(controller={"email": "hello@nordvik.example"})


def event(**fields: object) -> Event:
    """An event that is stored nowhere."""
    usual = {"starts_at": MORNING, "ends_at": EVENING, "time_zone": "Europe/Stockholm", "kind": "physical"}
    return Event(**{"pk": 7, "title": "Cloud Day", "over_at": EVENING, **usual, **fields})


def read(about: Event) -> Calendar:
    return Calendar.from_ical(calendars.of_event(about, policy=POLICY, at=NOON))


def test_it_stands_in_the_calendar_at_its_own_hour() -> None:
    (entry,) = read(event()).events
    assert entry.start == dt.datetime(2027, 5, 24, 9, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert entry.end == dt.datetime(2027, 5, 24, 17, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert entry["DTSTART"].params["TZID"] == "Europe/Stockholm"


def test_it_brings_the_rules_of_its_time_zone() -> None:
    calendar = read(event())
    assert [zone.tz_name for zone in calendar.timezones] == ["Europe/Stockholm"]
    assert not calendar.get_missing_tzids()


def test_without_an_end_it_names_none() -> None:
    (entry,) = read(event(ends_at=None)).events
    assert "DTEND" not in entry


def test_it_names_no_guest() -> None:
    (entry,) = read(event()).events
    assert "ATTENDEE" not in entry
    assert entry["ORGANIZER"] == "mailto:hello@nordvik.example"


def test_a_webinar_is_where_its_link_leads_and_an_event_where_its_place_is() -> None:
    (webinar,) = read(event(kind="webinar", link="https://meet.example/cloud", place="Online")).events
    assert (webinar["LOCATION"], webinar["URL"]) == ("https://meet.example/cloud", "https://meet.example/cloud")
    (on_site,) = read(event(link="https://meet.example/left-over", place="Norra Bantorget 2")).events
    assert on_site["LOCATION"] == "Norra Bantorget 2"
    assert "URL" not in on_site


@pytest.mark.django_db
def test_a_calendar_replaces_what_it_had_when_the_event_moves_or_is_cancelled() -> None:
    stored = EventFactory.create()
    seen = [read(stored)]
    events.move(stored, Times(MORNING, EVENING, "Europe/Helsinki"), at=NOON, by="test")
    stored.refresh_from_db()
    seen.append(read(stored))
    events.cancel(stored, at=NOON, by="test")
    stored.refresh_from_db()
    seen.append(read(stored))
    entries = [calendar.events[0] for calendar in seen]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert [str(calendar["METHOD"]) for calendar in seen] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [str(entry["STATUS"]) for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@given(title=st.text(max_size=300).filter(lambda text: "\x00" not in text), place=st.text(max_size=100))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples(60))
def test_no_text_brings_in_a_line_of_its_own(title: str, place: str) -> None:
    evil = "\r\nATTENDEE:mailto:everyone@fjordkraft.example\r\n"
    calendar = read(event(title=title + evil, place=place + evil))
    (entry,) = calendar.events
    assert "ATTENDEE" not in entry


@given(zone=st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})))
@settings(deadline=None, max_examples=examples(30))
def test_the_moment_is_the_same_in_every_time_zone(zone: str) -> None:
    (entry,) = read(event(time_zone=zone)).events
    start = entry.start if entry.start.tzinfo else entry.start.replace(tzinfo=ZoneInfo(zone))
    assert start == MORNING
