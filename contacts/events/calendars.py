"""An event as a calendar takes it in (RFC 5545, RFC 5546): the same for every guest, and with no guest in it."""

import datetime as dt
from zoneinfo import ZoneInfo

from contacts.base.fields import one_line
from contacts.models import Event, PolicyVersion
from contacts.outbox import links
from contacts.words.vocabulary import EventKind

_A_YEAR = dt.timedelta(days=366)


def of_event(event: Event, *, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the .ics file of an event as it stands; of a cancelled one, what takes it out of the calendar.

    UID stays, and SEQUENCE counts up, so that a calendar replaces what it had. Without an end there is no DTEND.
    """
    from icalendar import Calendar  # noqa: PLC0415 - for those processes alone that write to guests
    from icalendar import Event as Entry  # noqa: PLC0415
    from icalendar.enums import STATUS  # noqa: PLC0415

    zone = ZoneInfo(event.time_zone)
    uid = f"event:{event.pk}@{links.host()}"
    entry = Entry.new(
        uid=uid,
        sequence=event.revision,
        stamp=at.astimezone(dt.UTC),
        summary=one_line(event.title),
        start=event.starts_at.astimezone(zone),
        end=event.ends_at and event.ends_at.astimezone(zone),
        location=where(event) or None,
        url=where(event) if event.kind == EventKind.WEBINAR and event.link else None,
        organizer=f"mailto:{one_line(policy.controller['email'])}",
        status=STATUS.CANCELLED if event.cancelled_at else STATUS.CONFIRMED,
    )
    method = method_of(event)
    calendar = Calendar.new(prodid="-//Privacy CRM//EN", method=method, uid=uid, subcomponents=[entry])
    calendar.add_missing_timezones((event.starts_at - _A_YEAR).date(), (event.over_at + _A_YEAR).date())
    return str(calendar.to_ical(), "utf-8")


def where(event: Event) -> str:
    """Return what guests, and they alone, are told of where an event takes place: a webinar's link, or the place."""
    return one_line(event.link if event.kind == EventKind.WEBINAR and event.link else event.place)


def method_of(event: Event) -> str:
    """Return the method of its .ics file, which the mail names as well (RFC 6047)."""
    return "CANCEL" if event.cancelled_at else "PUBLISH"
