"""Staff change the country or company of a person: what would open a channel waits for the person's word (L15)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion, ProposedDetail
from contacts.permission import country_rules, permission
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, CountryRuleFactory, OrganisationFactory, agree, contact_of

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15"), pytest.mark.promise("P11")]

STAYS = "stays Sweden until Aino Berg confirms the change under “My data”"


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    country_rules.adopt(at=NOON, by="test")


def held(policy: PolicyVersion, country: str, **fields: Any) -> Contact:
    told = {"first_name": "Aino", "last_name": "Berg", "country": country} | fields
    return contact_of(OrganisationFactory.create(legal_form="company"), "prospect", policy, **told)


def post(client: Client, person: Contact, act: str, **said: str) -> str:
    url = f"/admin/contacts/contact/{person.public_id}/{act}/"
    return client.post(url, said, follow=True).content.decode()


def correct(client: Client, person: Contact, **said: str) -> str:
    names = ("first_name", "last_name", "job_title", "phone", "address", "postal_code", "city", "country", "language")
    return post(client, person, "correct-details", **{name: getattr(person, name) for name in names} | said)


def waiting(person: Contact) -> dict[str, Any]:
    return dict(ProposedDetail.objects.filter(contact=person).values_list("detail", "typed"))


@pytest.mark.parametrize(("here", "there"), [("SE", "GB"), ("SE", "FR")])
def test_a_country_that_opens_a_channel_waits_and_the_rest_is_written(
    here: str, there: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    person = held(policy, here)
    before = permission.of_one(person, day=NOON.date())
    answer = correct(log_in("marketing"), person, country=there, city="Lund")
    assert "The details of Aino Berg are corrected." in answer
    assert f"Country {STAYS}" in answer
    person.refresh_from_db()
    assert (person.country, person.city, person.corrected) == ("SE", "Lund", ["city"])
    assert waiting(person) == {"country": {"country": there}}
    assert ProposedDetail.objects.get().source == "staff"
    assert permission.of_one(person, day=NOON.date()) == before
    assert AuditEvent.objects.filter(
        code="detail.proposed", public_id=person.public_id, by__startswith="user:"
    ).exists()


@pytest.mark.parametrize(
    ("here", "there"), [("GB", "SE"), ("SE", "NO"), ("FR", "IE"), ("", "FR"), ("Köln", "GB"), ("SE", "")]
)
def test_what_opens_no_channel_is_written_at_once(here: str, there: str, log_in: LogIn, policy: PolicyVersion) -> None:
    person = held(policy, here)
    answer = correct(log_in("marketing"), person, country=there)
    assert "until Aino Berg confirms" not in answer
    person.refresh_from_db()
    assert (person.country, waiting(person)) == (there, {})


@pytest.mark.parametrize("act", ["complete-country", "correct-details"])
def test_to_empty_a_country_is_no_way_to_change_it(act: str, log_in: LogIn, policy: PolicyVersion) -> None:
    person, client = held(policy, "SE"), log_in("marketing")
    correct(client, person, country="")
    person.refresh_from_db()
    fill = {"country": "FR"}
    answer = (
        post(client, person, act, **fill)
        if act == "complete-country"
        else correct(client, person, replace="on", **fill)
    )
    assert "Country stays – until Aino Berg confirms the change" in answer
    person.refresh_from_db()
    assert (person.country, waiting(person)) == ("", {"country": {"country": "FR"}})
    post(client, person, "complete-country", country="SE")
    person.refresh_from_db()
    assert person.country == "SE"


def test_a_missing_country_is_completed_as_ever(log_in: LogIn, policy: PolicyVersion) -> None:
    person = held(policy, "")
    assert "The country of Aino Berg is on record." in post(
        log_in("marketing"), person, "complete-country", country="FR"
    )
    person.refresh_from_db()
    assert (person.country, waiting(person)) == ("FR", {})


def test_nobody_of_us_confirms_for_the_person_what_was_typed(log_in: LogIn, policy: PolicyVersion) -> None:
    person = held(policy, "SE", phone="1")
    for detail, said in {"country": {"country": "GB"}, "phone": {"phone": "2"}}.items():
        ProposedDetail.objects.create(contact=person, detail=detail, typed=said, source="form", proposed_at=NOON)
    client = log_in("marketing")
    answer = post(client, person, "settle-typed", country="yes", phone="yes", heard="told us by phone")
    assert "The details of Aino Berg are corrected." in answer
    assert f"Country {STAYS}" in answer
    person.refresh_from_db()
    assert (person.country, person.phone, waiting(person)) == ("SE", "2", {"country": {"country": "GB"}})
    assert STAYS in post(client, person, "settle-typed", country="yes", heard="told us by phone")
    post(client, person, "settle-typed", country="no", heard="told us by phone")
    assert waiting(person) == {}


def test_a_company_that_opens_a_channel_waits(log_in: LogIn, policy: PolicyVersion) -> None:
    """Where existing customers alone must be asked, to leave a customer's organisation opens the channel."""
    rule = {"country": "SE", "valid_from": NOON.date()}
    CountryRuleFactory.create(**rule, ground="legitimate_interest")
    CountryRuleFactory.create(**rule, existing_customers=True)
    employer = OrganisationFactory.create(name="Old AB")
    agree(employer, None)
    person = contact_of(employer, "customer", policy, country="SE", first_name="Aino", last_name="Berg")
    ProposedDetail.objects.create(
        contact=person, detail="company", typed={"company": "New AB"}, source="form", proposed_at=NOON
    )
    answer = post(log_in("marketing"), person, "settle-typed", company="yes", heard="told us by phone")
    assert "Company stays Old AB until Aino Berg confirms" in answer
    person.refresh_from_db()
    assert (person.organisation, waiting(person)) == (employer, {"company": {"company": "New AB"}})
    assert permission.of_one(person, day=NOON.date())[Channel.EMAIL]
