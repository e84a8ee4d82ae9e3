"""The six events of the demo company and who signed up; what guests may eat is known of some."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from privacy_crm.demo.book import STOCKHOLM, Book, Person
from privacy_crm.demo.cast import FOODS


def gather(book: Book, crowd: list[Person]) -> None:
    """Write the events, and registrations of people from the crowd (those for Cloud Day are the story's own)."""
    announce(book)
    sign_up(book, crowd, "quiet-nights", 60, (152, 175))
    sign_up(book, crowd, "integration-evening", 45, (4, 40), food=14)
    sign_up(book, crowd, "supper-with-engineers", 40, (2, 30), food=12)
    sign_up(book, crowd, "nordic-summit", 110, (2, 60), food=38)
    sign_up(book, crowd, "zero-downtime", 80, (2, 21))
    attend(book, "quiet-nights", "Quiet Nights for Operators", datetime.combine(book.ago(150, 150), time(12), UTC))
    attend(book, "integration-evening", "Integration Evening", datetime.combine(book.ago(1, 1), time(15), STOCKHOLM))


def announce(book: Book) -> None:
    today, day = book.today, timedelta(days=1)
    cloud_day, past, yesterday = book.due[-1], today - 150 * day, today - day
    add(book, "cloud-day", "Cloud Day", "physical", at(cloud_day, 9), at(cloud_day, 17), place="Lanternan, Stockholm")
    # The offset wins over the time zone, in which the pages show the hour.
    add(book, "quiet-nights", "Quiet Nights for Operators", "webinar", f"{at(past, 12)}+00:00", f"{at(past, 13)}+00:00")
    title = "Integration Evening"
    add(
        book,
        "integration-evening",
        title,
        "physical",
        at(yesterday, 15),
        at(yesterday, 18),
        place="Magasinet, Göteborg",
    )
    # Without an end, an event is over when its day is over where it takes place.
    london = {"zone": "Europe/London", "place": "The Old Rope Works, London"}
    add(book, "supper-with-engineers", "Supper with Engineers", "physical", at(today + 3 * day, 18), "", **london)
    begin, end = at(today + 16 * day, 9), at(today + 17 * day, 16)
    add(book, "nordic-summit", "Nordic Summit", "physical", begin, end, place="Fyrhuset, Malmö")
    begin, end = at(today + 9 * day, 13), at(today + 9 * day, 14)
    add(book, "zero-downtime", "Moving House with Zero Downtime", "webinar", begin, end, zone="Europe/London")


def at(day: date, hour: int) -> str:
    return datetime.combine(day, time(hour)).isoformat()


def add(
    book: Book,
    slug: str,
    title: str,
    kind: str,
    starts_at: str,
    ends_at: str,
    zone: str = "Europe/Stockholm",
    place: str = "",
) -> None:
    row = {"slug": slug, "title": title, "kind": kind, "starts_at": starts_at, "ends_at": ends_at}
    book.tables["events"].append(row | {"time_zone": zone, "place": place})


def sign_up(book: Book, crowd: list[Person], event: str, guests: int, ago: tuple[int, int], food: int = 0) -> None:
    """Of the guests, `food` say what they eat and consent; five more at the summit say so without consent."""
    (kind,) = (row["kind"] for row in book.tables["events"] if row["slug"] == event)
    for number, person in enumerate(book.random.sample(crowd, guests)):
        without_consent = event == "nordic-summit" and food <= number < food + 5
        wish = book.one(FOODS) if number < food or without_consent else ""
        day = book.ago(*ago)
        book.come_by_form(person, "webinar" if kind == "webinar" else "event", day)
        book.register(person, event, day, wish, consent=number < food)


def attend(book: Book, event: str, title: str, opening: datetime) -> None:
    """Most who signed up came."""
    for row in [row for row in book.tables["registrations"] if row["event"] == event]:
        if book.chance(0.7):
            occurred_at = (opening + timedelta(minutes=book.number(0, 25))).isoformat()
            activity = {"email": row["email"], "kind": "attendance", "occurred_at": occurred_at, "reference": title}
            book.tables["activities"].append(activity)
