"""Whatever happens in whatever order, a run deletes what the promises say: a plain model of them plays along.

`tests.support.examples` says how many stories are played.
"""

from __future__ import annotations

import copy
import datetime as dt
import sys
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg2 import sql

from contacts.base.days import run_of
from contacts.models import Agreement, Basis, Contact, FoodPreference, Organisation, PolicyVersion, Registration
from contacts.people import activities, agreements
from contacts.permission import consents
from contacts.words.categories import FIELDS
from contacts.words.vocabulary import ActivityKind, AgreementKind, Channel, Scenario
from retention.forecasts import explain, forecast
from retention.holds import holds
from retention.models import REASONS, Hold, HoldKind, HoldReason
from retention.nights.outcomes import Outcome
from tests.support.factories import (
    ONE_DAY,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    hold,
    register,
    rehearse,
    run,
    stockholm,
)
from tests.support.objecting import noted, objects
from tests.support.stories import STORIES

# The model: promises.md in plain Python. Nothing of ours is used in it but the words.

ACTIVE = {"whitepaper", "webinar", "event"}
OF_AGREEMENTS = {"customer", "partner"}
OF_MARKETING = {"prospect", *ACTIVE}
NOT_NAMED = {"name", "company"}
WHOLE = {"name", "email", "phone", "city", "company"}


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of the month that many months later, or that month's last day."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    numbers = range(day.day, 0, -1)
    return next(found for number in numbers if (found := date_or_none(year, month, number)))


def date_or_none(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


@dataclass
class Firm:
    entered_on: dt.date
    ends: dict[int, dt.date | None] = field(default_factory=dict)  # by agreement; None while it is open


@dataclass
class Guard:
    until: dt.date | None
    keeps: set[str]

    def stands(self, day: dt.date) -> bool:
        return self.until is None or day <= self.until


@dataclass
class Person:
    firm: int | None
    collected: dict[str, dt.date] = field(default_factory=dict)  # by scenario
    last_activity: dt.date = dt.date.min
    guards: dict[tuple[str, str], Guard] = field(default_factory=dict)  # by kind and reason
    left: set[str] | None = None  # the categories that a reduction left
    food: dict[int, dt.datetime] = field(default_factory=dict)  # by registration: the end of the event
    places: list[tuple[str, dt.datetime]] = field(default_factory=list)  # the scenario and the end of each event
    objected: dict[str, dt.date] = field(default_factory=dict)  # by channel

    def freed_at(self, scenario: str) -> dt.datetime | None:
        """From when on an objection to all channels leaves no reason to keep what the scenario is about."""
        if len(self.objected) < 3 or scenario not in OF_MARKETING:
            return None
        since = max(self.objected.values())
        midnight = stockholm(since.year, since.month, since.day, 0).astimezone(dt.UTC)
        return max([midnight, *(end for its_scenario, end in self.places if its_scenario == scenario)])

    def standing(self, day: dt.date, kind: str) -> list[Guard]:
        return [guard for (its_kind, _), guard in self.guards.items() if its_kind == kind and guard.stands(day)]

    def narrow(self, day: dt.date) -> None:
        """Once reduced, no more is left than the standing duties name; what has gone does not come back."""
        duties = self.standing(day, "duty")
        if self.left is None or not duties or self.standing(day, "freeze"):
            return
        self.left &= {category for duty in duties for category in duty.keeps}
        if "company" not in self.left:
            self.firm = None


def first_run_at(moment: dt.datetime | None) -> dt.date | None:
    """The day of the first run, at 02:30, at or after a moment."""
    if moment is None:
        return None
    day = moment.astimezone(ZoneInfo("Europe/Stockholm")).date()
    return day if stockholm(day.year, day.month, day.day, 2, 30).astimezone(dt.UTC) >= moment else day + ONE_DAY


@dataclass
class Night:
    """What a run did, in the model."""

    lapsed: Counter[str] = field(default_factory=Counter)
    deleted: int = 0
    reduced: int = 0
    food: int = 0


@dataclass
class Model:
    people: dict[int, Person] = field(default_factory=dict)
    firms: dict[int, Firm] = field(default_factory=dict)

    def lapses_on(self, person: Person, scenario: str) -> dt.date | None:
        ends = [self.ends_on(person, scenario), first_run_at(person.freed_at(scenario))]
        return min(filter(None, ends), default=None)

    def ends_on(self, person: Person, scenario: str) -> dt.date | None:
        """The day on which the period is over."""
        collected_on = person.collected[scenario]
        if scenario in ACTIVE:
            return months_later(person.last_activity, 18)
        ends = list(self.firms[person.firm].ends.values()) if person.firm else []
        if scenario == "prospect" or not ends:
            return months_later(collected_on, 18)
        return None if None in ends else months_later(max(filter(None, ends)), 24)

    def over(self, person: Person, day: dt.date) -> set[str]:
        lapses = {scenario: self.lapses_on(person, scenario) for scenario in person.collected}
        return {scenario for scenario, lapses_on in lapses.items() if lapses_on and lapses_on <= day}

    def night(self, at: dt.datetime) -> Night:
        told, day = Night(), at.date()
        for pk, person in list(self.people.items()):
            told.food += self.clear_tables(person, at)
            if not person.standing(day, "freeze"):
                self.let_lapse(person, self.over(person, day), told)
                self.part_with(pk, person, day, told)
        for pk in [pk for pk in self.firms if self.is_deserted(pk, day)]:
            del self.firms[pk]
        return told

    def clear_tables(self, person: Person, at: dt.datetime) -> int:
        over = [pk for pk, end in person.food.items() if end <= at]
        for pk in over:
            del person.food[pk]
        return len(over)

    def let_lapse(self, person: Person, over: set[str], told: Night) -> None:
        for scenario in over:
            told.lapsed[scenario] += 1
            del person.collected[scenario]
        if "event" not in person.collected:
            person.food.clear()
        person.places = [place for place in person.places if place[0] in person.collected]

    def object(self, pk: int, channels: set[str], at: dt.datetime) -> Night:
        """What follows at once from an objection."""
        told, person, day = Night(), self.people[pk], at.date()
        self.note(person, channels, day)
        freed = {scenario for scenario in person.collected if (end := person.freed_at(scenario)) and end <= at}
        if freed and not person.standing(day, "freeze"):
            self.let_lapse(person, freed, told)
            self.part_with(pk, person, day, told)
        return told

    def note(self, person: Person, channels: set[str], day: dt.date) -> None:
        for channel in channels:
            person.objected[channel] = min(day, person.objected.get(channel, day))

    def part_with(self, pk: int, person: Person, day: dt.date, told: Night) -> None:
        if person.collected:
            return
        duties = person.standing(day, "duty")
        if not duties:
            told.deleted += 1
            del self.people[pk]
            return
        if person.left is None:
            told.reduced += 1
            person.left = set(WHOLE)
        person.narrow(day)

    def is_deserted(self, pk: int, day: dt.date) -> bool:
        firm = self.firms[pk]
        if pk in {person.firm for person in self.people.values()} or None in firm.ends.values():
            return False
        ends = [end for end in firm.ends.values() if end]
        return (months_later(max(ends), 24) if ends else months_later(firm.entered_on, 18)) <= day

    def held_alone(self, day: dt.date) -> int:
        return sum(
            bool(person.standing(day, "freeze") or person.standing(day, "duty"))
            and self.over(person, day) == set(person.collected)
            for person in self.people.values()
        )

    def keep_until(self, person: Person, day: dt.date) -> dt.date | None:
        lapses = [self.lapses_on(person, scenario) for scenario in person.collected]
        ends = [guard.until for guard in person.guards.values()]
        if None in lapses or None in ends or person.standing(day, "freeze"):
            return None
        return max([*filter(None, lapses), *(until + ONE_DAY for until in ends if until)])

    def next_change(self, day: dt.date) -> dt.date:
        """The next day on which something ends."""
        lapses = [self.lapses_on(person, s) for person in self.people.values() for s in person.collected]
        ends = [guard.until + ONE_DAY for p in self.people.values() for guard in p.guards.values() if guard.until]
        return min([end for end in [*filter(None, lapses), *ends] if end > day], default=day + 30 * ONE_DAY)


# The play

type Placed = tuple[tuple[str, str], int | None, list[str]]

NUMBERS = st.integers(0, 5)
DAYS_AGO = st.integers(0, 800)
UNTIL = st.none() | st.integers(-3, 60)
ENDS = st.none() | st.integers(-900, 300)
KEEPS = st.lists(st.sampled_from(["name", "company", "phone", "city", "email"]), unique=True, max_size=3)
# A duty for bookkeeping ends by the financial year, and is placed otherwise (L9).
PLACED = {kind: [reason for reason in REASONS[kind] if reason != HoldReason.BOOKKEEPING] for kind in HoldKind}
WHICH_HOLD = st.sampled_from([(kind, reason) for kind in HoldKind for reason in PLACED[kind][:2]])
A_HOLD = st.none() | st.tuples(WHICH_HOLD, UNTIL, KEEPS)
SCENARIOS = st.sampled_from(Scenario.values)
CHANNELS = st.just(set(Channel)) | st.sets(st.sampled_from(list(Channel)), min_size=1)
a_hold_is_known = precondition(lambda self: any(person.guards for person in self.model.people.values()))
somebody_is_held = precondition(lambda self: self.model.people)
a_firm_is_known = precondition(lambda self: self.model.firms)
an_agreement_is_known = precondition(lambda self: any(firm.ends for firm in self.model.firms.values()))


class Play(RuleBasedStateMachine):
    """The product and the model live through the same days."""

    policy: PolicyVersion

    @initialize(ends=ENDS, people=st.lists(st.tuples(SCENARIOS, DAYS_AGO, A_HOLD), min_size=1, max_size=3))
    def begin(self, ends: int | None, people: list[tuple[str, int, Placed | None]]) -> None:
        self.model = Model()
        self.today = dt.date(2026, 2, 27)
        self.gone: list[int] = []
        for _ in range(2):
            self.a_firm_is_entered()
        self.an_agreement_is_made(0, "customer", ends)
        for number, (scenario, days, placed) in enumerate(people):
            self.somebody_comes_in(scenario, days, number)
            if placed:
                self.a_hold_is_placed(number, *placed)

    def teardown(self) -> None:
        try:
            # A story that went well so far goes on until much of what it began has ended.
            if sys.exc_info()[0] is None:
                self.the_next_end_comes(times=4)
        finally:
            forget_the_story()

    @property
    def now(self) -> dt.datetime:
        return stockholm(self.today.year, self.today.month, self.today.day, 23)

    def ago(self, days: int) -> dt.date:
        """A day of the past; every third is the end of its month, where the arithmetic can go wrong."""
        day = self.today - days * ONE_DAY
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return last if days % 3 == 0 and last <= self.today else day

    def person(self, number: int) -> tuple[int, Person]:
        pk = sorted(self.model.people)[number % len(self.model.people)]
        return pk, self.model.people[pk]

    def firm(self, number: int) -> tuple[int, Firm]:
        pk = sorted(self.model.firms)[number % len(self.model.firms)]
        return pk, self.model.firms[pk]

    def agreement(self, number: int) -> tuple[int, Firm]:
        known = sorted((pk, firm_pk) for firm_pk, firm in self.model.firms.items() for pk in firm.ends)
        pk, firm_pk = known[number % len(known)]
        return pk, self.model.firms[firm_pk]

    def hold(self, number: int) -> tuple[int, tuple[str, str]]:
        known = sorted((pk, which) for pk, person in self.model.people.items() for which in person.guards)
        return known[number % len(known)]

    # What people do

    @rule(scenario=SCENARIOS, days=DAYS_AGO, firm=st.none() | NUMBERS)
    def somebody_comes_in(self, scenario: str, days: int, firm: int | None) -> None:
        firm_pk = self.firm(firm)[0] if firm is not None and self.model.firms else None
        contact = ContactFactory.create(organisation_id=firm_pk, phone="1", city="Umeå", company="As typed")
        self.model.people[contact.pk] = Person(firm_pk)
        self.give(contact.pk, scenario, self.ago(days))

    @somebody_is_held
    @rule(number=NUMBERS, scenario=SCENARIOS, days=DAYS_AGO)
    def somebody_comes_in_again(self, number: int, scenario: str, days: int) -> None:
        pk, person = self.person(number)
        if person.left is None and scenario not in person.collected:
            self.give(pk, scenario, self.ago(days))

    def give(self, pk: int, scenario: str, day: dt.date) -> None:
        person = self.model.people[pk]
        person.collected[scenario] = day
        if scenario in ACTIVE:
            person.last_activity = max(person.last_activity, day)
        hold(Contact.objects.get(pk=pk), scenario, day, policy=self.policy)

    @somebody_is_held
    @rule(number=NUMBERS, kind=st.sampled_from(ActivityKind.values), days=DAYS_AGO)
    def somebody_does_something(self, number: int, kind: str, days: int) -> None:
        pk, person = self.person(number)
        if person.left is None:
            self.record(pk, kind, days)
            person.last_activity = max(person.last_activity, self.ago(days))
        else:
            self.record_in_vain(pk, kind, days)

    @precondition(lambda self: self.gone)
    @rule(number=NUMBERS, kind=st.sampled_from(ActivityKind.values), days=DAYS_AGO)
    def somebody_who_is_gone_does_something(self, number: int, kind: str, days: int) -> None:
        self.record_in_vain(self.gone[number % len(self.gone)], kind, days)

    def record(self, pk: int, kind: str, days: int) -> None:
        day = self.ago(days)
        at = stockholm(day.year, day.month, day.day, 12)
        activities.record(pk, kind, at, "", policy=self.policy, at=self.now, by="test")

    def record_in_vain(self, pk: int, kind: str, days: int) -> None:
        with pytest.raises(activities.ContactGoneError):
            self.record(pk, kind, days)

    @somebody_is_held
    @rule(number=NUMBERS, webinar=st.booleans(), days=st.integers(0, 400), hour=st.sampled_from([2, 3]))
    def somebody_signs_up(self, number: int, *, webinar: bool, days: int, hour: int) -> None:
        pk, person = self.person(number)
        if person.left is not None:
            return
        kind, scenario = ("webinar", "webinar") if webinar else ("physical", "event")
        day = self.today + days * ONE_DAY
        # In UTC, since Python compares times of one zone by their walls, also in the night that skips an hour.
        end = stockholm(day.year, day.month, day.day, hour).astimezone(dt.UTC)
        event = EventFactory.create(kind=kind, starts_at=end - dt.timedelta(hours=2), ends_at=end)
        registration = register(
            Contact.objects.get(pk=pk), event, self.now, policy=self.policy, food="" if webinar else "No nuts"
        )
        person.collected.setdefault(scenario, self.today)
        person.last_activity = max(person.last_activity, self.today)
        person.places.append((scenario, end))
        if not webinar:
            person.food[registration.pk] = end

    @somebody_is_held
    @rule(number=NUMBERS, channels=CHANNELS, at_the_door=st.booleans())
    def somebody_objects(self, number: int, *, channels: set[Channel], at_the_door: bool) -> None:
        pk, person = self.person(number)
        if person.left is not None:
            return
        contact = Contact.objects.get(pk=pk)
        if not at_the_door:
            noted(contact, self.today, channels)
            self.model.note(person, set(channels), self.today)
            return
        done = objects(contact, self.policy, channels, self.now)
        told = self.model.object(pk, set(channels), self.now)
        assert (done.deleted, done.reduced) == (told.deleted, told.reduced)
        self.gone += [pk] if told.deleted else []

    @somebody_is_held
    @rule(number=NUMBERS, channel=st.sampled_from(list(Channel)))
    def somebody_opts_in_again(self, number: int, channel: Channel) -> None:
        pk, person = self.person(number)
        if person.left is None:
            contact = Contact.objects.get(pk=pk)
            consents.give(contact, channel, "Yes.", source="form", day=self.today, at=self.now, by="test")
            person.objected.pop(channel, None)

    # What firms and officers do

    @rule()
    def a_firm_is_entered(self) -> None:
        firm = OrganisationFactory.create(entered_on=self.today)
        self.model.firms[firm.pk] = Firm(self.today)

    @a_firm_is_known
    @rule(number=NUMBERS, kind=st.sampled_from(AgreementKind.values), ends=ENDS)
    def an_agreement_is_made(self, number: int, kind: str, ends: int | None) -> None:
        pk, firm = self.firm(number)
        ended_on = None if ends is None else self.today + ends * ONE_DAY
        reference, at = str(len(firm.ends)), self.now
        made = agreements.add(pk, kind, reference, started_on=None, ended_on=ended_on, at=at, by="test")
        firm.ends[made.pk] = ended_on

    @an_agreement_is_known
    @rule(number=NUMBERS, ends=ENDS)
    def an_agreement_ends_or_is_reopened(self, number: int, ends: int | None) -> None:
        pk, firm = self.agreement(number)
        agreement = Agreement.objects.get(pk=pk)
        if ends is None:
            agreements.reopen(agreement, at=self.now, by="test")
        else:
            agreements.end(agreement, self.today + ends * ONE_DAY, at=self.now, by="test")
        firm.ends[pk] = None if ends is None else self.today + ends * ONE_DAY

    @somebody_is_held
    @rule(number=NUMBERS, which=WHICH_HOLD, until=UNTIL, keeps=KEEPS)
    def a_hold_is_placed(self, number: int, which: tuple[str, str], until: int | None, keeps: list[str]) -> None:
        pk, person = self.person(number)
        day = None if until is None else self.today + until * ONE_DAY
        contact = Contact.objects.get(pk=pk)
        holds.place(contact, *which, until=day, keeps=keeps, at=self.now, by="test")
        person.guards[which] = Guard(day, set(keeps) - {"email"} or NOT_NAMED)
        person.narrow(self.today)

    @somebody_is_held
    @rule(number=NUMBERS, until=UNTIL, keeps=KEEPS)
    def somebody_is_reduced(self, number: int, until: int | None, keeps: list[str]) -> None:
        _, person = self.person(number)
        lapses = [self.model.lapses_on(person, scenario) for scenario in person.collected]
        if None not in lapses:
            self.today = max([self.today, *filter(None, lapses)])
            self.a_hold_is_placed(number, ("duty", "tax"), until, keeps)
            self.the_night_comes()

    @a_hold_is_known
    @rule(number=NUMBERS, until=UNTIL, keeps=KEEPS)
    def a_hold_is_renewed(self, number: int, until: int | None, keeps: list[str]) -> None:
        pk, which = self.hold(number)
        self.a_hold_is_placed(sorted(self.model.people).index(pk), which, until, keeps)

    @a_hold_is_known
    @rule(number=NUMBERS)
    def a_hold_is_ended(self, number: int) -> None:
        pk, which = self.hold(number)
        guard = self.model.people[pk].guards[which]
        placed = Hold.objects.get(contact=pk, kind=which[0], reason=which[1])
        if guard.stands(self.today):
            holds.end(placed, day=self.today, at=self.now, by="test")
            guard.until = self.today
        else:
            with pytest.raises(holds.HoldError):
                holds.end(placed, day=self.today, at=self.now, by="test")

    # What time does

    @rule(days=st.integers(1, 200))
    def days_pass(self, days: int) -> None:
        self.today += days * ONE_DAY

    @rule(times=st.integers(1, 3))
    def the_next_end_comes(self, times: int) -> None:
        for _ in range(times):
            end = self.model.next_change(self.today)
            for day in (end - ONE_DAY, end):
                self.today = max(self.today, day)
                self.the_night_comes()

    @rule()
    def the_night_comes(self) -> None:
        foreseen, before = rehearse(self.today, self.policy), set(self.model.people)
        done = run(self.today, self.policy, approve=True)
        told = self.model.night(run_of(self.today, self.policy.zone))
        assert numbers(foreseen) == numbers(done) == self.expected(told, self.today)
        assert (foreseen.status, done.status) == ("finished", "finished")
        self.gone += sorted(before - set(self.model.people))
        self.the_night_left_what_the_model_says()

    def expected(self, told: Night, day: dt.date) -> tuple[dict[str, int], int, int, int, int]:
        bases = {scenario: told.lapsed[scenario] for scenario in Scenario.values}
        return bases, told.deleted, told.reduced, self.model.held_alone(day), told.food

    def the_night_left_what_the_model_says(self) -> None:
        assert set(Contact.objects.values_list("pk", flat=True)) == set(self.model.people)
        assert set(Organisation.objects.values_list("pk", flat=True)) == set(self.model.firms)
        left = {pk: WHOLE if person.left is None else person.left for pk, person in self.model.people.items()}
        assert {contact.pk: known_of(contact) for contact in Contact.objects.all()} == left
        standing = Hold.objects.standing(self.today).values("contact")
        assert not Contact.objects.filter(bases=None).exclude(pk__in=standing).exists()

    # What must be true at any time

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        self.the_bases_are_the_models()
        self.nobody_is_registered_without_a_basis_for_it()
        self.the_food_preferences_are_the_models()
        self.everyone_is_told_until_when()

    def the_bases_are_the_models(self) -> None:
        found: dict[int, set[str]] = {pk: set() for pk in self.model.people}
        for pk, scenario in Basis.objects.values_list("contact_id", "scenario"):
            found[pk].add(scenario)
        assert found == {pk: set(person.collected) for pk, person in self.model.people.items()}

    def nobody_is_registered_without_a_basis_for_it(self) -> None:
        for kind, scenario in (("webinar", "webinar"), ("physical", "event")):
            with_basis = Basis.objects.filter(scenario=scenario).values("contact")
            assert not Registration.objects.filter(event__kind=kind).exclude(contact__in=with_basis).exists()

    def the_food_preferences_are_the_models(self) -> None:
        expected = {pk for person in self.model.people.values() for pk in person.food}
        assert set(FoodPreference.objects.values_list("registration", flat=True)) == expected

    def everyone_is_told_until_when(self) -> None:
        told = explain.of_everyone(policy=self.policy, day=self.today)
        by_id = dict(Contact.objects.values_list("public_id", "pk"))
        found = {by_id[each.public_id]: each.keep_until for each in told}
        people = self.model.people.items()
        assert found == {pk: self.model.keep_until(person, self.today) for pk, person in people}

    @rule(days=st.lists(st.integers(0, 1500), max_size=3))
    def the_forecast_adds_up_to_the_dry_run_of_each_day(self, days: list[int]) -> None:
        coming = list(forecast.days(policy=self.policy, first=self.today, number=1501))
        for number in {*days, (self.model.next_change(self.today) - self.today).days % 1500}:
            day = self.today + number * ONE_DAY
            foreseen = rehearse(day, self.policy)
            bases = {
                scenario: sum(each.bases[scenario] for each in coming[: number + 1]) for scenario in Scenario.values
            }
            assert bases == foreseen.bases_lapsed
            assert sum(each.contacts for each in coming[: number + 1]) == foreseen.contacts_deleted
            model = copy.deepcopy(self.model)
            told = model.night(run_of(day, self.policy.zone))
            assert (told.lapsed, told.deleted, told.reduced) == (
                Counter(foreseen.bases_lapsed),
                foreseen.contacts_deleted,
                foreseen.contacts_minimised,
            )


def forget_the_story() -> None:
    with connection.cursor() as cursor:
        for table in ("contact", "organisation", "event", "suppression", "auditevent"):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(f"contacts_{table}")))
        cursor.execute("DELETE FROM retention_purgerun")


def numbers(outcome: Outcome) -> tuple[dict[str, int], int, int, int, int]:
    return (
        outcome.bases_lapsed,
        outcome.contacts_deleted,
        outcome.contacts_minimised,
        outcome.contacts_held,
        outcome.food_preferences_deleted,
    )


def known_of(contact: Contact) -> set[str]:
    """The categories of which anything is known."""
    return {category.value for category, names in FIELDS.items() if any(getattr(contact, name) for name in names)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)  # a story that goes wrong is told again, ever shorter, for up to five minutes
@pytest.mark.promise("P3")
@pytest.mark.promise("P5")
@pytest.mark.promise("P6")
@pytest.mark.promise("P7")
@pytest.mark.promise("P8")
@pytest.mark.promise("P9")
@pytest.mark.promise("P12")
def test_in_any_story_a_run_deletes_what_the_promises_say_and_nothing_else(policy: PolicyVersion) -> None:
    class Story(Play):
        pass

    Story.policy = policy
    run_state_machine_as_test(Story, settings=STORIES)  # type: ignore[no-untyped-call]
