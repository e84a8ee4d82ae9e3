"""What staff hear about a person, on the person's page: an objection, another address, that they have left."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion
from contacts.people.activities import ContactGoneError
from contacts.permission import set_country
from contacts.permission.set_country import CompletingError
from tests.support.admin_pages import contents
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    customer,
    hold,
    is_held,
    place,
    register,
)
from tests.support.objecting import noted, suppressed

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

TODAY = dt.date(2026, 11, 24)
RECENTLY = dt.date(2026, 11, 1)
ALL_CHANNELS = {"channels": ["email", "phone", "post"], "heard": "told us by phone"}
LIST = "/admin/contacts/contact/"

p12 = pytest.mark.promise("P12")


def of(contact: Contact, act: str) -> str:
    return f"{LIST}{contact.public_id}/{act}/"


def prospect(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(first_name="Aino", last_name="Lindqvist")
    hold(contact, "prospect", RECENTLY, policy=policy)
    return contact


@p12
@pytest.mark.parametrize("role", ["marketing", "sales", "events", "privacy officer"])
def test_a_prospect_who_objects_is_deleted_and_staff_hear_what_stays(
    log_in: LogIn, policy: PolicyVersion, role: str
) -> None:
    contact = prospect(policy)
    answer = log_in(role).post(of(contact, "objection-heard"), ALL_CHANNELS, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    told = answer.content.decode()
    assert "This person was held as prospect alone and has been deleted." in told
    assert "We keep a coded form of the address to remember the objection." in told
    assert "Aino" not in told
    assert not is_held(contact)
    assert suppressed(contact.email) == {"email": TODAY, "phone": TODAY, "post": TODAY}


@p12
def test_a_customer_who_objects_stays_without_marketing(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = customer(policy, first_name="Aino", last_name="Lindqvist")
    answer = log_in("sales").post(of(contact, "objection-heard"), ALL_CHANNELS, follow=True)
    assert "Aino Lindqvist gets no more marketing by e-mail, phone or post." in answer.content.decode()
    assert is_held(contact)


@p12
def test_a_guest_who_objects_stays_until_the_event_is_over(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = ContactFactory.create(first_name="Aino", last_name="Lindqvist")
    end = NOON + 9 * ONE_DAY
    register(contact, EventFactory.create(starts_at=end - ONE_DAY / 24, ends_at=end), NOON, policy=policy)
    answer = log_in("events").post(of(contact, "objection-heard"), ALL_CHANNELS, follow=True)
    assert "Aino Lindqvist will be deleted on 4 December 2026, because they objected" in answer.content.decode()


@p12
def test_an_objection_to_one_channel_says_which(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = prospect(policy)
    form = {"channels": ["phone"], "heard": "told us in person"}
    answer = log_in("sales").post(of(contact, "objection-heard"), form, follow=True)
    assert "Aino Lindqvist gets no more marketing by phone." in answer.content.decode()
    assert contact.permissions.get().source == "told us in person"
    assert list(suppressed(contact.email)) == ["phone"]


@p12
@pytest.mark.promise("P5")
def test_a_person_under_a_duty_is_reduced_and_seen_by_the_officer_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = prospect(policy)
    place(contact, "duty", "bookkeeping")
    answer = log_in("sales").post(of(contact, "objection-heard"), ALL_CHANNELS, follow=True)
    assert "This person has been reduced to what the law requires." in answer.content.decode()
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Aino" not in answer.content.decode()


@p12
@pytest.mark.parametrize("form", [{}, {"channels": ["email"]}, {"channels": ["fax"], "heard": "told us by phone"}])
def test_an_objection_to_nothing_known_is_not_recorded(
    log_in: LogIn, policy: PolicyVersion, form: dict[str, object]
) -> None:
    contact, client = prospect(policy), log_in("sales")
    before = contents()
    assert client.post(of(contact, "objection-heard"), form).status_code == 200
    assert contents() == before


@p12
def test_the_message_that_waits_names_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = prospect(policy), log_in("sales")
    answer = client.post(of(contact, "objection-heard"), ALL_CHANNELS)
    assert "Lindqvist" not in str([str(message) for message in get_messages(answer.wsgi_request)])
    assert contact.email not in str(client.cookies) + str(answer.headers)


@p12
@pytest.mark.parametrize("act", ["objection-heard", "change-address", "has-left"])
def test_looking_at_a_form_changes_nothing(log_in: LogIn, policy: PolicyVersion, act: str) -> None:
    contact, client = prospect(policy), log_in("marketing")
    before = contents()
    assert client.get(of(contact, act)).status_code == 200
    assert contents() == before


@p12
@pytest.mark.parametrize(
    ("role", "act"),
    [
        ("auditor", "objection-heard"),
        ("administrator", "objection-heard"),
        ("sales", "change-address"),
        ("events", "change-address"),
        ("events", "has-left"),
    ],
)
def test_who_may_not_changes_nothing(log_in: LogIn, policy: PolicyVersion, role: str, act: str) -> None:
    contact, client = prospect(policy), log_in(role)
    before = contents()
    assert (
        client.post(of(contact, act), {**ALL_CHANNELS, "email": "x@y.example", "on": "2026-11-24"}).status_code == 403
    )
    assert contents() == before


@p12
def test_the_page_says_that_it_is_the_objection(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = prospect(policy)
    noted(contact, TODAY)
    shown = log_in("privacy officer").get(of(contact, "change")).content.decode()
    assert "Will be deleted in the next nightly run, because they objected to all marketing" in shown


@p12
@pytest.mark.parametrize(("sure", "trust"), [({"evidence": "met"}, "proven"), ({}, "doubted")])
def test_the_address_changes_confirmed_or_not(
    log_in: LogIn, policy: PolicyVersion, sure: dict[str, str], trust: str
) -> None:
    contact = prospect(policy)
    form = {"email": "New@Fjordkraft.example", **sure}
    answer = log_in("marketing").post(of(contact, "change-address"), form, follow=True)
    contact.refresh_from_db()
    assert (contact.email, contact.address_trust) == ("new@fjordkraft.example", trust)
    assert ("send nothing else there until then." in answer.content.decode()) == (trust == "doubted")


def test_an_address_that_another_has_is_refused_beside_the_form(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, other, client = prospect(policy), ContactFactory.create(), log_in("privacy officer")
    before = contents()
    answer = client.post(of(contact, "change-address"), {"email": other.email})
    assert "Another contact has this address." in answer.content.decode()
    assert contents() == before


def test_who_has_left_is_offered_the_button_no_more(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = prospect(policy), log_in("sales")
    answer = client.post(of(contact, "has-left"), {"on": "2026-11-20", "source": "phone"}, follow=True)
    assert "Aino Lindqvist has left the organisation and gets no more marketing." in answer.content.decode()
    assert Contact.objects.get(pk=contact.pk).left_on == dt.date(2026, 11, 20)
    assert "Has left the organisation" not in client.get(of(contact, "change")).content.decode()
    assert AuditEvent.objects.filter(code="contact.left").count() == 1


def test_nobody_leaves_in_the_future(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = prospect(policy)
    log_in("sales").post(of(contact, "has-left"), {"on": "2026-11-25", "source": "phone"})
    assert Contact.objects.get(pk=contact.pk).left_on is None


@pytest.mark.promise("P5")
@pytest.mark.parametrize("act", ["objection-heard", "change-address", "has-left", "has-not-left"])
def test_a_person_of_whom_only_a_duty_is_left_takes_none_of_them(
    log_in: LogIn, policy: PolicyVersion, act: str
) -> None:
    contact, client = ContactFactory.create(email=None, minimised_on=RECENTLY), log_in("privacy officer")
    before = contents()
    form = {**ALL_CHANNELS, "email": "x@y.example", "on": "2026-11-20"}
    answer = client.post(of(contact, act), form)
    assert contents() == before
    assert "not possible any more" in client.get(answer["Location"]).content.decode()


@pytest.mark.promise("P11")
def test_a_missing_country_is_completed_and_its_law_decides_from_then_on(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = prospect(policy), log_in("marketing")
    page = f"{LIST}{contact.public_id}/change/"
    assert "Complete the country" in client.get(page).content.decode()
    answer = client.post(of(contact, "complete-country"), {"country": "GB"}, follow=True)
    told = answer.content.decode()
    assert "The country of Aino Lindqvist is on record." in told
    assert "Complete the country" not in told
    assert AuditEvent.objects.get(code="contact.completed").public_id == contact.public_id


@pytest.mark.parametrize("country", ["", "XX", "gb", "Sweden"])
def test_what_is_no_country_is_not_noted(log_in: LogIn, policy: PolicyVersion, country: str) -> None:
    contact, client = prospect(policy), log_in("marketing")
    before = contents()
    assert client.post(of(contact, "complete-country"), {"country": country}).status_code == 200
    assert contents() == before


def test_a_country_on_record_is_not_overwritten(policy: PolicyVersion) -> None:
    contact, gone = ContactFactory.create(country="SE"), ContactFactory.create(email=None, minimised_on=TODAY)
    before = contents()
    with pytest.raises(CompletingError, match="on record already"):
        set_country.country(contact.pk, "GB", at=NOON, by="test")
    with pytest.raises(ContactGoneError):
        set_country.country(gone.pk, "GB", at=NOON, by="test")
    assert contents() == before
