"""The cast: people made up by factory-boy, under addresses that cannot exist.

`hold` gives a person a basis the way the acts do, clock included.
"""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from contacts import clocks
from contacts.models import Agreement, Basis, Contact, Event, Organisation, PolicyVersion, Registration
from contacts.vocabulary import ACTIVITY_SCENARIOS
from retention.models import Hold

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


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


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    email = factory.Sequence(lambda n: f"person{n}@fjordkraft.example")
    first_name = "Aino"
    last_name = factory.Sequence(lambda n: f"Lindqvist{n}")


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
        policy_version=policy,
        **fields,
    )
    if scenario in ACTIVITY_SCENARIOS:
        contact.last_activity_on = max(filter(None, [contact.last_activity_on, collected_on]))
        contact.save(update_fields=["last_activity_on"])
    clocks.refresh_contacts([contact.pk])
    basis.refresh_from_db()
    return basis
