"""Countries that were stored by name become codes, and a list's country is one from the start (P11)."""

from importlib import import_module

import pytest
from django.apps import apps

from contacts.models import Contact, Organisation, PolicyVersion
from contacts.permission import permission
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, ContactFactory, OrganisationFactory
from tests.support.import_files import bring, person

pytestmark = pytest.mark.django_db

STORED = {
    "UK": "GB",
    "United States": "US",
    "U.S.A.": "US",
    "Sverige": "SE",
    "SWE": "SE",
    "Turkey": "TR",
    "SE": "SE",
    "": "",
    "Köln": "Köln",
}


@pytest.mark.promise("P11")
def test_what_is_stored_becomes_a_code_where_somebody_knows_it() -> None:
    people = [ContactFactory.create(country=country) for country in STORED]
    places = [OrganisationFactory.create(country=country) for country in STORED]
    import_module("contacts.migrations.0006_countries_by_code").by_code(apps, None)
    found = Contact.objects.in_bulk([each.pk for each in people])
    assert [found[each.pk].country for each in people] == list(STORED.values())
    assert [Organisation.objects.get(pk=each.pk).country for each in places] == list(STORED.values())


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("typed", "code"), [("UK", "GB"), ("United States", "US"), ("Deutschland", "DE")])
def test_a_country_that_an_import_names_has_its_law(typed: str, code: str, policy: PolicyVersion) -> None:
    bring(
        policy,
        organisations=[{"name": "Fjordkraft AB", "country": typed}],
        contacts=[person(country=typed, organisation="Fjordkraft AB")],
    )
    assert (Contact.objects.get().country, Organisation.objects.get().country) == (code, code)
    refusals = permission.of_one(Contact.objects.get(), day=NOON.date())
    assert refusals[Channel.EMAIL] != permission.Refusal.NO_COUNTRY


@pytest.mark.promise("P11")
def test_a_country_that_nobody_knows_is_kept_as_it_is_and_counts_as_missing(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(country="Köln", scenario="prospect", source_kind="person")])
    stored = Contact.objects.get()
    assert stored.country == "Köln"
    assert permission.of_one(stored, day=NOON.date())[Channel.EMAIL] == permission.Refusal.NO_COUNTRY
