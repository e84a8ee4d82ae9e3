"""Objections hold for an address, whoever is held under it; consents belong to people."""

import datetime as dt

import pytest

from contacts.models import ChannelPermission, ConsentRecord, Contact, MergedAddress, PolicyVersion, Suppression
from contacts.permission import consents, permission
from contacts.words.addresses import hashes, keyed_hash
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON
from tests.support.import_files import AINO, Row, bring, consent, everything, person

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
NEW = "new@fjordkraft.example"

p12 = pytest.mark.promise("P12")


def objection(email: str = AINO, channel: str = "email", objected_on: str = "2026-05-01", **cells: str) -> Row:
    return {"email": email, "channel": channel, "objected_on": objected_on} | cells


def suppressions(email: str) -> dict[str, dt.date]:
    return dict(Suppression.objects.filter(address_hash=keyed_hash(email)).values_list("channel", "since"))


def permissions(email: str = AINO) -> list[tuple[str, str]]:
    return sorted(Contact.objects.get(email=email).permissions.values_list("channel", "state"))


@p12
def test_an_objection_of_somebody_not_held_comes_in_as_the_keyed_hash_alone(policy: PolicyVersion) -> None:
    outcome = bring(policy, objections=[objection("Nej.Tack@Fjordkraft.example", "ALL")])
    day = dt.date(2026, 5, 1)
    assert suppressions("nej.tack@fjordkraft.example") == {"email": day, "phone": day, "post": day}
    assert outcome.counts("objections").created == 1
    assert not Contact.objects.exists()
    assert "nej.tack" not in str(everything())


@p12
@pytest.mark.parametrize("held_before", [False, True])
def test_an_objection_of_somebody_held_stands_with_them_too(policy: PolicyVersion, held_before: bool) -> None:
    if held_before:
        bring(policy, contacts=[person()])
    bring(policy, contacts=[] if held_before else [person()], objections=[objection(source="Letter")])
    stands = ChannelPermission.objects.get()
    assert (stands.contact.email, stands.channel, stands.state, stands.source) == (AINO, "email", "objected", "Letter")
    assert stands.given_on == dt.date(2026, 5, 1)
    assert list(suppressions(AINO)) == ["email"]


@p12
def test_an_objection_on_record_stands_with_the_person_who_comes_in_later(policy: PolicyVersion) -> None:
    bring(policy, objections=[objection()])
    outcome = bring(policy, contacts=[person()], objections=[objection()])
    assert permissions() == [("email", "objected")]
    assert outcome.counts("objections").updated == 1


@p12
def test_an_objection_under_an_address_given_up_in_a_merge_is_that_of_the_person(policy: PolicyVersion) -> None:
    old, older = "old@fjordkraft.example", "older@fjordkraft.example"
    bring(policy, contacts=[person()])
    for address in (old, older):
        MergedAddress.objects.create(contact=Contact.objects.get(), **hashes(address))
    outcome = bring(policy, objections=[objection(old)])
    assert outcome.counts("objections").created == 1
    assert permissions() == [("email", "objected")]
    assert list(suppressions(AINO)) == list(suppressions(old)) == list(suppressions(older)) == ["email"]
    assert bring(policy, objections=[objection(old)]).counts("objections").unchanged == 1


@p12
def test_an_objection_to_everything_under_an_address_given_up_parts_with_the_prospect(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(AINO, "prospect")])
    MergedAddress.objects.create(contact=Contact.objects.get(), **hashes("old@fjordkraft.example"))
    bring(policy, objections=[objection("old@fjordkraft.example", "all")])
    assert not Contact.objects.exists()
    assert sorted(suppressions(AINO)) == ["email", "phone", "post"]


@p12
def test_an_objection_without_a_date_is_of_today_and_stays_so(policy: PolicyVersion) -> None:
    for at in (NOON, NOON + dt.timedelta(days=9)):
        bring(policy, at, contacts=[person()], objections=[objection(objected_on="")])
    assert suppressions(AINO) == {"email": TODAY}
    assert ChannelPermission.objects.get().given_on == TODAY


@p12
def test_a_suppression_holds_since_the_first_objection(policy: PolicyVersion) -> None:
    bring(policy, objections=[objection(objected_on="2026-05-01"), objection(objected_on="2024-05-01")])
    bring(policy, objections=[objection(objected_on="2025-05-01")])
    assert suppressions(AINO) == {"email": dt.date(2024, 5, 1)}


@p12
def test_a_suppressed_address_comes_in_as_anything_but_a_prospect(policy: PolicyVersion) -> None:
    bring(policy, objections=[objection(NEW, "all")])
    rows = [person(NEW.upper(), scenario) for scenario in ("prospect", "customer", "whitepaper")]
    outcome = bring(policy, contacts=rows)
    assert outcome.refused == [("contacts.csv", 2, "email", "suppressed address")]
    held = Contact.objects.get(email=NEW)
    assert sorted(held.bases.values_list("scenario", flat=True)) == ["customer", "whitepaper"]


@p12
@pytest.mark.parametrize("readings", [1, 2])
def test_an_objection_of_the_same_export_refuses_the_prospect(policy: PolicyVersion, readings: int) -> None:
    objections = [objection("New@Fjordkraft.example", channel) for channel in ("email", "phone", "post")]
    for _ in range(readings):
        outcome = bring(policy, contacts=[person(NEW, "prospect")], objections=objections)
        assert [reject.reason for reject in outcome.rejects] == ["suppressed address"]
    assert not Contact.objects.filter(email=NEW).exists()


@p12
def test_an_objection_to_two_channels_lets_the_prospect_in(policy: PolicyVersion) -> None:
    objections = [objection(NEW, "email"), objection(NEW, "phone")]
    outcome = bring(policy, contacts=[person(NEW, "prospect")], objections=objections)
    assert outcome.refused == []
    assert permissions(NEW) == [("email", "objected"), ("phone", "objected")]


def test_a_consent_stands_with_its_evidence(policy: PolicyVersion) -> None:
    outcome = bring(policy, contacts=[person()], consents=[consent(channel="Email")])
    stands = ChannelPermission.objects.get()
    assert (stands.channel, stands.state, stands.wording) == ("email", "consented", "Yes, please.")
    assert (stands.given_on, stands.source) == (dt.date(2026, 6, 1), "Form")
    assert outcome.counts("consents").created == 1


def recorded(email: str = AINO) -> list[tuple[str, str, dt.date | None, str]]:
    records = Contact.objects.get(email=email).consent_records.filter(channel="email").order_by("pk")
    return list(records.values_list("state", "wording", "said_on", "method"))


@pytest.mark.promise("L14")
def test_another_wording_is_a_record_of_its_own(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], consents=[consent(channel="all")])
    later = consent(channel="all", wording="Yes, by phone too.")
    assert bring(policy, consents=[later]).counts("consents").created == 1
    day = dt.date(2026, 6, 1)
    assert set(ChannelPermission.objects.values_list("wording", "given_on")) == {("Yes, by phone too.", day)}
    assert recorded() == [("given", "Yes, please.", day, "import"), ("given", "Yes, by phone too.", day, "import")]
    assert bring(policy, consents=[later]).counts("consents").unchanged == 1
    assert len(recorded()) == 2


@pytest.mark.promise("L14")
def test_a_channel_stands_by_the_latest_of_the_consents_that_lists_brought(policy: PolicyVersion) -> None:
    old, new = consent(wording="Old.", given_on="2026-05-01"), consent(wording="New.", given_on="2026-07-01")
    bring(policy, contacts=[person()], consents=[new, old])
    assert ChannelPermission.objects.get().wording == "New."
    oldest = consent(wording="Oldest.", given_on="2026-04-01")
    assert bring(policy, consents=[oldest]).counts("consents").created == 1
    assert ChannelPermission.objects.get().wording == "New."
    assert len(recorded()) == 3


@pytest.mark.promise("L14")
def test_a_consent_of_a_list_says_what_a_record_has_to(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], consents=[consent()])
    record = ConsentRecord.objects.get()
    assert (record.controller, record.purpose, record.source) == (policy.controller["name"], "marketing", "Form")
    assert (record.recorded_at, record.ticked_at, record.policy_version) == (NOON, None, None)
    assert record.withdraw_at.endswith("/my-data/")
    assert record.public_id


@pytest.mark.promise("L14")
@pytest.mark.parametrize(("objected_on", "state"), [("2026-06-01", "withdrawn"), ("2026-05-31", "refused")])
def test_an_objection_of_a_list_is_recorded_and_withdraws_the_consent_that_stood(
    policy: PolicyVersion, objected_on: str, state: str
) -> None:
    bring(policy, contacts=[person()], consents=[consent()])
    for _ in range(2):
        bring(policy, objections=[objection(objected_on=objected_on, source="Letter")])
    day = dt.date.fromisoformat(objected_on)
    assert recorded() == [("given", "Yes, please.", dt.date(2026, 6, 1), "import"), (state, "", day, "import")]
    assert permissions() == [("email", "objected")]


@pytest.mark.promise("L14")
@pytest.mark.promise("L20")
def test_an_objection_without_a_day_is_recorded_without_one(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], objections=[objection(objected_on="")])
    assert recorded() == [("refused", "", None, "import")]


@pytest.mark.promise("L14")
def test_no_list_opens_a_channel_on_which_a_consent_was_withdrawn(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(country="GB")], consents=[consent()])
    contact = Contact.objects.get()
    consents.withdraw(contact, Channel.EMAIL, reason="withdrawn on My data", day=TODAY, at=NOON, by="visitor")
    bring(policy, contacts=[person(country="GB")], consents=[consent()])
    assert permissions() == [("email", "objected")]
    bring(policy, consents=[consent(wording="Yes!", given_on="2026-11-24")])
    assert permission.of_one(contact, day=TODAY)[Channel.EMAIL] == permission.Refusal.OBJECTED
    assert [state for state, *_ in recorded()] == ["given", "withdrawn", "given"]


@pytest.mark.promise("L14")
@pytest.mark.parametrize("day", ["2026-05-30", "2026-11-24"])
def test_a_stop_beats_a_consent_of_whatever_day_and_both_are_recorded(policy: PolicyVersion, day: str) -> None:
    said = {"objections": [objection(objected_on="2026-06-01")], "consents": [consent(given_on=day)]}
    assert bring(policy, contacts=[person(country="GB")], **said).refused == []
    assert permissions() == [("email", "objected")]
    assert [state for state, *_ in recorded()] == ["refused", "given"]
    assert permission.of_one(Contact.objects.get(), day=TODAY)[Channel.EMAIL] == permission.Refusal.OBJECTED


@pytest.mark.promise("L14")
@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"wording": " "}, "wording", "no wording"),
        ({"given_on": ""}, "given_on", "impossible date"),
        ({"given_on": "2026-11-25"}, "given_on", "date in the future"),
        ({"given_on": "2027-01-01"}, "given_on", "date in the future"),
        ({"source": ""}, "source", "no source"),
        ({"wording": "", "given_on": "", "source": ""}, "wording", "no wording"),
    ],
)
def test_what_shows_no_consent_is_none(policy: PolicyVersion, cells: dict[str, str], column: str, reason: str) -> None:
    outcome = bring(policy, contacts=[person()], consents=[consent(**cells)])
    assert outcome.refused == [("consents.csv", 2, column, reason)]
    assert not ChannelPermission.objects.exists()
    assert not ConsentRecord.objects.exists()
