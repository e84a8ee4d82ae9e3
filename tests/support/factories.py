"""The cast: people made up by factory-boy, under addresses that cannot exist.

`hold`, `register` and `crowd` give people a basis the way the acts do, clock included; `held_for` is somebody due
on DUE. `run` is the night of a day.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from contacts.base.days import day_of, run_of
from contacts.models import (
    Agreement,
    Basis,
    Contact,
    CountryRule,
    Event,
    FoodPreference,
    Organisation,
    PolicyVersion,
    Registration,
    Review,
    Segment,
    SignUp,
    Topic,
    Whitepaper,
)
from contacts.people import activities, address_trust, agreements, clocks
from contacts.words.addresses import keyed_hash, mailbox_hash
from contacts.words.vocabulary import (
    ACTIVITY_SCENARIOS,
    AGREEMENT_SCENARIOS,
    SCENARIO_OF_EVENT,
    EventKind,
    TrustReason,
)
from retention.holds import holds
from retention.models import Hold, PurgeRun
from retention.nights import approvals, purge
from retention.nights.outcomes import Outcome
from tests.support import planned

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
ONE_DAY = dt.timedelta(days=1)

# 18 months after SPRING, and 24 after AUTUMN, it is DUE.
DUE = dt.date(2026, 11, 24)
SPRING = dt.date(2025, 5, 24)
AUTUMN = dt.date(2024, 11, 24)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Fjordkraft {n} AB")
    entered_on = dt.date(2020, 1, 1)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = Agreement

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "customer"
    reference = factory.Sequence(lambda n: f"A-{n}")


# What is known of an address: whoever the factory makes has proven theirs by a form.
PROVEN = address_trust.says(TrustReason.FORM_BUTTON, SPRING)
UNPROVEN = address_trust.says(TrustReason.LIST, SPRING)
DOUBTED = address_trust.says(TrustReason.CHANGED, SPRING)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    email = factory.Sequence(lambda n: f"person{n}@fjordkraft.example")
    address_hash = factory.LazyAttribute(lambda person: keyed_hash(person.email) if person.email else None)
    mailbox_hash = factory.LazyAttribute(lambda person: mailbox_hash(person.email) if person.email else None)
    first_name = "Aino"
    last_name = factory.Sequence(lambda n: f"Lindqvist{n}")
    address_trust = PROVEN["address_trust"]
    address_trust_reason = PROVEN["address_trust_reason"]
    address_trust_since = PROVEN["address_trust_since"]


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    slug = factory.Sequence(lambda n: f"cloud-day-{n}")
    title = "Cloud Day"
    kind = "physical"
    starts_at = dt.datetime(2027, 5, 24, 9, 0, tzinfo=dt.UTC)
    time_zone = "Europe/Stockholm"


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    contact = factory.SubFactory(ContactFactory)
    event = factory.SubFactory(EventFactory)
    registered_at = NOON


class WhitepaperFactory(DjangoModelFactory):
    class Meta:
        model = Whitepaper

    slug = factory.Sequence(lambda n: f"calm-backups-{n}")
    title = "A Calm Guide to Backups"
    summary = {"en": "How to sleep at night.", "sv": "Så sover du om natten."}
    file = factory.django.FileField(data=b"%PDF-1.7 a whitepaper", filename="whitepaper.pdf")
    published_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    slug = factory.Sequence(lambda n: f"cloud-{n}")
    name = {"en": "Cloud", "sv": "Moln"}
    sentence = {"en": "Running things elsewhere.", "sv": "Att köra saker på annat håll."}


class ReviewFactory(DjangoModelFactory):
    """Who has access, looked at every three months and due on DUE."""

    class Meta:
        model = Review

    title = factory.Sequence(lambda n: f"Who has access {n}")
    question = "Does everybody still need it?"
    every_months = 3
    next_on = dt.date(2026, 11, 24)


class CountryRuleFactory(DjangoModelFactory):
    class Meta:
        model = CountryRule

    country = "SE"
    channel = "email"
    ground = "consent"
    valid_from = dt.date(2100, 1, 1)
    source = "An Act"


class StaffFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"colleague-{n}")
    is_staff = True


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Guests of events {n}")
    owner = factory.SubFactory(StaffFactory)
    filters = factory.LazyFunction(lambda: {"scenario": "event"})
    created_at = NOON


class SignUpFactory(DjangoModelFactory):
    """Somebody who asked to be registered as a customer, and has not proven the address."""

    class Meta:
        model = SignUp

    kind = "register"
    scenario = "customer"
    email = factory.Sequence(lambda n: f"waiting{n}@fjordkraft.example")
    first_name = "Väinö"
    last_name = factory.Sequence(lambda n: f"Odotus{n}")
    language = "en"
    source = "form"
    created_at = factory.LazyFunction(timezone.now)


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = Hold

    contact = factory.SubFactory(ContactFactory)
    kind = "freeze"
    reason = "request"
    placed_at = NOON


def hold(contact: Contact, scenario: str, collected_on: dt.date, *, policy: PolicyVersion, **fields: Any) -> Basis:
    """Give a person a basis, and set the clocks."""
    basis = Basis.objects.create(
        contact=contact,
        scenario=scenario,
        legal_basis=policy.rule(scenario).legal_basis,
        collected_on=collected_on,
        **fields,
    )
    if scenario in ACTIVITY_SCENARIOS:
        contact.last_activity_on = max(filter(None, [contact.last_activity_on, collected_on]))
        contact.save(update_fields=["last_activity_on"])
    clocks.refresh_contacts([contact.pk])
    basis.refresh_from_db()
    return basis


def register(contact: Contact, event: Event, at: dt.datetime, *, policy: PolicyVersion, food: str = "") -> Registration:
    """Sign a person up for an event: a registration, which is the basis webinar or event where they have none yet."""
    day = day_of(at, policy.zone)
    scenario = SCENARIO_OF_EVENT[EventKind(event.kind)]
    registration = RegistrationFactory.create(contact=contact, event=event, registered_at=at)
    if food:
        FoodPreference.objects.create(registration=registration, preference=food, consented_at=at)
    if contact.bases.filter(scenario=scenario).exists():
        contact.last_activity_on = max(filter(None, [contact.last_activity_on, day]))
        contact.save(update_fields=["last_activity_on"])
        clocks.refresh_contacts([contact.pk])
    else:
        hold(contact, scenario, day, policy=policy)
    return registration


def crowd(number: int, scenario: str, collected_on: dt.date, *, policy: PolicyVersion) -> list[Contact]:
    """Many people with one basis each."""
    active = collected_on if scenario in ACTIVITY_SCENARIOS else None
    people = Contact.objects.bulk_create(ContactFactory.build_batch(number, last_activity_on=active))
    legal_basis = policy.rule(scenario).legal_basis
    fields = {"scenario": scenario, "legal_basis": legal_basis, "collected_on": collected_on}
    Basis.objects.bulk_create(Basis(contact=contact, **fields) for contact in people)
    clocks.refresh_contacts(contact.pk for contact in people)
    return people


def stockholm(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> dt.datetime:
    """A moment on the wall of the demo company."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Stockholm"))


def do(contact: Contact, kind: str, at: dt.datetime, policy: PolicyVersion, reference: str = "") -> None:
    """Have a person do something."""
    activities.record(contact.pk, kind, at, reference, policy=policy, at=at, by="test")


def place(contact: Contact, kind: str, reason: str, until: dt.date | None = None, keeps: tuple[str, ...] = ()) -> Hold:
    """Place a hold; a duty for bookkeeping as one from before its last day followed from the financial year."""
    told = {"keeps": keeps, "at": NOON, "by": "test"}
    if reason != "bookkeeping":
        return holds.place(contact, kind, reason, until=until, **told)
    placed = holds.keep_for_bookkeeping(contact, NOON.date(), **told)
    placed.until, placed.financial_year_ended_on = until, None
    placed.save(update_fields=["until", "financial_year_ended_on"])
    return placed


def agree(
    organisation: Organisation, ended_on: dt.date | None, kind: str = "customer", reference: str = "A-1"
) -> Agreement:
    """Put an agreement with an organisation on record, open or with its end."""
    begin = dt.date(2020, 1, 1)
    return agreements.add(organisation.pk, kind, reference, started_on=begin, ended_on=ended_on, at=NOON, by="test")


def contact_of(organisation: Organisation | None, scenario: str, policy: PolicyVersion, **fields: Any) -> Contact:
    """A person with one basis, collected in SPRING."""
    contact = ContactFactory.create(organisation=organisation, **fields)
    hold(contact, scenario, SPRING, policy=policy)
    return contact


def customer(policy: PolicyVersion, **fields: Any) -> Contact:
    """A contact of an organisation whose agreement is open."""
    organisation = OrganisationFactory.create()
    agree(organisation, None)
    return contact_of(organisation, "customer", policy, **fields)


def held_for(scenario: str, policy: PolicyVersion, **fields: Any) -> Contact:
    """A person who is due on DUE, under one scenario."""
    if scenario not in AGREEMENT_SCENARIOS:
        return contact_of(None, scenario, policy, **fields)
    organisation = OrganisationFactory.create()
    agree(organisation, AUTUMN, scenario)
    return contact_of(organisation, scenario, policy, **fields)


def is_held(contact: Contact) -> bool:
    return Contact.objects.filter(pk=contact.pk).exists()


def scenarios_of(contact: Contact) -> list[str]:
    return sorted(contact.bases.values_list("scenario", flat=True))


def run(day: dt.date, policy: PolicyVersion, *, approve: bool = False) -> Outcome:
    """Do the nightly run of a day, however many nights went without one."""
    at = run_of(day, policy.zone)
    outcome = purge.run(policy=policy, at=at, by="test", approve=approve, now=lambda: at, after_any_gap=True)
    assert outcome
    return outcome


def rehearse(day: dt.date, policy: PolicyVersion) -> Outcome:
    """Do its dry run."""
    return purge.rehearse(policy=policy, at=run_of(day, policy.zone), after_any_gap=True)


def approve(waiting: PurgeRun, *, at: dt.datetime | None = None, by: str = "user:1", reason: str = "Expected.") -> bool:
    """Say yes to a run that waits, at noon or in its own night."""
    return approvals.approve(waiting, reason=reason, at=at or max(NOON, waiting.at), by=by)


def everything_about(contact: Contact) -> dict[str, list[dict[str, Any]]]:
    """Every row of a person and of all tables that hang on them: what a refusal must leave as it was."""
    return planned.rows("about", {"contact": (Contact, "id")} | planned.hanging_on(Contact), contact.pk)
