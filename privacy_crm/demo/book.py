"""The demo company's CRM while it is filled in: its methods write rows of the export, and decide nothing."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from privacy_crm.demo.cast import COUNTRIES, JOB_TITLES, SOURCES, SWEDISH_JOB_TITLES, WITHOUT_NOTICE, Country
from privacy_crm.demo.days import anchors_due_by

STOCKHOLM = ZoneInfo("Europe/Stockholm")

Row = dict[str, str]


@dataclass(frozen=True)
class Organisation:
    name: str
    country: str
    domain: str
    site: Row


@dataclass(frozen=True)
class Person:
    email: str
    fields: Row


class Book:
    """All is drawn from `seed` alone, so that the same people live through the same story on any `today`.

    `due` are the anchors that lapse today for a clock of 18 months, `due_24` for one of 24.
    """

    def __init__(self, today: date, seed: int) -> None:
        self.today = today
        self.due = anchors_due_by(today, 18)
        self.due_24 = anchors_due_by(today, 24)
        self.tables: defaultdict[str, list[Row]] = defaultdict(list)
        self.random = Random(seed)
        self._held: set[tuple[str, str]] = set()  # address and scenario
        self._taken: set[str] = set()

    # Drawing

    def one[T](self, things: Sequence[T]) -> T:
        return things[self.number(0, len(things) - 1)]

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`. `randint` would use up more or less of the luck as the span varies."""
        return low + int(self.random.random() * (high - low + 1))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.number(0, (last - first).days))

    def ago(self, low: int, high: int) -> date:
        return self.today - timedelta(days=self.number(low, high))

    def lapsing(self, missed: bool) -> date:
        """An anchor that lapses today after 18 months, or one that some missed nights should have seen."""
        return self.due[0] - timedelta(days=self.number(1, 9)) if missed else self.one(self.due)

    def standing(self) -> date:
        """An anchor whose 18 months run for more than a week from now."""
        return self.day(self.due[-1] + timedelta(days=12), self.ago(2, 2))

    # Organisations

    def organisation(self) -> Organisation:
        code = self._country()
        words = COUNTRIES[code]
        name, domain = self._company(words)
        organisation = Organisation(f"{name} {words.form}", code, domain, self._site(words))
        row = {
            "name": organisation.name,
            "country": code,
            "reference": f"ORG-{len(self.tables['organisations']) + 1:04}",
        }
        self.tables["organisations"].append(row)
        return organisation

    def agreement(self, organisation: Organisation, kind: str, started_on: date, ended_on: date | None) -> None:
        row = {"organisation": organisation.name, "kind": kind, "started_on": started_on.isoformat()}
        row["reference"] = f"A-{len(self.tables['agreements']) + 1001}"
        self.tables["agreements"].append(row | {"ended_on": ended_on.isoformat() if ended_on else ""})

    def _country(self) -> str:
        return self.random.choices(list(COUNTRIES), [words.share for words in COUNTRIES.values()])[0]

    def _company(self, words: Country) -> tuple[str, str]:
        while True:
            stem, trade = self.one(words.stems.split()), self.one(words.trades.split())
            domain = f"{plain(stem)}-{plain(trade)}.example"
            if domain not in self._taken:
                self._taken.add(domain)
                return f"{stem} {trade}", domain

    def _site(self, words: Country) -> Row:
        city, postal_code = self.one(words.cities)
        return {"address": f"{self.one(words.streets)} {self.number(1, 98)}", "postal_code": postal_code, "city": city}

    # People

    def person(self, organisation: Organisation | None = None) -> Person:
        code = organisation.country if organisation else self._country()
        words = COUNTRIES[code]
        site = organisation.site if organisation else {"city": self.one(words.cities)[0]}
        fields = site | self._name(words, organisation) | self._profession(words)
        fields |= {"country": code, "organisation": organisation.name if organisation else ""}
        return Person(fields["email"], fields)

    def _name(self, words: Country, organisation: Organisation | None) -> Row:
        while True:
            first, last = self.one(words.first_names.split()), self.one(words.last_names.split())
            own_firm = f"{plain(last)}-{plain(self.one(words.trades.split()))}.example"
            domain = organisation.domain if organisation else own_firm
            email = f"{plain(first)}.{plain(last)}@{domain}"
            if email not in self._taken:
                self._taken.add(email)
                return {"email": email, "first_name": first, "last_name": last}

    def _profession(self, words: Country) -> Row:
        swedish = words.language == "sv" and self.chance(0.85)
        phone = self._phone(words) if self.chance(0.8) else ""
        titles = SWEDISH_JOB_TITLES if swedish else JOB_TITLES
        return {"job_title": self.one(titles), "phone": phone, "language": "sv" if swedish else "en"}

    def _phone(self, words: Country) -> str:
        pattern = self.one(words.phones or ("",))
        return "".join(str(self.number(0, 9)) if sign == "#" else sign for sign in pattern)

    # Why they are held, and what they did

    def basis(self, person: Person, scenario: str, collected_on: date, last_activity_on: date | None = None) -> None:
        kind, source = self.one(SOURCES[scenario])
        self._enter(person, scenario, collected_on, last_activity_on, kind, source)

    def _enter(
        self, person: Person, scenario: str, collected_on: date, last_activity_on: date | None, kind: str, source: str
    ) -> None:
        self._held.add((person.email, scenario))
        row = {"scenario": scenario, "collected_on": collected_on.isoformat(), "source": source, "source_kind": kind}
        row["last_activity_on"] = last_activity_on.isoformat() if last_activity_on else ""
        row["informed_on"] = self._informed_on(kind, source, collected_on)
        self.tables["contacts"].append(person.fields | row)

    def _informed_on(self, kind: str, source: str, collected_on: date) -> str:
        """Return a day within the month that the law gives (L5), or nothing where it is yet to come.

        A form tells people as they fill it in; who gave us a business card was told nothing that is on record.
        """
        if kind == "person":
            return "" if source == WITHOUT_NOTICE else collected_on.isoformat()
        day = collected_on + timedelta(days=self.number(2, 27))
        return "" if day >= self.today else day.isoformat()

    def come_by_form(self, person: Person, scenario: str, day: date) -> None:
        """Hold somebody for what they sign up for, unless they are already; the form told them who we are."""
        if (person.email, scenario) not in self._held:
            self._enter(person, scenario, day, day, "person", f"{scenario.capitalize()} sign-up form")

    def act(self, person: Person, kind: str, day: date, reference: str = "") -> None:
        self.act_at(person, kind, self.office_hours(day), reference)

    def act_at(self, person: Person, kind: str, at: datetime, reference: str = "") -> None:
        row = {"email": person.email, "kind": kind, "occurred_at": at.isoformat(), "reference": reference}
        self.tables["activities"].append(row)

    def office_hours(self, day: date) -> datetime:
        """Return a moment on `day` well away from midnight, so that it is that day in any zone of the demo."""
        return datetime.combine(day, time(self.number(8, 16), self.number(0, 59)), STOCKHOLM)

    def register(self, person: Person, event: str, day: date, food: str = "", consent: bool = False) -> None:
        at = self.office_hours(day).isoformat()
        row = {"event": event, "email": person.email, "registered_at": at, "food_preference": food}
        self.tables["registrations"].append(row | {"food_consent_at": at if consent else ""})

    def hold(self, person: Person, kind: str, reason: str, until: date | None, law: str = "") -> None:
        row = {"email": person.email, "kind": kind, "reason": reason, "legal_reference": law}
        row |= {"keeps": "organisation;name" if kind == "duty" else "", "until": until.isoformat() if until else ""}
        self.tables["holds"].append(row)


def plain(word: str) -> str:
    """Return `word` as it is written in an address."""
    word = word.lower().translate({ord("ø"): "o", ord("æ"): "ae", ord("ß"): "ss"})
    return "".join(sign for sign in unicodedata.normalize("NFKD", word) if sign.isascii() and sign.isalpha())
