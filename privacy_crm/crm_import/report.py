"""What an import did with the rows of each file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg2 import sql

from privacy_crm.crm_import.columns import File
from privacy_crm.crm_import.staging import Import


@dataclass(frozen=True)
class Counts:
    """The rows of one file: each was refused or accepted, and then created something, changed something or neither."""

    rows: int
    created: int
    updated: int
    unchanged: int
    refused: int


@dataclass(frozen=True)
class Report:
    """What an import did, or a dry run would do: the object that `manage.py import_crm --json` prints."""

    dry_run: bool
    at: dt.datetime
    files: dict[str, Counts] = field(default_factory=dict)
    food_preferences_dropped: int = 0


# A row that did several things counts for the most that it did.
_COUNT = sql.SQL("""
    SELECT count(*), count(fault), count(*) FILTER (WHERE status = 1), count(*) FILTER (WHERE status = 2)
    FROM {rows} LEFT JOIN (
        SELECT line, min(status) AS status FROM ({outcomes}) outcome GROUP BY line
    ) done USING (line)""")


def count(work: Import, file: File, *outcomes: sql.Composable) -> Counts:
    """Count the rows of a file by what became of them; `outcomes` are queries for line and status."""
    work.do(_COUNT.format(rows=file.table, outcomes=sql.SQL(" UNION ALL ").join(outcomes)))
    rows, refused, created, updated = work.cursor.fetchone() or (0, 0, 0, 0)
    return Counts(rows, created, updated, rows - refused - created - updated, refused)


def in_words(
    report: Report,
    *,
    told_days_dropped: int = 0,
    nowhere: int = 0,
    erased: int = 0,
    legal_forms_unknown: int = 0,
    not_moved: Sequence[int] = (),
    unconfirmed: Sequence[int] = (),
    unshown: int = 0,
) -> str:
    """Return a report as a short table, with what no contract of other programs' holds: days of being told that were
    dropped, rows with a country or a legal form that nobody knows, rows of people who were erased at their request, the
    lines of people who were not moved and of those to whom a move would open a channel, and how many people are held by
    now who gave their details and were shown no notice (Art. 13).
    """
    said = "The import would do this." if report.dry_run else "The import is done."
    head = ("", "rows", "created", "updated", "unchanged", "refused")
    lines = [(name, *vars(counts).values()) for name, counts in report.files.items()]
    table = [f"  {name:<20}" + "".join(f"{number:>11}" for number in numbers) for name, *numbers in [head, *lines]]
    more = [
        *_dropped(report.food_preferences_dropped),
        *_untold(told_days_dropped),
        *_nowhere(nowhere),
        *_erased(erased),
        *_formless(legal_forms_unknown),
        *_not_moved(not_moved),
        *_unconfirmed(unconfirmed),
        *_unshown(unshown),
    ]
    return "\n".join([said, *table, *more])


def _dropped(number: int) -> list[str]:
    if not number:
        return []
    noun = "food preference was" if number == 1 else "food preferences were"
    return [f"{number} {noun} left out: without consent, or the event is over or cancelled."]


def _untold(number: int) -> list[str]:
    if not number:
        return []
    rows = "1 row names a day" if number == 1 else f"{number} rows name a day"
    return [f"{rows} of being told that is before the collection or to come: it counts as not told."]


def _nowhere(number: int) -> list[str]:
    if not number:
        return []
    rows = "1 row names a country" if number == 1 else f"{number} rows name a country"
    return [f"{rows} that we do not know: say which one it is in the admin, under Contacts, Unknown countries."]


def _formless(number: int) -> list[str]:
    if not number:
        return []
    rows = "1 row names a legal form" if number == 1 else f"{number} rows name a legal form"
    return [f"{rows} that we do not know: it is left out."]


def _not_moved(lines: Sequence[int]) -> list[str]:
    if not lines:
        return []
    rows = "1 row names" if len(lines) == 1 else f"{len(lines)} rows name"
    return [
        f"{rows} another country or organisation of people with an agreement in force, who were not moved (--move):",
        _listed(lines),
    ]


def _unconfirmed(lines: Sequence[int]) -> list[str]:
    if not lines:
        return []
    rows = "1 row names" if len(lines) == 1 else f"{len(lines)} rows name"
    would = f"{rows} a country or an organisation that would open a channel for marketing"
    return [f"{would}: the people stay where they are, until they say so themselves:", _listed(lines)]


def _listed(lines: Sequence[int]) -> str:
    return f"  contacts.csv, line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"


def _unshown(number: int) -> list[str]:
    if not number:
        return []
    people = "1 person" if number == 1 else f"{number:,} people"
    return [f"{people} gave us their details, with no notice to them on record: in the admin, “Art. 13 not shown”."]


def _erased(number: int) -> list[str]:
    if not number:
        return []
    rows = "1 row was" if number == 1 else f"{number} rows were"
    return [f"{rows} refused, of people who were erased at their request: take them out of the system that sent them."]
