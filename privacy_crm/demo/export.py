"""The CRM export of the demo company, a made-up one: nine CSV files in the format that `import_crm` reads.

All days are counted from `today`, so that the purge of that day always tells the same story:

- About 2,000 people in some 180 organisations are held, and 400 of them for more than one reason.
- 135 are deleted, in all six scenarios. Most are due to the day (where the day has a past that ends on it: 29 August
  has none for 18 months), the others since up to nine missed nights. Among them: ten guests of Cloud Day, 18 months
  ago; prospects who were active this month, which moves nothing; unverified customers, by the prospect's rule; six
  people whose two reasons both lapse; and two whose hold ended yesterday.
- 4 are reduced to organisation and name under a duty to keep books; two more have such a duty and stay anyway.
- 3 have no reason left and are spared by a freeze; one more is restricted and stays anyway.
- 48 lose one reason and stay for another: customers who were prospects or read a whitepaper long ago, guests whom
  sales had found first, people who left a customer and read on.
- About 45 go within the next week and stay today. Three of them were last active on the due day by the clock in
  London, and on the day after by the company's.
- Organisations have an agreement in force, several of both kinds, one that ended, one that will end, or a new one after
  an old one; some that are customers by name have none.
- Six events, webinars and on site: one 18 months ago, one in between, one that ended yesterday, three to come. 50
  guests of those to come have food preferences with consent; five without it, and 14 of yesterday, never get in.
- 43 objections, of which 15 are by people not held and three by people who go today; about 150 consents.
- 15 rows are refused, each for a reason of its own (`refused`).

In all, 7 % are deleted or reduced, which is below the cap of 10 % that would need approval.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from privacy_crm.demo.book import Book, Row
from privacy_crm.demo.gatherings import gather
from privacy_crm.demo.refused import spoil
from privacy_crm.demo.story import Story
from privacy_crm.demo.wishes import collect

COLUMNS = {
    "organisations": "name country reference",
    "agreements": "organisation kind reference started_on ended_on",
    "contacts": "email first_name last_name job_title phone address postal_code city country language organisation "
    "scenario collected_on last_activity_on source source_kind informed_on",
    "events": "slug title kind starts_at ends_at time_zone place",
    "registrations": "event email registered_at food_preference food_consent_at",
    "activities": "email kind occurred_at reference",
    "holds": "email kind reason legal_reference keeps until",
    "objections": "email channel objected_on source",
    "consents": "email channel wording given_on source",
}


def write(directory: Path, today: date, seed: int = 1) -> None:
    """Write the export as it would have come out of the CRM on the morning of `today`, the company's date.

    The same `today` and `seed` give the same bytes; another `today` gives the same people, with all days moved along.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = fill(today, seed).tables
    for name, columns in COLUMNS.items():
        save(directory / f"{name}.csv", columns.split(), tables[name])


def fill(today: date, seed: int) -> Book:
    book = Book(today, seed)
    cast = Story(book).tell()
    *crowd, guest = cast.crowd
    gather(book, crowd)
    collect(book, cast)
    for name, columns in COLUMNS.items():
        book.tables[name].sort(key=lambda row: [row.get(column, "") for column in columns.split()])
    spoil(book, guest)
    return book


def save(path: Path, columns: list[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
