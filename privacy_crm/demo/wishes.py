"""What people told the demo company about marketing: objections and consents."""

from __future__ import annotations

from privacy_crm.demo.book import Book, Person
from privacy_crm.demo.story import Cast

WORDINGS = {
    ("sv", "email"): "Ja, skicka mig nyheter om liknande tjänster via e-post.",
    ("sv", "phone"): "Ja, ring mig gärna om liknande tjänster.",
    ("en", "email"): "Yes, send me news about related services by e-mail.",
    ("en", "phone"): "Yes, call me about related services.",
}


def collect(book: Book, cast: Cast) -> None:
    objecting, consenting = cast.crowd[::60], [person for number, person in enumerate(cast.crowd) if number % 60]
    object_all(book, cast)
    for number, person in enumerate(objecting):
        object_to(book, person, ("email", "email", "email", "phone", "post")[number % 5])
    consent(book, book.random.sample(consenting, 225))


def object_all(book: Book, cast: Cast) -> None:
    """Nobody is held at fourteen of these addresses; three of these people go today, and their objections stay."""
    for number in range(14):
        object_to(book, book.person(), "email" if number % 4 == 3 else "all")
    for person in cast.bystanders[3:90:10]:
        object_to(book, person, "all")
    object_to(book, cast.leavers[0], "all")
    for person in cast.leavers[-2:]:
        object_to(book, person, "email")


def object_to(book: Book, person: Person, channel: str) -> None:
    row = {"email": person.email, "channel": channel, "objected_on": book.ago(2, 300).isoformat()}
    row["source"] = book.one(("Unsubscribe link", "Reply to a mailing", "Phone call", "Letter"))
    book.tables["objections"].append(row)


def consent(book: Book, people: list[Person]) -> None:
    """Consents were given on the form on which the details came in, so only people who filled one in have any.

    All of them are older than the mailing that the demo sends (`mailings`).
    """
    filled_in = [row for row in book.tables["contacts"] if row["source"].endswith(" form")]
    forms = {row["email"]: row for row in filled_in if row["collected_on"] < book.ago(14, 14).isoformat()}
    for person in (person for person in people if person.email in forms):
        form = forms[person.email]
        channel = "phone" if book.chance(0.25) else "email"
        row = {"email": person.email, "channel": channel, "wording": WORDINGS[form["language"], channel]}
        book.tables["consents"].append(row | {"given_on": form["collected_on"], "source": form["source"]})
