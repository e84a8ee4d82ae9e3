"""A register as a table of plain text, and the day that it is shown for."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from privacy_crm import roles

_ADDRESS = r"[^\s@]+@[^\s@]+"


@dataclass(frozen=True)
class Table:
    """`key` is the name of its file. `notes` say what stands in it and what was left out."""

    key: str
    title: str
    names: Sequence[str]
    rows: list[list[str]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AsOf:
    """The end of a day in the company's time zone, or this moment where the day is not over."""

    day: dt.date
    at: dt.datetime
    made_at: dt.datetime
    policy: PolicyVersion

    @property
    def is_past(self) -> bool:
        """Tell whether the day is over: what has no history is not known of it then."""
        return self.at < self.made_at

    def said(self, text: str) -> str:
        """Return what staff typed, unless it has the name of one of them or an e-mail address in it."""
        return _("left out, since it names somebody") if self._naming.search(text) else text

    def moment(self, at: dt.datetime | None) -> str:
        """Return a moment on the company's wall clock; empty where there is none, or where it came later."""
        if at is None or at > self.at:
            return ""
        return self.wall(at)

    def wall(self, at: dt.datetime) -> str:
        return at.astimezone(self.policy.zone).strftime("%Y-%m-%d %H:%M")

    def on(self, day: dt.date | None) -> str:
        """Return a day, unless it came later."""
        return day.isoformat() if day and day <= self.day else ""

    def once(self, what: str, found: Callable[[], list[str]]) -> list[str]:
        """Return what is the same in each language, and takes long to find."""
        if what not in self._found:
            self._found[what] = found()
        return self._found[what]

    @cached_property
    def _found(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _naming(self) -> re.Pattern[str]:
        fields = User.objects.values_list("username", "email", "first_name", "last_name")
        names = {name for account in fields for name in account if name and name not in roles.ROLES}
        words = "|".join(re.escape(name) for name in sorted(names))
        return re.compile(rf"{_ADDRESS}|\b(?:{words})\b" if words else _ADDRESS, re.IGNORECASE)


def as_of(day: dt.date, *, policy: PolicyVersion, at: dt.datetime) -> AsOf:
    """Return a day as it is looked at from a moment. Raises ValueError where it is yet to come."""
    if day > day_of(at, policy.zone):
        raise ValueError(day)
    ends = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), policy.zone)
    return AsOf(day, min(ends - dt.timedelta(microseconds=1), at), at, policy)


def unknown() -> str:
    return _("not known")


def yes(value: Any) -> str:
    return _("yes") if value else _("no")


def words(labels: Any, codes: Sequence[str]) -> str:
    """Return what a list of codes is called."""
    return ", ".join(str(labels(code).label) for code in codes)
