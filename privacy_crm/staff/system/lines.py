"""What the page is made of: lines, each with how much it matters, in sections."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


class Tone(StrEnum):
    FINE = "fine"
    LOOK = "look"
    ACT = "act"

    @property
    def word(self) -> Any:
        """What says the same to those who see no colours."""
        return _WORDS[self]


_WORDS = {Tone.FINE: "", Tone.LOOK: gettext_lazy("worth a look"), Tone.ACT: gettext_lazy("act now")}


SHORT = 12  # lines: of a longer section, what is fine is folded


@dataclass(frozen=True)
class Line:
    """`name` is what it is about, `says` how that is, in whole sentences, and `remedy` what to do about it."""

    name: str
    says: str
    tone: Tone = Tone.FINE
    remedy: str = ""


@dataclass(frozen=True)
class Section:
    """`urgent` says in one sentence that lines of it ask to act, where no line of it can be read alone."""

    title: str
    lines: list[Line] = field(default_factory=list)
    urgent: str = ""

    @property
    def pressing(self) -> list[Line]:
        return [line for line in self.lines if line.tone != Tone.FINE]

    @property
    def heads(self) -> list[Line]:
        """What stands of it on top of the page."""
        acts = [line for line in self.pressing if line.tone == Tone.ACT]
        if not self.urgent or not acts:
            return self.pressing
        others = [line for line in self.pressing if line.tone != Tone.ACT]
        return [Line(self.title, self.urgent, Tone.ACT, acts[0].remedy), *others]

    @property
    def is_long(self) -> bool:
        return len(self.lines) > SHORT

    @property
    def fine(self) -> list[Line]:
        return [line for line in self.lines if line.tone == Tone.FINE]


@dataclass(frozen=True)
class Verdict:
    """What stands on top: how all of it is, what to do first, and what else asks for somebody."""

    tone: Tone
    says: str
    remedy: str = ""
    others: list[Line] = field(default_factory=list)


def verdict(sections: Iterable[Section]) -> Verdict:
    """Return the first line that asks somebody to act, or how many are worth a look, or that all is well."""
    heads = sorted((line for section in sections for line in section.heads), key=lambda line: line.tone != Tone.ACT)
    if heads and heads[0].tone == Tone.ACT:
        return Verdict(Tone.ACT, heads[0].says, heads[0].remedy, others=heads[1:])
    if number := len(heads):
        text = ngettext(
            "Nothing is urgent. %d thing is worth a look.", "Nothing is urgent. %d things are worth a look.", number
        )
        return Verdict(Tone.LOOK, text % number, others=heads)
    return Verdict(Tone.FINE, _("All is well."))


def moment(at: dt.datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def span(seconds: float) -> str:
    """Return a length of time, in its largest unit."""
    if seconds < 60:
        number = max(1, int(seconds))
        return ngettext("%d second", "%d seconds", number) % number
    begin = dt.datetime(2000, 1, 1)  # noqa: DTZ001  any moment
    return timesince(begin, begin + dt.timedelta(seconds=seconds), depth=1).replace("\N{NO-BREAK SPACE}", " ")
