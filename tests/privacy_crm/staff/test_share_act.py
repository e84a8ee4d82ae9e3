"""One person shared with a recipient: shown before, on record after, the reference given along; or refused."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, Disclosure, PolicyVersion
from contacts.words.vocabulary import Channel
from tests.support.admin_pages import contents
from tests.support.factories import NOON, SPRING, ContactFactory, OrganisationFactory, hold
from tests.support.sharing import RecipientFactory

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

ALLOWED = ["marketing", "sales", "privacy officer"]


def guest(policy: PolicyVersion, **fields: Any) -> Contact:
    told = {"first_name": "Aino", "last_name": "Virtanen", "job_title": "Buyer", **fields}
    contact = ContactFactory.create(organisation=OrganisationFactory.create(name="Fjordkraft AB"), **told)
    hold(contact, "event", SPRING, policy=policy)
    return contact


def page_of(person: Contact) -> str:
    return f"/admin/contacts/contact/{person.public_id}/change/"


def url(person: Contact) -> str:
    return f"/admin/contacts/contact/{person.public_id}/share/"


@pytest.mark.promise("P15")
@pytest.mark.parametrize("role", ALLOWED)
def test_what_goes_and_to_whom_is_shown_and_then_put_on_record_with_its_reference(
    role: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    recipient = RecipientFactory.create(name="Harrow Ltd", kind="reseller", country="GB", **SAFE)
    person, client = guest(policy), log_in(role)
    assert "Share with a partner" in client.get(page_of(person)).content.decode()
    before = contents(looks=False)
    form = client.get(url(person)).content.decode()
    assert contents(looks=False) == before
    assert str(person.email) in form
    assert all(told in form for told in ("Aino Virtanen", "Buyer", "Fjordkraft AB", "Harrow Ltd", "United Kingdom"))
    answer = client.post(url(person), {"recipient": recipient.pk, "purpose": "event"})
    assert f'value="{person.public_id}"' in answer.content.decode()
    assert "On record: Harrow Ltd gets their details." in answer.content.decode()
    disclosure = Disclosure.objects.get()
    assert (disclosure.contact, disclosure.recipient, disclosure.kind, disclosure.purpose, disclosure.at) == (
        person,
        recipient,
        "share",
        "event",
        NOON,
    )
    assert AuditEvent.objects.get(code="contact.disclosed").by.startswith("user:")


SAFE = {"safeguard": "adequacy", "safeguard_reference": "2021/1772"}


@pytest.mark.promise("P15")
@pytest.mark.promise("P16")
@pytest.mark.parametrize(
    "fields",
    [
        {"agreement_from": None, "agreement_reference": ""},
        {"agreement_until": dt.date(2026, 11, 23)},
        {"purposes": ["webinar"]},
        {"country": "US"},
    ],
)
def test_a_recipient_that_may_not_have_them_is_not_among_the_choices_and_taken_from_nobody(
    fields: dict[str, Any], log_in: LogIn, policy: PolicyVersion
) -> None:
    wrong, person, client = RecipientFactory.create(name="Wrong AB", **fields), guest(policy), log_in("sales")
    before = contents(looks=False)
    sent = {"recipient": wrong.pk, "purpose": "event"}
    assert "Nobody may get the details of this person now." in client.get(url(person)).content.decode()
    assert "no recipient may get the details" in client.post(url(person), sent).content.decode()
    RecipientFactory.create(name="Right AB")
    with_another = contents(looks=False)
    form = client.get(url(person)).content.decode()
    assert "Right AB" in form
    assert "Wrong AB" not in form
    assert "Select a valid choice" in client.post(url(person), sent).content.decode()
    assert contents(looks=False) == with_another != before


@pytest.mark.promise("P15")
def test_an_agreement_that_does_not_cover_the_purpose_chosen_is_named(log_in: LogIn, policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(name="Some AB", purposes=["event"]), guest(policy)
    hold(person, "prospect", SPRING, policy=policy)
    client, before = log_in("sales"), contents(looks=False)
    answer = client.post(url(person), {"recipient": recipient.pk, "purpose": "prospect"})
    assert "the agreement with Some AB does not cover this purpose" in answer.content.decode()
    assert contents(looks=False) == before


@pytest.mark.promise("P15")
def test_a_purpose_that_they_are_not_held_for_is_no_choice(log_in: LogIn, policy: PolicyVersion) -> None:
    recipient, person, client = RecipientFactory.create(), guest(policy), log_in("sales")
    before = contents(looks=False)
    answer = client.post(url(person), {"recipient": recipient.pk, "purpose": "customer"})
    assert "Select a valid choice" in answer.content.decode()
    assert contents(looks=False) == before


@pytest.mark.promise("L5")
def test_who_has_not_been_told_where_their_details_come_from_is_shared_with_nobody(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    hold(person, "prospect", SPRING, policy=policy, source_kind="public")
    client, before = log_in("sales"), contents(looks=False)
    answer = client.post(url(person), {"recipient": recipient.pk, "purpose": "prospect"})
    assert "the person is not informed yet of where we have their details from" in answer.content.decode()
    assert contents(looks=False) == before


OBJECTED = (
    "They objected to marketing, or have left their organisation, so their details are not shared with a reseller."
)


def objecting(policy: PolicyVersion) -> Contact:
    """A customer who wants no marketing on any channel."""
    person = guest(policy)
    for channel in Channel.values:
        person.permissions.create(channel=channel, state="objected", given_on=SPRING)
    return person


@pytest.mark.promise("P12")
def test_whoever_objected_to_marketing_is_shared_with_no_reseller_and_the_page_says_so_before(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    reseller, person, client = RecipientFactory.create(kind="reseller"), objecting(policy), log_in("sales")
    before = contents(looks=False)
    form = client.get(url(person)).content.decode()
    assert "Nobody may get the details of this person now." in form
    assert OBJECTED in form
    assert "No recipient in the register has an agreement" not in form
    assert OBJECTED in client.post(url(person), {"recipient": reseller.pk, "purpose": "event"}).content.decode()
    assert contents(looks=False) == before


@pytest.mark.promise("P12")
def test_a_processor_stays_among_the_choices_for_whoever_objected(log_in: LogIn, policy: PolicyVersion) -> None:
    RecipientFactory.create(name="Harrow AB", kind="reseller")
    processor, person, client = RecipientFactory.create(name="Tryckhuset"), objecting(policy), log_in("sales")
    form = client.get(url(person)).content.decode()
    assert OBJECTED in form
    assert "Tryckhuset" in form
    assert "Harrow AB" not in form
    answer = client.post(url(person), {"recipient": processor.pk, "purpose": "event"})
    assert "On record: Tryckhuset gets their details." in answer.content.decode()
    assert Disclosure.objects.get().recipient == processor


@pytest.mark.parametrize("kind", ["reseller", "processor"])
def test_nothing_is_said_of_objections_where_none_is_in_the_way(
    kind: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    RecipientFactory.create(name="Some AB", kind=kind)
    person = guest(policy) if kind == "reseller" else objecting(policy)
    form = log_in("sales").get(url(person)).content.decode()
    assert "Some AB" in form
    assert "objected" not in form


@pytest.mark.promise("L6")
@pytest.mark.parametrize(
    "fields",
    [
        {"restricted_through": dt.date.max},
        {"frozen_through": NOON.date()},
        {"minimised_on": NOON.date(), "email": None, "address_hash": None},
    ],
)
def test_nobody_is_offered_to_share_the_restricted_the_frozen_and_the_reduced(
    fields: dict[str, Any], log_in: LogIn, policy: PolicyVersion
) -> None:
    recipient, person, client = RecipientFactory.create(), guest(policy, **fields), log_in("privacy officer")
    assert "Share with a partner" not in client.get(page_of(person)).content.decode()
    before = contents(looks=False)
    assert client.post(url(person), {"recipient": recipient.pk, "purpose": "event"}).status_code == 302
    assert contents(looks=False) == before


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["events", "auditor", "administrator"])
def test_others_share_nobody(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    recipient, person, client = RecipientFactory.create(), guest(policy), log_in(role)
    before = contents(looks=False)
    assert client.post(url(person), {"recipient": recipient.pk, "purpose": "event"}).status_code == 403
    assert contents(looks=False) == before


def test_no_name_waits_in_a_cookie_or_session(log_in: LogIn, policy: PolicyVersion) -> None:
    recipient, person, client = RecipientFactory.create(), guest(policy), log_in("sales")
    answer = client.post(url(person), {"recipient": recipient.pk, "purpose": "event"})
    kept = str(client.cookies) + str(answer.headers) + str(dict(client.session))
    assert person.last_name not in kept
    assert str(person.email) not in kept
