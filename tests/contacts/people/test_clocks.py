"""The clocks of bases are derived anew for those whom an act concerns, by the policy in force, and for nobody else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from contacts.models import Basis, Contact, Organisation, PolicyVersion
from contacts.people import clocks
from contacts.policy import policies
from tests.support.factories import SPRING, ContactFactory, OrganisationFactory, agree, contact_of, hold
from tests.support.import_files import bring, person

pytestmark = pytest.mark.django_db

WRONG = dt.date(2020, 1, 1)


def gone_wrong(*people: Contact) -> None:
    Basis.objects.filter(contact__in=people).update(clock_from=WRONG)


def clock(contact: Contact, scenario: str) -> dt.date | None:
    return contact.bases.get(scenario=scenario).clock_from


def versions() -> list[str]:
    """Which version of each basis the database holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM contacts_basis ORDER BY id")
        return [version for (version,) in cursor.fetchall()]


def test_the_clocks_of_one_person_are_set_and_of_nobody_else(policy: PolicyVersion) -> None:
    one, other = (contact_of(None, "prospect", policy) for _ in range(2))
    gone_wrong(one, other)
    clocks.refresh_contacts([one.pk])
    assert (clock(one, "prospect"), clock(other, "prospect")) == (SPRING, WRONG)


def test_the_clocks_that_stand_on_one_organisation_are_set_and_no_others(policy: PolicyVersion) -> None:
    ours, theirs = OrganisationFactory.create_batch(2)
    one, other = contact_of(ours, "customer", policy), contact_of(theirs, "customer", policy)
    hold(one, "prospect", SPRING, policy=policy)
    gone_wrong(one, other)
    clocks.refresh_organisations([ours.pk])
    assert (clock(one, "customer"), clock(other, "customer")) == (SPRING, WRONG)
    assert clock(one, "prospect") == WRONG


def test_the_clocks_of_one_scenario_are_set_and_of_no_other(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy)
    hold(contact, "whitepaper", SPRING, policy=policy)
    gone_wrong(contact)
    clocks.refresh_scenarios(["whitepaper"])
    assert (clock(contact, "whitepaper"), clock(contact, "prospect")) == (SPRING, WRONG)


@pytest.mark.promise("P24")
def test_a_draft_and_a_version_that_was_replaced_set_nobodys_clock(policy_source: dict[str, Any]) -> None:
    by_activity = [rule | {"clock": "last_activity"} for rule in policy_source["rule"]]
    replaced, now = (
        policies.publish_source(policy_source | {"rule": rules}, at=dt.datetime(year, 1, 1, tzinfo=dt.UTC), by="test")[
            0
        ]
        for year, rules in ((2020, by_activity), (2021, policy_source["rule"]))
    )
    policies.draft(policy_source | {"rule": by_activity})
    assert replaced != now
    contact = contact_of(None, "prospect", now)
    Contact.objects.filter(pk=contact.pk).update(last_activity_on=dt.date(2026, 6, 1))
    gone_wrong(contact)
    clocks.refresh_contacts([contact.pk])
    assert clock(contact, "prospect") == SPRING


@pytest.mark.parametrize(
    "refresh",
    [
        lambda contact: clocks.refresh_contacts([contact.pk]),
        lambda contact: clocks.refresh_organisations([contact.organisation_id]),
        lambda contact: clocks.refresh_scenarios(["customer", "prospect"]),
    ],
)
def test_a_clock_that_is_right_is_not_written_again(policy: PolicyVersion, refresh: Callable[[Contact], None]) -> None:
    contact = contact_of(OrganisationFactory.create(), "customer", policy)
    hold(contact, "prospect", SPRING, policy=policy)
    before = versions()
    refresh(contact)
    assert versions() == before


@pytest.mark.promise("P3")
def test_without_an_organisation_a_customer_has_the_clock_of_a_prospect(policy: PolicyVersion) -> None:
    contact = ContactFactory.create(organisation=None)
    hold(contact, "customer", SPRING, policy=policy)
    assert clock(contact, "customer") == SPRING


@pytest.fixture
def two_organisations() -> tuple[Organisation, Organisation]:
    """One with an open agreement, and one without any."""
    agreed, without = OrganisationFactory.create(name="Agreed AB"), OrganisationFactory.create(name="Without AB")
    agree(agreed, None)
    return agreed, without


@pytest.mark.promise("P3")
def test_the_agreement_of_one_organisation_stops_no_clock_of_another(
    policy: PolicyVersion, two_organisations: tuple[Organisation, Organisation]
) -> None:
    agreed, without = (contact_of(each, "customer", policy) for each in two_organisations)
    gone_wrong(agreed, without)
    clocks.refresh_contacts([agreed.pk, without.pk])
    assert (clock(agreed, "customer"), clock(without, "customer")) == (None, SPRING)


@pytest.mark.promise("P3")
def test_who_comes_in_has_the_clock_of_their_own_organisation(
    policy: PolicyVersion, two_organisations: tuple[Organisation, Organisation]
) -> None:
    names = [each.name for each in two_organisations]
    rows = [person(f"{number}@x.example", "customer", organisation=name) for number, name in enumerate(names)]
    bring(policy, contacts=rows)
    agreed, without = Contact.objects.order_by("email")
    assert (clock(agreed, "customer"), clock(without, "customer")) == (None, dt.date(2026, 6, 1))
