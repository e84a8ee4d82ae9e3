"""Everything that is held about a person, from every table, and nothing else (Art. 15(3) GDPR, P20).

Only fields that `personal_data.py` of an app allows are read. One query a table, whatever the number of rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from dsr.package import naming, walking
from dsr.package.columns import Column, columns, sources
from dsr.package.people import Person
from dsr.package.walking import Hanging


@dataclass(frozen=True)
class Narrow:
    """A part of a table: some of its fields, of the rows for which a condition holds."""

    fields: tuple[str, ...]
    where: Q


@dataclass(frozen=True)
class Section:
    """What one table holds about the person. `total` is the number of rows there are, all of which are here."""

    key: str
    title: str
    columns: list[Column]
    rows: list[tuple[Any, ...]]

    @property
    def total(self) -> int:
        return len(self.rows)

    def for_machines(self) -> list[dict[str, Any]]:
        """Return the rows as plain data: ISO 8601 dates and moments, codes as they are stored."""
        readers = [(column.name, column.machine) for column in self.columns]
        return [{name: read(value) for (name, read), value in zip(readers, row, strict=True)} for row in self.rows]

    def for_people(self, most: int) -> tuple[list[str], list[list[str]]]:
        """Return the first `most` rows in words, with their headings: without the columns that say nothing."""
        shown = [number for number, column in enumerate(self.columns) if column.label]
        told = [[self.columns[number].told(row[number]) for number in shown] for row in self.rows[:most]]
        filled = [place for place in range(len(shown)) if any(row[place] for row in told)]
        headings = [self.columns[shown[place]].label for place in filled]
        return headings, [[row[place] for place in filled] for row in told]


def gather(who: Person, *, zone: ZoneInfo, only: Mapping[str, Narrow] | None = None) -> list[Section]:
    """Return a section for each table, also for those that hold nothing, in the language that is active.

    `only` names the tables, and the part of each, where not everything is wanted.
    """
    found: dict[str, Collection[int]] = {}
    parents = {parent for table in walking.hanging() for _, parent in table.keys}
    asked = [table for table in walking.hanging() if only is None or table.label in only or table.label in parents]
    sections = [_section(table, who, zone, found, only) for table in asked]
    return sorted((each for each in sections if each.columns), key=lambda section: naming.place(section.key))


def _section(
    table: Hanging,
    who: Person,
    zone: ZoneInfo,
    found: dict[str, Collection[int]],
    only: Mapping[str, Narrow] | None,
) -> Section:
    condition = table.condition(who, found)
    part = Narrow(table.exported, Q()) if only is None else only.get(table.label, Narrow((), Q()))
    read = sources(table.model, part.fields)
    told = {f"told_{name}": source for name, source in read.items()}
    rows = table.model._base_manager.filter(condition, part.where).order_by("pk")
    keyed: list[tuple[Any, ...]] = list(rows.annotate(**told).values_list("pk", *told))
    found[table.label] = [pk for pk, *_ in keyed]
    return Section(
        table.label,
        naming.title(table.label),
        columns(table.model, part.fields, zone),
        [tuple(values) for _, *values in keyed],
    )
