"""A part of the report: sentences, and tables of plain text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 60  # rows of a table: a report of a few pages is read


class Name(str):
    """What somebody called something, which stands as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Grid:
    """A table. `rows` are the latest ones where there are more of them than fit, and `cut` says so."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    cut: str = ""

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Return the cells with their headings, which a narrow screen shows beside each."""
        return [list(zip(self.headings, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Part:
    title: str
    texts: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def grid(title: str, headings: list[str], found: Iterable[Sequence[Any]]) -> list[Grid]:
    """Return a table, or none where it would have no rows."""
    rows = [[cell if isinstance(cell, Name) else capfirst(str(cell)) for cell in row] for row in found]
    if not rows:
        return []
    cut = ngettext("%d earlier entry is not shown here.", "%d earlier entries are not shown here.", len(rows) - MOST)
    return [Grid(title, headings, rows[:MOST], cut % (len(rows) - MOST) if len(rows) > MOST else "")]


def or_unknown(value: Any, say: Callable[[Any], str] = str) -> str:
    """Return what is on record in words; what is not, is not known."""
    return say(value) if value else unknown()


def unknown() -> str:
    return _("not known")
