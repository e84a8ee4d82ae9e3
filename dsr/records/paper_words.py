"""What a paper holds beside its text, in words of the language that is active: for the officer, and for the person."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.words.vocabulary import Channel
from dsr.words.vocabulary import Authority, Kind, RefusalGround, RepresentativeKind, RestrictionGround, Source

# What machines alone need, and what the text of the paper says already.
_UNSAID = {"message", "reasons", "record", "contested"}


def rows(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each fact with what it is called; those that say nothing are left out."""
    told = ((name, _told(name, value)) for name, value in data.items() if name not in _UNSAID)
    return [(str(_CALLED.get(name, name)), text) for name, text in told if text]


def _told(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"{_told(name, value['old']) or '–'} → {_told(name, value['new']) or '–'}"
    if isinstance(value, list):
        return ", ".join(_told(name, each) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else ""
    return _SPOKEN[name](value) if value and name in _SPOKEN else str(value or "")


def _day(value: str) -> str:
    return date_format(dt.date.fromisoformat(value), "DATE_FORMAT")


def _weighed(value: str) -> str:
    return _("the objection is accepted") if value == "upheld" else _("the objection is rejected")


def _consent(value: str) -> str:
    return str(Channel(value).label) if value in Channel.values else _("dietary needs")


_SPOKEN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(
        ("on", "by", "lifts_on", "extended_on", "posted_on", "came_on", "issued_on", "seen_on", "until", "agreed_on"),
        _day,
    ),
    **dict.fromkeys(("what", "channels"), _consent),
    "ground": lambda value: str(dict(RefusalGround.choices).get(value, value)),
    "restriction": lambda value: str(dict(RestrictionGround.choices).get(value, value)),
    "outcome": _weighed,
    "acts_as": lambda value: str(dict(RepresentativeKind.choices).get(value, value)),
    "proof": lambda value: str(dict(Authority.choices).get(value, value)),
    "scope": lambda value: str(dict(Kind.choices).get(value, value)),
    "source": lambda value: str(dict(Source.choices).get(value, value)),
    "language": lambda value: str(dict(settings.LANGUAGES).get(value, value)),
    "country": lambda value: str(countries.name(value) or value),
}

_CALLED: dict[str, Any] = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "job_title": gettext_lazy("Job title"),
    "phone": gettext_lazy("Phone"),
    "postal_code": gettext_lazy("Postal code"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
    "company": gettext_lazy("Company"),
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "old_address": gettext_lazy("Address used before"),
    "language": gettext_lazy("Language"),
    "what": gettext_lazy("Consents withdrawn"),
    "channels": gettext_lazy("Channels"),
    "how": gettext_lazy("How it is known"),
    "subject": gettext_lazy("Subject"),
    "posted_on": gettext_lazy("Posted on"),
    "came_on": gettext_lazy("Came in on"),
    "source": gettext_lazy("Came in by"),
    "fee": gettext_lazy("Fee asked for"),
    "on": gettext_lazy("Taken back on"),
    "by": gettext_lazy("Promised by"),
    "done": gettext_lazy("Done"),
    "ground": gettext_lazy("Ground"),
    "restriction": gettext_lazy("Only stored, because"),
    "lifts_on": gettext_lazy("Used again from"),
    "ends": gettext_lazy("Ends with it"),
    "extended_on": gettext_lazy("Told on"),
    "ours": gettext_lazy("Our interest"),
    "theirs": gettext_lazy("The interest of the person"),
    "outcome": gettext_lazy("Outcome"),
    "acts_as": gettext_lazy("Acts as"),
    "proof": gettext_lazy("Proof"),
    "issued_by": gettext_lazy("Issued by"),
    "issued_on": gettext_lazy("Issued on"),
    "seen_on": gettext_lazy("Seen on"),
    "scope": gettext_lazy("May ask for"),
    "until": gettext_lazy("Proof ends on"),
    "post": gettext_lazy("Postal address"),
    "untold": gettext_lazy("Why the person was not told"),
    "agreed_on": gettext_lazy("The person said yes on"),
}
