"""Whether another country or organisation opens a channel, against an answer worked out by hand (L15, P11)."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import sql

from contacts.models import Agreement, Basis, Contact, CountryRule, Organisation, PolicyVersion
from contacts.permission import loosening
from contacts.permission.loosening import Place
from contacts.words.vocabulary import Channel
from tests.contacts.permission.test_permission_oracle import COUNTRIES, FORMS, RULES, TODAY, asks
from tests.support.examples import examples
from tests.support.factories import ContactFactory, OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15"), pytest.mark.promise("P11")]

EMPLOYERS = st.none() | st.fixed_dictionaries(
    {"legal_form": st.sampled_from(FORMS[1:]), "agreement": st.sampled_from([None, ("customer", None)])}
)
PLACES = st.tuples(st.sampled_from([*COUNTRIES, "Sweden"]), EMPLOYERS)
NOWHERE: dict[str, Any] = {"legal_form": None, "agreement": None}


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=5),
    rules=RULES,
    customer=st.sampled_from(["", "person", "public"]),
    domain=st.sampled_from(["fjordkraft.example", "gmail.com"]),
    emptied=st.booleans(),
)
def test_everybody_to_whom_a_place_opens_a_channel_is_found(
    policy: PolicyVersion, moves: list[Any], rules: dict[Any, str], customer: str, domain: str, emptied: bool
) -> None:
    _start_anew(rules)
    expected, places = set(), []
    for number, (here, there) in enumerate(moves):
        person = _person(here, customer, f"person{number}@{domain}", emptied, policy)
        place = Place(there[0], _employer(there[1]))
        places.append((person.pk, place.country, place.organisation_id))
        reads = {"bases": {"customer": (customer, True)} if customer else {}, "domain": domain}
        opens = _opens(here, there, reads, rules, emptied)
        assert loosening.opens(person, place, day=TODAY) == opens
        expected |= {person.pk} if opens else set()
    assert _found(places) == expected


def _opens(here: Any, there: Any, reads: dict[str, Any], rules: dict[Any, str], emptied: bool) -> bool:
    now = (here[0] if len(here[0]) == 2 or emptied else there[0], here[1] or there[1])
    before, after = ({"country": country, **(employer or NOWHERE), **reads} for country, employer in (now, there))
    return any(asks(before, channel, rules) and not asks(after, channel, rules) for channel in Channel.values)


def _person(here: Any, customer: str, email: str, emptied: bool, policy: PolicyVersion) -> Contact:
    corrected = ["country"] if emptied else []
    place = {"country": here[0], "organisation_id": _employer(here[1]), "corrected": corrected}
    person: Contact = ContactFactory.create(email=email, **place)
    if customer:
        about = {"scenario": "customer", "legal_basis": "contract", "collected_on": TODAY}
        Basis.objects.create(contact=person, source_kind=customer, **about)
    return person


def _employer(told: dict[str, Any] | None) -> int | None:
    if told is None:
        return None
    made: Organisation = OrganisationFactory.create(legal_form=told["legal_form"])
    if told["agreement"]:
        Agreement.objects.create(organisation=made, kind="customer")
    return made.pk


def _found(places: list[tuple[int, str, int | None]]) -> set[int]:
    listed = sql.SQL("SELECT * FROM unnest(%(who)s::bigint[], %(to)s::text[], %(at)s::bigint[])")
    named = sql.SQL("SELECT * FROM ({}) place (contact_id, country, organisation_id)").format(listed)
    query, values = loosening.opened(named, day=TODAY)
    who, to, at = map(list, zip(*places, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, "who": who, "to": to, "at": at})
        return {key for (key,) in cursor.fetchall()}


def _start_anew(rules: dict[Any, str]) -> None:
    for model in (CountryRule, Contact, Agreement, Organisation):
        model._base_manager.all().delete()
    CountryRule.objects.bulk_create(
        CountryRule(
            country=country, channel=channel, existing_customers=special, valid_from=day, ground=said, source="An Act"
        )
        for (country, channel, special, day), said in rules.items()
    )
