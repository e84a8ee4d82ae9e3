"""Who is in the demo company's CRM, and what the run of `today` makes of each (the numbers stand in `export`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from privacy_crm.demo.agreements import circle, lapsed_agreements, open_agreements, standing_agreements
from privacy_crm.demo.book import Book, Person
from privacy_crm.demo.cast import TOPICS

KINDS_OF_ACTIVITY = {
    "whitepaper": ("download", "reply", "call"),
    "webinar": ("registration", "attendance"),
    "event": ("registration", "attendance", "meeting"),
    "prospect": ("reply", "call", "meeting"),
    "customer": ("reply", "call", "meeting"),
    "partner": ("reply", "call", "meeting"),
}
BOOKKEEPING = ("Bookkeeping Act 7:2", "Bokföringslagen 7 kap. 2 §")


@dataclass
class Cast:
    """Those whom later chapters need: the crowd stays and may do more, bystanders are customers or partners and
    nothing else, leavers go today. No prospect is among them: an objection has the import refuse prospects."""

    crowd: list[Person] = field(default_factory=list)
    bystanders: list[Person] = field(default_factory=list)
    leavers: list[Person] = field(default_factory=list)


class Story:
    """Chapter after chapter, people come in; where it matters, the chapter says what becomes of them today."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.cast = Cast()

    def tell(self) -> Cast:
        self.customers()
        self.unverified()
        self.single_reasons()
        self.several_reasons()
        self.holds()
        return self.cast

    def customers(self) -> None:
        self.cast.leavers += lapsed_agreements(self.book)
        standing_agreements(self.book)
        for person in open_agreements(self.book):
            for _ in range(self.book.number(0, 2)):
                kind = self.book.one(KINDS_OF_ACTIVITY["customer"])
                self.book.act(person, kind, self.book.ago(2, 500), "Account review")
            self.regular(person)

    def regular(self, person: Person) -> None:
        if self.book.chance(0.15):
            self.heard_of(person, self.book.one(("whitepaper", "webinar", "event")), self.book.standing())
            self.cast.crowd.append(person)
        else:
            (self.cast.crowd if self.book.chance(0.3) else self.cast.bystanders).append(person)

    def unverified(self) -> None:
        """No agreement proves their contract, so that the prospect's rule holds."""
        organisations = [self.book.organisation() for _ in range(3)]
        for number in range(20):
            person = self.book.person(organisations[number % 3] if number % 2 else None)
            scenario = "partner" if number % 5 == 4 else "customer"
            self.book.basis(person, scenario, self.book.lapsing(number == 1) if number < 5 else self.book.standing())

    def single_reasons(self) -> None:
        for scenario, due, missed, soon, standing in (
            ("whitepaper", 14, 12, 9, 240),
            ("webinar", 10, 11, 8, 190),
            ("event", 4, 7, 8, 160),
        ):
            self.cast.leavers += [self.newcomer(scenario, self.book.lapsing(False)) for _ in range(due)]
            self.cast.leavers += [self.newcomer(scenario, self.book.lapsing(True)) for _ in range(missed)]
            for number in range(soon):
                self.newcomer(scenario, self.book.due[-1] + timedelta(days=1 if number < 4 else self.book.number(2, 9)))
            self.cast.crowd += [self.newcomer(scenario, self.book.standing()) for _ in range(standing)]
        self.visitors()
        self.after_midnight()
        self.prospects()

    def newcomer(self, scenario: str, last_heard_on: date) -> Person:
        return self.heard_of(self.book.person(), scenario, last_heard_on)

    def heard_of(self, person: Person, scenario: str, day: date) -> Person:
        """Somebody last heard of on `day`, said in one of the ways in which an export can say it."""
        earlier = day - timedelta(days=self.book.number(15, 300))
        way = self.book.one(("collected", "column", "activity", "activity"))
        collected_on = day if way == "collected" else earlier
        self.book.basis(person, scenario, collected_on, {"column": day, "activity": earlier}.get(way))
        if way == "activity":
            kind, paper = self.book.one(KINDS_OF_ACTIVITY[scenario]), self.book.one(TOPICS)
            self.book.act(person, kind, day, paper if kind == "download" else "")
        if self.book.chance(0.5):
            self.book.act(person, self.book.one(KINDS_OF_ACTIVITY[scenario]), self.book.day(earlier, day))
        return person

    def visitors(self) -> None:
        """Guests of Cloud Day, 18 months ago: ten were never heard of again, twenty were."""
        for number in range(30):
            person, signed_up_on = self.book.person(), self.book.due[-1] - timedelta(days=self.book.number(6, 40))
            self.book.basis(person, "event", signed_up_on)
            self.book.register(person, "cloud-day", signed_up_on)
            self.book.act(person, "attendance", self.book.due[-1], "Cloud Day")
            if number < 10:
                self.cast.leavers.append(person)
            else:
                self.book.act(person, "reply", self.book.standing())

    def after_midnight(self) -> None:
        """Late on the due day in UTC, but the day after in Stockholm: these three stay until tomorrow."""
        for _ in range(3):
            person = self.book.person()
            self.book.basis(person, "whitepaper", self.book.due[0] - timedelta(days=30))
            at = datetime.combine(self.book.due[-1], time(23, 30 + self.book.number(0, 20)), UTC)
            self.book.act_at(person, "download", at, self.book.one(TOPICS))

    def prospects(self) -> None:
        companies = [self.book.organisation() for _ in range(36)]
        for number in range(28 + 10 + 220):
            person = self.book.person(self.book.one(companies) if number % 4 else None)
            self.book.basis(person, "prospect", self.prospect_since(number))
            # What they did since moves nothing: 12 of those who go today were active this month.
            if 6 <= number < 18 or number % 8 == 7:
                self.book.act(person, self.book.one(KINDS_OF_ACTIVITY["prospect"]), self.book.ago(2, 28))

    def prospect_since(self, number: int) -> date:
        if number < 28:
            return self.book.lapsing(number >= 16)
        return self.book.due[-1] + timedelta(days=number - 27) if number < 38 else self.book.standing()

    def several_reasons(self) -> None:
        """Six people whose two reasons both lapse today; then those of whom one lapses, and the other keeps them."""
        for number in range(6):
            person = self.newcomer("webinar", self.book.lapsing(number > 2))
            self.book.basis(person, "prospect" if number % 2 else "whitepaper", self.book.lapsing(True))
        colleagues = circle(self.book, "customer", [("customer", None)], 11)
        for person in colleagues + circle(self.book, "partner", [("partner", None)], 7):
            self.and_one_more(person)
        for person in circle(self.book, "customer", [("customer", self.book.due_24[0])], 12):
            self.heard_of(person, "whitepaper", self.book.standing())
        for number in range(18):
            person = self.newcomer("webinar" if number % 3 else "event", self.book.standing())
            self.book.basis(person, "prospect", self.book.lapsing(number % 4 == 3))

    def and_one_more(self, person: Person) -> None:
        """The agreement stands; the whitepaper, or the prospect that went before, lapses."""
        lapsed = self.book.lapsing(self.book.chance(0.3))
        if self.book.chance(0.5):
            self.book.basis(person, "prospect", lapsed)
        else:
            self.heard_of(person, "whitepaper", lapsed)

    def holds(self) -> None:
        """Under a duty, four are reduced and two stay anyway. A freeze spares three; two holds ended yesterday."""
        book = self.book
        duty = circle(book, "customer", [("customer", book.due_24[0] - timedelta(days=5))], 3)
        duty += circle(book, "partner", [("partner", book.due_24[-1])], 1)
        duty += self.cast.bystanders[:2]
        for number, person in enumerate(duty):
            until = date(book.today.year + 2 + number, 12, 31)
            book.hold(person, "duty", "bookkeeping", until, BOOKKEEPING[number % 2])
        for reason, scenario in (("request", "webinar"), ("request", "prospect"), ("legal_claim", "whitepaper")):
            book.hold(self.lapsed(scenario), "freeze", reason, None)
        book.hold(self.cast.bystanders[2], "freeze", "restriction", None)
        book.hold(self.lapsed("webinar"), "freeze", "request", book.ago(1, 1))
        book.hold(self.lapsed("whitepaper"), "duty", "other_law", book.ago(1, 1), "Product Safety Act")

    def lapsed(self, scenario: str) -> Person:
        person = self.book.person()
        self.book.basis(person, scenario, self.book.lapsing(True))
        return person
