import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, ChannelPermission, Contact, PolicyVersion, Registration, SignUp
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, EventFactory, RegistrationFactory, SignUpFactory, hold

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

LIST = "/admin/contacts/signup/"


def waiting(policy: PolicyVersion, **fields: object) -> SignUp:
    return SignUpFactory.create(**{"policy_version": policy, "created_at": NOON, **fields})


def of_event(policy: PolicyVersion, **fields: object) -> SignUp:
    event = EventFactory.create(signup_open=True, **fields)
    return waiting(policy, kind="event", scenario="event", event=event)


def of(sign_up: SignUp, act: str) -> str:
    return f"{LIST}{sign_up.pk}/{act}/"


def test_the_list_says_who_waits_for_what_and_until_when(log_in: LogIn, policy: PolicyVersion) -> None:
    made = of_event(policy)
    page = log_in("events").get(LIST).content.decode()
    for text in (made.email, made.last_name, "Cloud Day", "24 November 2026", "24 December 2026"):
        assert text in page


def test_who_has_proven_the_address_or_waited_too_long_is_not_in_it(log_in: LogIn, policy: PolicyVersion) -> None:
    old = waiting(policy, created_at=NOON - dt.timedelta(days=30))
    moved = {"email": "", "first_name": "", "last_name": ""}
    proven = waiting(policy, confirmed_at=NOON, contact=ContactFactory.create(), **moved)
    client = log_in("marketing")
    assert not client.get(LIST).context["cl"].result_list
    assert {client.get(of(gone, "change")).status_code for gone in (old, proven)} == {404}


def test_an_empty_list_says_what_it_is_for(log_in: LogIn, policy: PolicyVersion) -> None:
    assert "whoever has not confirmed after 30 days is forgotten" in log_in("marketing").get(LIST).content.decode()


def test_the_search_finds_a_whole_address_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    made = waiting(policy)
    client = log_in("marketing")
    assert client.get(LIST, {"q": made.email.upper()}).context["cl"].result_list == [made]
    assert not client.get(LIST, {"q": "fjordkraft"}).context["cl"].result_list


def test_the_list_of_an_event_has_its_own_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    made = of_event(policy)
    of_event(policy)
    page = log_in("events").get(LIST, {"event": made.event_id})
    assert page.context["cl"].result_list == [made]
    assert "Only those who asked for a place at Cloud Day." in page.content.decode()


def test_staff_who_met_the_person_confirm_on_their_behalf(log_in: LogIn, policy: PolicyVersion) -> None:
    made = of_event(policy)
    answer = log_in("events").post(of(made, "confirm"), {"grounds": "met"})
    person = Contact.objects.get()
    assert person.email == made.email
    assert answer["Location"] == f"/admin/contacts/contact/{person.public_id}/change/"
    assert Registration.objects.get().contact == person
    vouched = AuditEvent.objects.get(code="sign_up.vouched")
    assert (vouched.public_id, vouched.rule) == (person.public_id, "met")
    assert vouched.by.startswith("user:")


@pytest.mark.promise("P11")
def test_staff_never_consent_for_anybody(log_in: LogIn, policy: PolicyVersion) -> None:
    made = waiting(policy, consents={"email": "Yes, send me news."})
    assert "A box for news was ticked (e-mail)." in log_in("marketing").get(of(made, "change")).content.decode()
    log_in("marketing").post(of(made, "confirm"), {"grounds": "spoke"})
    assert Contact.objects.exists()
    assert not ChannelPermission.objects.exists()


def test_without_a_reason_nobody_is_confirmed(log_in: LogIn, policy: PolicyVersion) -> None:
    made = waiting(policy)
    client = log_in("marketing")
    before = contents()
    assert client.post(of(made, "confirm"), {"grounds": "guessed"}).status_code == 200
    assert contents() == before


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"capacity": 0}, "The event is full."),
        ({"cancelled_at": NOON}, "The event is cancelled."),
        ({"starts_at": NOON - dt.timedelta(days=2)}, "The event is over."),
    ],
)
def test_what_is_not_to_be_had_any_more_is_refused_in_words(
    log_in: LogIn, policy: PolicyVersion, event: dict[str, object], told: str
) -> None:
    made = of_event(policy, **event)
    client = log_in("events")
    before = contents()
    assert told in client.post(of(made, "confirm"), {"grounds": "met"}).content.decode()
    assert contents() == before


def test_consent_alone_is_confirmed_by_nobody_else(log_in: LogIn, policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    hold(person, "customer", NOON.date(), policy=policy)
    made = waiting(policy, kind="consent", scenario="", email=person.email, consents={"email": "Yes."})
    client = log_in("marketing")
    before = contents()
    client.post(of(made, "confirm"), {"grounds": "spoke"})
    assert contents() == before


def test_the_page_of_an_event_counts_places_and_who_waits(log_in: LogIn, policy: PolicyVersion) -> None:
    made = of_event(policy, capacity=3)
    RegistrationFactory.create(event=made.event)
    RegistrationFactory.create(event=made.event, cancelled_at=NOON)
    page = log_in("events").get(f"/admin/contacts/event/{made.event_id}/change/").content.decode()
    assert "1 of 3 places" in page
    assert "2 places left" in page
    assert f"{LIST}?event={made.event_id}" in page
