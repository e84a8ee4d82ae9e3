"""When an event takes place, in words."""

from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Event


def when(event: Event) -> str:
    """Return its time on the wall of its own time zone: "Monday 24 May 2027, 09:00–16:00 (Stockholm time)"."""
    zone = ZoneInfo(event.time_zone)
    begin = event.starts_at.astimezone(zone)
    end = event.ends_at and event.ends_at.astimezone(zone)
    spoken = {
        "day": date_format(begin, "l j F Y"),
        "begin": date_format(begin, "H:i"),
        "last_day": date_format(end or begin, "l j F Y"),
        "end": date_format(end or begin, "H:i"),
        "zone": clock(event.time_zone),
    }
    if end is None:
        return _("%(day)s, from %(begin)s (%(zone)s)") % spoken
    if end.date() == begin.date():
        return _("%(day)s, %(begin)s–%(end)s (%(zone)s)") % spoken
    return _("%(day)s, %(begin)s, to %(last_day)s, %(end)s (%(zone)s)") % spoken


def clock(zone: str) -> str:
    """Return whose clock a time is on, in words: that of the city that a zone is named after."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return _("%s time") % city if "/" in zone else zone
