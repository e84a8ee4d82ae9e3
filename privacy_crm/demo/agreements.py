"""Organisations with agreements, and the customers and partners who are held because of them."""

from __future__ import annotations

from datetime import date, timedelta

from privacy_crm.demo.book import Book, Organisation, Person

DAY = timedelta(days=1)

Terms = list[tuple[str, date | None]]
"""The agreements of an organisation: the kind of each, and its end."""

Circle = tuple[str, Terms, int]
"""Why people of an organisation are held, its agreements, and how many people they are."""


def open_agreements(book: Book) -> list[Person]:
    """Most of the customers and partners: some have several agreements, of one kind or of both."""
    people = []
    for number in range(118):
        scenario, other = ("partner", "customer") if number % 6 == 5 else ("customer", "partner")
        terms: Terms = [(scenario, None)]
        if number % 9 == 0:
            terms.append((other, book.ago(800, 1500)))
        if number % 14 == 0:
            terms.append(("customer", None))
        people += circle(book, scenario, terms, book.number(4, 11))
    return people


def lapsed_agreements(book: Book) -> list[Person]:
    """The last agreement ended 24 months ago to the day, or some missed nights earlier."""
    first, last = book.due_24[0], book.due_24[-1]
    circles: list[Circle] = [
        ("customer", [("customer", first)], 6),
        ("customer", [("partner", last - 200 * DAY), ("customer", last)], 5),
        ("partner", [("partner", last), ("customer", first - 400 * DAY)], 5),
        ("customer", [("customer", first - 3 * DAY)], 5),
        ("partner", [("partner", first - 9 * DAY)], 5),
    ]
    return [person for scenario, terms, people in circles for person in circle(book, scenario, terms, people)]


def standing_agreements(book: Book) -> None:
    """Two years are up tomorrow, next week or later; the end is yet to come; or the customer came back."""
    first, last = book.due_24[0], book.due_24[-1]
    circles: list[Circle] = [
        ("customer", [("customer", last + DAY)], 4),
        ("partner", [("partner", last + DAY), ("partner", first - 300 * DAY)], 3),
        ("customer", [("customer", last + 7 * DAY)], 4),
        ("customer", [("customer", book.ago(380, 420)), ("partner", book.ago(500, 700))], 6),
        ("customer", [("customer", book.ago(150, 200))], 5),
        ("partner", [("partner", book.ago(250, 300))], 4),
        ("customer", [("customer", book.ago(1, 1))], 5),
        ("customer", [("customer", book.today + 45 * DAY)], 6),
        ("partner", [("partner", book.today + 120 * DAY)], 4),
        ("customer", [("customer", first - 120 * DAY), ("customer", None)], 6),
        ("partner", [("customer", first - 60 * DAY), ("partner", None)], 5),
    ]
    for scenario, terms, people in circles:
        circle(book, scenario, terms, people)


def circle(book: Book, scenario: str, terms: Terms, people: int) -> list[Person]:
    """An organisation with these agreements, and so many people who are held because of them."""
    organisation = book.organisation()
    started_on = min(agree(book, organisation, terms, number) for number in range(len(terms)))
    over_on = min(max(ended_on or book.today for _, ended_on in terms), book.ago(2, 2))
    persons = [book.person(organisation) for _ in range(people)]
    for person in persons:
        book.basis(person, scenario, book.day(started_on, over_on))
    return persons


def agree(book: Book, organisation: Organisation, terms: Terms, number: int) -> date:
    kind, ended_on = terms[number]
    # An agreement in force that follows others is young: that of somebody who left and came back.
    longest = 90 if ended_on is None and number else 1900
    started_on = (ended_on or book.today) - timedelta(days=book.number(longest // 3, longest))
    book.agreement(organisation, kind, started_on, ended_on)
    return started_on
