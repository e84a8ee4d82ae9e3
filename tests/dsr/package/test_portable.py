"""What a person may take along: what they provided, on consent or contract (Art. 20 GDPR)."""

import csv
import io
from typing import Any

import pytest

from contacts.models import Activity, ChannelPermission, Contact, FoodPreference, PolicyVersion
from dsr import package
from tests.support.factories import NOON, ContactFactory, EventFactory, SignUpFactory, contact_of, hold, register
from tests.support.packaged import TODAY, data_of, somebody, unzipped

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L7")]

DETAILS = {"first_name": "Aino", "phone": "+46 8 465 004 10", "city": "Umeå", "job_title": "CTO", "country": "SE"}


def taken(policy: PolicyVersion, contact: Contact) -> Any:
    """The rows that are taken along, by table."""
    made = data_of(package.write_portable([contact.pk], policy=policy, language="en", at=NOON), "data.json")
    assert made["format"] == "portable-package/1"
    return {label: section["rows"] for label, section in made["held"].items() if section["rows"]}


@pytest.mark.parametrize("scenario", ["customer", "partner", "webinar", "event"])
def test_details_given_for_a_contract_or_to_attend_go_along(policy: PolicyVersion, scenario: str) -> None:
    [row] = taken(policy, contact_of(None, scenario, policy, **DETAILS))["contacts.contact"]
    assert DETAILS.items() <= row.items()
    assert not {"address_hash", "public_id", "bounced_on", "last_activity_on"} & row.keys()


@pytest.mark.parametrize("scenario", ["prospect", "whitepaper"])
def test_what_rests_on_legitimate_interest_stays(policy: PolicyVersion, scenario: str) -> None:
    contact = contact_of(None, scenario, policy, **DETAILS)
    Activity.objects.create(contact=contact, kind="download", occurred_at=NOON, reference="guide")
    assert taken(policy, contact) == {}


@pytest.mark.parametrize("source", ["organisation", "public", "third_party"])
def test_what_somebody_else_provided_stays(policy: PolicyVersion, source: str) -> None:
    contact = ContactFactory.create(**DETAILS)
    hold(contact, "customer", TODAY, policy=policy, source_kind=source)
    assert taken(policy, contact) == {}


def test_one_reason_of_their_own_beside_one_of_others_is_enough(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy, **DETAILS)
    hold(contact, "partner", TODAY, policy=policy)
    assert DETAILS.items() <= taken(policy, contact)["contacts.contact"][0].items()


def test_a_consent_goes_along_with_what_reaches_the_person_there(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy, **DETAILS)
    word = {"given_on": TODAY, "source": "form"}
    ChannelPermission.objects.create(contact=contact, channel="email", state="consented", wording="Yes.", **word)
    ChannelPermission.objects.create(contact=contact, channel="phone", state="objected", **word)
    found = taken(policy, contact)
    [consent] = found["contacts.channelpermission"]
    assert consent == {"channel": "email", "given_on": "2026-11-24", "wording": "Yes.", "source": "form"}
    [row] = found["contacts.contact"]
    assert row == {
        "first_name": "Aino", "last_name": contact.last_name, "email": contact.email, "language": "",
    }  # fmt: skip


def test_places_and_food_given_with_consent_go_along(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    register(contact, EventFactory.create(title="Cloud Day"), NOON, policy=policy, food="vegan")
    Activity.objects.create(contact=contact, kind="registration", occurred_at=NOON, reference="old")
    Activity.objects.create(contact=contact, kind="attendance", occurred_at=NOON, reference="old")
    found = taken(policy, contact)
    assert [row["event"] for row in found["contacts.registration"]] == ["Cloud Day"]
    assert [row["kind"] for row in found["contacts.activity"]] == ["registration"]
    assert [row["preference"] for row in found["contacts.foodpreference"]] == ["vegan"]


def test_forms_go_along_but_for_whitepapers(policy: PolicyVersion) -> None:
    contact = contact_of(None, "customer", policy)
    for event in (EventFactory.create(title="Cloud Day"), EventFactory.create(title="Rain Day")):
        made = SignUpFactory.create(
            kind="event", scenario="event", event=event, email=contact.email, policy_version=policy
        )
    FoodPreference.objects.create(sign_up=made, preference="vegan", consented_at=NOON)
    somebody(policy, "Bertil")
    found = taken(policy, contact)
    assert [row["event"] for row in found["contacts.signup"]] == ["Cloud Day", "Rain Day"]
    assert [row["preference"] for row in found["contacts.foodpreference"]] == ["vegan"]


def test_nothing_that_we_noted_goes_along_though_everything_is_held(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Aino")
    assert set(taken(policy, contact)) == {
        "contacts.contact", "contacts.registration", "contacts.channelpermission", "contacts.foodpreference",
        "contacts.signup",
    }  # fmt: skip


def test_the_note_states_the_rule_and_the_tables_are_there_for_a_spreadsheet(policy: PolicyVersion) -> None:
    contact = contact_of(None, "customer", policy, **DETAILS)
    content = unzipped(package.write_portable([contact.pk], policy=policy, language="en", at=NOON))
    assert list(content) == ["README.txt", "data.json", "csv/contacts-contact.csv"]
    assert (
        "what rests on a contract, on what was needed to attend, or on your consent" in content["README.txt"].decode()
    )
    [row] = csv.DictReader(io.StringIO(content["csv/contacts-contact.csv"].decode()))
    assert (row["city"], row["phone"]) == ("Umeå", "'+46 8 465 004 10")
