"""What a cell of the export may say: each reader turns its text into a value, or finds fault with it.

A fault is one of a closed list of reasons and never quotes the cell: rejects are read by people who may not see it.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn
from zoneinfo import ZoneInfo, available_timezones

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.words.addresses import MalformedAddressError, normalise
from contacts.words.categories import FIELDS, Category
from contacts.words.country_codes import code_of
from contacts.words.vocabulary import LegalForm

type Value = str | dt.date | dt.datetime | None

# Beyond what anybody writes into a cell about a person.
_LONGEST_TEXT = 10_000  # characters
# PostgreSQL refuses an entry of an index beyond a third of a page (2,704 bytes, less the headers).
LONGEST_KEY = 2_600  # bytes
_LONGEST_SLUG = 200  # characters, as the field of the event has it
# Whatever a time zone or the end of a day adds to a moment, it must still be one that Python can read back.
_MARGIN = dt.timedelta(days=2)
_DAY = dt.timedelta(days=1)


class FaultError(ValueError):
    """The cell has its row refused, for this reason."""


@dataclass(frozen=True)
class When:
    """The moment of the import, its day in the company's zone, and the zone of the moments that name none."""

    at: dt.datetime
    day: dt.date
    zone: ZoneInfo

    @classmethod
    def under(cls, policy: PolicyVersion, at: dt.datetime) -> "When":
        return cls(at, day_of(at, policy.zone), policy.zone)


@dataclass(frozen=True)
class Cell:
    """How a column is read and what PostgreSQL calls its values."""

    read: Callable[[str, When], Value]
    type: str = "text"


def _text(cell: str, _when: When) -> str | None:
    # PostgreSQL stores no NUL; without it nothing is lost that anybody could read.
    text = cell.replace("\0", "").strip()
    if len(text) > _LONGEST_TEXT:
        raise FaultError("text too long")
    return text or None


def _country(cell: str, when: When) -> str | None:
    """A country by its code, however it is called; what nobody knows stays as it is, and counts as missing."""
    text = _text(cell, when)
    return text and (code_of(text) or text)


def _legal_form(cell: str, when: When) -> str | None:
    """A legal form by its word; a text of nothing where the cell has another, so that such rows can be counted."""
    text = _text(cell, when)
    word = (text or "").lower().replace(" ", "_").replace("-", "_")
    return text and (word if word in LegalForm.values else "")


@lru_cache(maxsize=16_384)  # an address often stands in several rows
def _spelled(text: str) -> str:
    return normalise(text)


def _address(cell: str, _when: When) -> str:
    # Not stripped of line breaks: an address with one in it is malformed.
    if not cell.strip():
        raise FaultError("no address")
    try:
        return _spelled(cell)
    except MalformedAddressError:
        raise FaultError("malformed address") from None


def _name(what: str, longest: int, unit: str) -> Cell:
    """The name of something, which must be there and fit into an index."""

    def read(cell: str, when: When) -> str:
        text = _text(cell, when) or _refuse(f"no {what}")
        return text if len(text.encode() if unit == "bytes" else text) <= longest else _refuse("name too long")

    return Cell(read)


def needed(what: str) -> Cell:
    """A text that must be there."""
    return Cell(lambda cell, when: _text(cell, when) or _refuse(f"no {what}"))


def _reference(cell: str, when: When) -> str | None:
    text = _text(cell, when)
    if text and len(text.encode()) > LONGEST_KEY:
        raise FaultError("reference too long")
    return text


def word(what: str, words: Collection[str], *, needed: bool = True) -> Cell:
    """One word of a closed list, in whatever case."""
    known = {str(one): str(one) for one in words}

    def read(cell: str, when: When) -> str | None:
        text = _text(cell, when)
        if text is None and not needed:
            return None
        return known.get((text or "").lower()) or _refuse(f"unknown {what}")

    return Cell(read)


def _date(cell: str, when: When) -> dt.date | None:
    text = _text(cell, when)
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return _company_day(text, when)


def _company_day(text: str, when: When) -> dt.date:
    moment = _parsed(text)
    if moment.tzinfo:
        return _within_the_calendar(moment).astimezone(when.zone).date()
    return moment.date()


def _past_date(cell: str, when: When) -> dt.date | None:
    day = _date(cell, when)
    if day and day > when.day:
        raise FaultError("date in the future")
    return day


def _needed_past_date(cell: str, when: When) -> dt.date:
    return _past_date(cell, when) or _refuse("impossible date")


def _moment(cell: str, when: When) -> dt.datetime | None:
    text = _text(cell, when)
    if text is None:
        return None
    moment = _parsed(text)
    return _within_the_calendar(moment if moment.tzinfo else moment.replace(tzinfo=when.zone))


def _past_moment(cell: str, when: When) -> dt.datetime | None:
    moment = _moment(cell, when)
    if moment and moment > when.at:
        raise FaultError("date in the future")
    return moment


def _needed_past_moment(cell: str, when: When) -> dt.datetime:
    return _past_moment(cell, when) or _refuse("impossible date")


def _end(cell: str, when: When) -> dt.datetime | None:
    """The end of something: a date alone stands for the end of that day."""
    text = _text(cell, when)
    if text is None or not _is_date(text):
        return _moment(cell, when)
    midnight = dt.datetime.combine(dt.date.fromisoformat(text), dt.time())
    _within_the_calendar(midnight.replace(tzinfo=dt.UTC))
    return _within_the_calendar((midnight + _DAY).replace(tzinfo=when.zone))


def _zone(cell: str, when: When) -> str | None:
    text = _text(cell, when)
    if text and text not in zones():
        raise FaultError("impossible date")
    return text


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the names of all time zones; to look for one on disk would let a cell name any path."""
    return frozenset(available_timezones())


def _keeps(cell: str, when: When) -> str | None:
    """What a duty keeps, as an array of PostgreSQL's: never the address, nor what a guest eats (P5, P8)."""
    words = (_text(cell, when) or "").lower().translate(_SEPARATORS).split()
    kept = sorted({_CATEGORY_OF[one] for one in words if one in _CATEGORY_OF})
    return f"{{{','.join(kept)}}}" if kept else None


_SEPARATORS = str.maketrans(";,|", "   ")
_KEPT = [category for category in FIELDS if category != Category.EMAIL]
_CATEGORY_OF = {name: category.value for category in _KEPT for name in (category.value, *FIELDS[category])} | {
    "role": Category.JOB_TITLE.value
}


def _parsed(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return _refuse("impossible date")


def _within_the_calendar(moment: dt.datetime) -> dt.datetime:
    """Return the moment in UTC, as far from the ends of Python's calendar as its zone can take it."""
    try:
        _ = moment - _MARGIN, moment + _MARGIN
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return _refuse("impossible date")


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refuse(reason: str) -> NoReturn:
    raise FaultError(reason)


TEXT = Cell(_text)
COUNTRY = Cell(_country)
LEGAL_FORM = Cell(_legal_form)
ADDRESS = Cell(_address)
ORGANISATION = _name("organisation", LONGEST_KEY, "bytes")
EVENT = _name("event", _LONGEST_SLUG, "characters")
REFERENCE = Cell(_reference)
DATE = Cell(_date, "date")
PAST_DATE = Cell(_past_date, "date")
NEEDED_PAST_DATE = Cell(_needed_past_date, "date")
MOMENT = Cell(_moment, "timestamptz")
PAST_MOMENT = Cell(_past_moment, "timestamptz")
NEEDED_PAST_MOMENT = Cell(_needed_past_moment, "timestamptz")
END = Cell(_end, "timestamptz")
ZONE = Cell(_zone)
KEEPS = Cell(_keeps)
