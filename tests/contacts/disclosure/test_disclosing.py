"""Giving people's data to a recipient: recorded for each of them, and refused whole where anything is missing."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import pytest

from contacts.disclosure import disclosing
from contacts.disclosure.disclosing import Disclosed, DisclosureError
from contacts.models import AuditEvent, Contact, Disclosure, PolicyVersion, Recipient
from contacts.words.vocabulary import Channel, DisclosureKind, Scenario
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, SPRING, ContactFactory, crowd, hold, place
from tests.support.objecting import suppress
from tests.support.sharing import RecipientFactory

pytestmark = pytest.mark.django_db


def give(people: Any, recipient: Recipient, purpose: Scenario = Scenario.EVENT, at: dt.datetime = NOON) -> Disclosed:
    return disclosing.disclose(people, recipient, purpose=purpose, kind=DisclosureKind.MAILING, at=at, by="user:1")


def guest(policy: PolicyVersion, **fields: Any) -> Contact:
    """Somebody held for an event."""
    contact = ContactFactory.create(**fields)
    hold(contact, "event", SPRING, policy=policy)
    return contact


@pytest.mark.promise("P15")
def test_each_disclosure_is_on_record_with_the_persons_number_as_its_reference(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    given = give([person.pk], recipient)
    disclosure = Disclosure.objects.get()
    assert given == Disclosed(1, disclosure.batch)
    assert (disclosure.recipient, disclosure.purpose, disclosure.kind) == (recipient, "event", "mailing")
    assert disclosure.reference == person.public_id
    event = AuditEvent.objects.get(code="contact.disclosed")
    assert (event.public_id, event.rule, event.by) == (person.public_id, f"recipient:{recipient.pk}", "user:1")


def test_a_set_of_people_costs_the_same_few_queries_however_many_they_are(
    policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    recipient = RecipientFactory.create()
    for number in (1, 200):
        people = crowd(number, "event", SPRING, policy=policy)
        with django_assert_num_queries(9):
            asked = Contact.objects.filter(pk__in=[person.pk for person in people])
            assert give(asked, recipient).people == number


@pytest.mark.promise("P15")
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"agreement_from": None, "agreement_reference": ""}, "no agreement"),
        ({"agreement_from": dt.date(2026, 11, 25)}, "no agreement"),
        ({"agreement_until": dt.date(2026, 11, 23)}, "no agreement"),
        ({"purposes": ["webinar"]}, "does not cover this purpose"),
        ({"country": "US"}, "outside the EEA, and no safeguard"),
        ({"country": "GB"}, "outside the EEA, and no safeguard"),
    ],
)
def test_nothing_is_given_without_agreement_purpose_and_safeguard(
    fields: dict[str, Any], why: str, policy: PolicyVersion
) -> None:
    recipient, person = RecipientFactory.create(**fields), guest(policy)
    before = contents()
    with pytest.raises(DisclosureError, match=why):
        give([person.pk], recipient)
    assert contents() == before


@pytest.mark.promise("P16")
def test_outside_the_eea_a_safeguard_opens_the_way(policy: PolicyVersion) -> None:
    recipient = RecipientFactory.create(country="US", safeguard="clauses", safeguard_reference="2021/914")
    assert give([guest(policy).pk], recipient).people == 1


def test_the_register_is_asked_and_not_the_copy_in_hand(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    Recipient.objects.update(agreement_until=NOON.date() - ONE_DAY)
    before = contents()
    with pytest.raises(DisclosureError, match="no agreement"):
        give([person.pk], recipient)
    assert contents() == before


@pytest.mark.promise("P15")
def test_whoever_is_not_held_for_the_purpose_stops_the_whole_set_and_is_counted(policy: PolicyVersion) -> None:
    recipient, reader = RecipientFactory.create(), ContactFactory.create()
    hold(reader, "webinar", SPRING, policy=policy)
    people = [guest(policy), reader, ContactFactory.create()]
    before = contents()
    with pytest.raises(DisclosureError, match="Of 3 people asked for: 2 not held as event"):
        give([person.pk for person in people], recipient)
    assert contents() == before


def stop_all(person: Contact, *, by_address: Collection[str] = ()) -> None:
    """No marketing on any channel: told by the address where it is among these, by themselves on the others."""
    for channel in Channel.values:
        if channel in by_address:
            suppress(person, channel, SPRING)
        else:
            person.permissions.create(channel=channel, state="objected", given_on=SPRING)


NO_RESELLER = "They objected to marketing, so their details are not shared with a reseller."


@pytest.mark.promise("P12")
@pytest.mark.parametrize("by_address", [[], ["email"], Channel.values])
def test_whoever_objected_on_all_channels_is_shared_with_no_reseller(
    by_address: list[str], policy: PolicyVersion
) -> None:
    reseller, person = RecipientFactory.create(kind="reseller"), guest(policy)
    stop_all(person, by_address=by_address)
    before = contents()
    for kind in DisclosureKind:
        with pytest.raises(DisclosureError, match=NO_RESELLER):
            disclosing.disclose([person.pk], reseller, purpose=Scenario.EVENT, kind=kind, at=NOON, by="user:1")
    assert contents() == before


@pytest.mark.promise("P12")
def test_among_several_they_are_counted_and_stop_the_set(policy: PolicyVersion) -> None:
    reseller, people = RecipientFactory.create(kind="reseller"), [guest(policy) for _ in range(3)]
    for person in people[:2]:
        stop_all(person)
    before = contents()
    with pytest.raises(DisclosureError, match="Of 3 people asked for: 2 objected to marketing, so their details"):
        give([person.pk for person in people], reseller)
    assert contents() == before


def test_the_register_says_who_is_a_reseller_and_not_the_copy_in_hand(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    stop_all(person)
    Recipient.objects.update(kind="reseller")
    before = contents()
    with pytest.raises(DisclosureError, match=NO_RESELLER):
        give([person.pk], recipient)
    assert contents() == before


def test_a_processor_still_gets_what_a_service_needs_of_whoever_objected(policy: PolicyVersion) -> None:
    person = guest(policy)
    stop_all(person)
    assert give([person.pk], RecipientFactory.create(kind="processor")).people == 1


@pytest.mark.promise("P15")
@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("by_address", [True, False], ids=["their address", "they"])
def test_a_reseller_gets_nobody_who_objected_on_any_channel(
    policy: PolicyVersion, channel: str, by_address: bool
) -> None:
    person = guest(policy)
    if by_address:
        suppress(person, Channel(channel), SPRING)
    else:
        person.permissions.create(channel=channel, state="objected", given_on=SPRING)
    with pytest.raises(DisclosureError, match="objected to marketing"):
        give([person.pk], RecipientFactory.create(kind="reseller"))
    assert give([person.pk], RecipientFactory.create(kind="processor")).people == 1


@pytest.mark.promise("P15")
def test_a_reseller_gets_nobody_who_has_left_their_organisation(policy: PolicyVersion) -> None:
    person = guest(policy, left_on=SPRING)
    with pytest.raises(DisclosureError, match="They left their organisation"):
        give([person.pk], RecipientFactory.create(kind="reseller"))
    assert give([person.pk], RecipientFactory.create(kind="group")).people == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"restricted_through": dt.date.max}, "1 restricted"),
        ({"frozen_through": NOON.date()}, "1 frozen"),
    ],
)
def test_the_restricted_and_the_frozen_are_given_to_nobody(
    fields: dict[str, Any], why: str, policy: PolicyVersion
) -> None:
    recipient, people = RecipientFactory.create(), [guest(policy), guest(policy, **fields)]
    before = contents()
    with pytest.raises(DisclosureError, match=why):
        give([person.pk for person in people], recipient)
    assert contents() == before


def test_a_hold_of_retentions_stops_it_too(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    place(person, "freeze", "restriction")
    before = contents()
    with pytest.raises(DisclosureError, match="the person is restricted, frozen"):
        give([person.pk], recipient)
    assert contents() == before


def test_the_reduced_are_given_to_nobody(policy: PolicyVersion) -> None:
    recipient = RecipientFactory.create()
    person = ContactFactory.create(email=None, minimised_on=NOON.date())
    before = contents()
    with pytest.raises(DisclosureError, match="the person is reduced"):
        give([person.pk], recipient)
    assert contents() == before


@pytest.mark.promise("L5")
def test_whoever_has_not_been_told_where_their_details_came_from_is_told_first(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    hold(person, "prospect", SPRING, policy=policy, source_kind="public")
    before = contents()
    with pytest.raises(DisclosureError, match="the person is not informed yet"):
        give([person.pk], recipient, Scenario.PROSPECT)
    assert contents() == before


def test_whoever_is_gone_stops_the_set(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    before = contents()
    with pytest.raises(DisclosureError, match="1 no longer held"):
        give([person.pk, person.pk + 1_000_000], recipient)
    assert contents() == before


def test_what_a_person_was_given_away_for_goes_with_them(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), guest(policy)
    give([person.pk], recipient)
    Contact.objects.filter(pk=person.pk).delete()
    assert not Disclosure.objects.exists()
