"""Whichever door somebody comes in by, an objection made earlier holds: form, API, import, staff (P12)."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion, Whitepaper
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import Channel, Scenario
from tests.support.factories import NOON, ONE_DAY, ContactFactory, EventFactory, hold, is_held, run, scenarios_of
from tests.support.import_files import bring, consent, person
from tests.support.objecting import noted, objects, suppressed
from tests.support.preferring import reachable

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

TODAY = dt.date(2026, 11, 24)
EMAIL = "nej@fjordkraft.example"
OBJECTION = {"email": EMAIL, "channel": "all", "objected_on": "2026-05-01"}


@pytest.fixture
def objector(policy: PolicyVersion) -> Contact:
    """Somebody who was held as a prospect, objected, and is gone."""
    contact = ContactFactory.create(email=EMAIL)
    hold(contact, "prospect", dt.date(2026, 11, 1), policy=policy)
    objects(contact, policy)
    assert not is_held(contact)
    return contact


def refusals(email: str = EMAIL) -> set[str]:
    return set(permission.of_one(Contact.objects.get(email=email), day=TODAY).values())


def wishes() -> dict[str, Wish]:
    whitepaper = Whitepaper.objects.create(slug="clouds", title="Clouds", published_at=NOON - ONE_DAY)
    return {
        "whitepaper": Wish.of_whitepaper(whitepaper),
        "webinar": Wish.of_event(EventFactory.create(kind="webinar", signup_open=True)),
        "event": Wish.of_event(EventFactory.create(kind="physical", signup_open=True)),
        "customer": Wish.of_register(Scenario.CUSTOMER),
        "partner": Wish.of_register(Scenario.PARTNER),
    }


@pytest.mark.parametrize("source", ["form", "api:website"])
@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event", "customer", "partner"])
def test_who_objected_gets_what_they_ask_for_and_no_marketing(
    policy: PolicyVersion, objector: Contact, scenario: str, source: str
) -> None:
    typed = Typed(email=EMAIL, country="SE")
    made = sign_ups.sign_up(wishes()[scenario], typed, policy=policy, source=source, at=NOON, by="test")
    contact = proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="test").contact
    assert scenarios_of(contact) == [scenario]
    assert refusals() == {Refusal.SUPPRESSED}
    run(TODAY + ONE_DAY, policy)
    assert is_held(contact)


def test_once_they_have_it_they_go_again(policy: PolicyVersion, objector: Contact) -> None:
    made = sign_ups.sign_up(
        wishes()["whitepaper"], Typed(email=EMAIL), policy=policy, source="form", at=NOON, by="test"
    )
    contact = proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="test").contact
    run(TODAY + 7 * ONE_DAY, policy)
    assert is_held(contact)
    run(TODAY + 8 * ONE_DAY, policy)
    assert not is_held(contact)
    assert len(suppressed(EMAIL)) == 3


@pytest.mark.parametrize(("confirmed", "left"), [(True, {"phone", "post"}), (False, {"email", "phone", "post"})])
def test_a_box_that_is_ticked_lifts_its_channel_alone_and_only_once_it_is_confirmed(
    policy: PolicyVersion, objector: Contact, confirmed: bool, left: set[str]
) -> None:
    made = sign_ups.sign_up(
        wishes()["whitepaper"],
        Typed(email=EMAIL),
        policy=policy,
        consents={"email": "Yes, please."},
        source="form",
        at=NOON,
        by="test",
    )
    assert len(suppressed(EMAIL)) == 3
    proof.confirm(made.public_id, consent=confirmed, policy=policy, at=NOON, by="test")
    assert set(suppressed(EMAIL)) == left


def test_the_import_refuses_the_prospect_and_lets_the_customer_in(policy: PolicyVersion, objector: Contact) -> None:
    outcome = bring(policy, contacts=[person(EMAIL, "prospect"), person(EMAIL.upper(), "customer")])
    assert [reject.reason for reject in outcome.rejects] == ["suppressed address"]
    assert scenarios_of(Contact.objects.get(email=EMAIL)) == ["customer"]
    assert refusals() == {Refusal.SUPPRESSED}


def test_no_consent_that_is_imported_lifts_an_objection(policy: PolicyVersion, objector: Contact) -> None:
    said = consent(EMAIL, "all", given_on="2026-11-24")
    assert bring(policy, contacts=[person(EMAIL, "customer")], consents=[said]).refused == []
    assert len(suppressed(EMAIL)) == 3
    assert refusals() == {Refusal.SUPPRESSED}


def test_an_imported_objection_deletes_a_prospect_on_file_at_once(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(EMAIL, "prospect")])
    bring(policy, objections=[OBJECTION])
    assert not Contact.objects.exists()
    assert len(suppressed(EMAIL)) == 3


@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event"])
def test_an_imported_objector_with_nothing_left_to_get_goes_with_the_next_run(
    policy: PolicyVersion, scenario: str
) -> None:
    bring(policy, contacts=[person(EMAIL, scenario)], objections=[OBJECTION])
    run(TODAY + ONE_DAY, policy)
    assert not Contact.objects.exists()


def test_an_import_read_again_after_the_run_brings_no_prospect_back(policy: PolicyVersion) -> None:
    files = {"contacts": [person(EMAIL, "prospect")], "objections": [OBJECTION]}
    for _ in range(2):
        assert [reject.reason for reject in bring(policy, **files).rejects] == ["suppressed address"]
        run(TODAY + ONE_DAY, policy)
    assert not Contact.objects.exists()


def test_who_comes_in_under_an_address_that_objected_is_found_by_its_hash(
    policy: PolicyVersion, objector: Contact
) -> None:
    back = ContactFactory.create(email=EMAIL)
    assert back.address_hash == keyed_hash(EMAIL)
    hold(back, "customer", TODAY, policy=policy)
    assert back not in reachable(Channel.POST, day=TODAY)
    noted(back, TODAY)
    assert refusals() == {Refusal.OBJECTED}
