"""Rows that an import refuses, one for each way in which exports go wrong. Nothing else in the export is refused."""

from __future__ import annotations

from datetime import timedelta

from privacy_crm.demo.book import Book, Person, Row


def spoil(book: Book, guest: Person) -> None:
    """Put the refused rows at places drawn by lot. `guest` is held, and so has nothing wrong of their own."""
    for table, rows in refused(book, guest).items():
        for row in rows:
            book.tables[table].insert(book.number(0, len(book.tables[table])), row)


def refused(book: Book, guest: Person) -> dict[str, list[Row]]:
    today, stamp = book.today, f"{book.ago(20, 20)}T10:00:00+00:00"
    future = f"{today + timedelta(days=30)}"
    customer = book.tables["agreements"][0]
    activity = {"email": guest.email, "kind": "reply", "occurred_at": stamp}
    registration = {"event": "zero-downtime", "email": guest.email, "registered_at": stamp}
    objection = {
        "email": "ronja.nejtack@sjohaga-hamn.example",
        "channel": "all",
        "objected_on": f"{today - timedelta(90)}",
    }
    # Not refused itself: it is why a prospect below is.
    book.tables["objections"].append(objection | {"source": "Unsubscribe link"})
    return {
        "contacts": contacts(book, future, objection["email"]),
        "agreements": [
            customer | {"reference": "A-0007", "started_on": f"{today}", "ended_on": f"{today.year - 1}-06-30"}
        ],
        "registrations": [
            registration | {"food_preference": "vegan", "food_consent_at": stamp},
            registration | {"event": "cancelled-long-ago"},
        ],
        "activities": [
            activity | {"occurred_at": f"{future}T10:00:00+00:00"},
            activity | {"kind": "opened our mail"},
            activity | {"email": "nobody.here@tomrum.example"},
        ],
        "consents": [{"email": guest.email, "channel": "fax", "given_on": f"{book.ago(30, 30)}", "source": "Fax"}],
    }


def contacts(book: Book, future: str, suppressed: str) -> list[Row]:
    row = {"country": "SE", "language": "sv", "scenario": "whitepaper", "collected_on": f"{book.ago(40, 40)}"}
    row |= {"source": "Whitepaper form", "source_kind": "person", "last_name": "Svensson"}
    never = f"{book.today.year - 1}-02-30"
    prospect = {"scenario": "prospect", "source": "Trade register", "source_kind": "public"}
    return [
        row | {"first_name": "Adressa", "email": ""},
        row | {"first_name": "Snabel", "email": "snabel.svensson(at)sjohaga-hamn.example"},
        row | {"first_name": "Radbryt", "email": "radbryt.\nsvensson@sjohaga-hamn.example"},
        row | {"first_name": "Nyhet", "email": "nyhet.svensson@sjohaga-hamn.example", "scenario": "newsletter"},
        row | {"first_name": "Skott", "email": "skott.svensson@sjohaga-hamn.example", "collected_on": never},
        row | {"first_name": "Morgon", "email": "morgon.svensson@sjohaga-hamn.example", "collected_on": future},
        row | {"first_name": "Ensam", "email": "ensam.svensson@sjohaga-hamn.example", "organisation": "Finns Inte AB"},
        row | {"first_name": "Ronja", "last_name": "Nejtack", "email": suppressed} | prospect,
    ]
