"""New contacts by hand, further reasons to hold somebody, and details put right: what staff may enter, and what not."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from contacts.information import informing
from contacts.models import AuditEvent, Basis, Contact, Message, PolicyVersion, Suppression
from contacts.permission import permission
from contacts.signups import entering
from contacts.signups.entering import EnteringError, HeldError, Reason
from contacts.signups.sign_ups import Typed
from contacts.words.addresses import hashes
from contacts.words.vocabulary import Channel
from tests.browser.test_admin import DESK, PHONE, enter, visit
from tests.support.accessible import violations_everywhere
from tests.support.admin_pages import contents
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    OrganisationFactory,
    agree,
    contact_of,
    customer,
    everything_about,
    is_held,
    place,
    run,
    scenarios_of,
)
from tests.support.odd_addresses import ODD
from tests.support.sharing import RecipientFactory, gave, owed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

type LogIn = Callable[[str], Client]

ADD = "/admin/contacts/contact/add/"
ADDRESS = "aino@fjordkraft.example"
NEW = {
    "scenario": "prospect",
    "source_kind": "public",
    "source": "The company's website",
    "collected_on": "2026-11-20",
    "email": ADDRESS,
    "first_name": "Aino",
    "last_name": "Lindqvist",
    "country": "SE",
    "language": "sv",
}
CANNOT = "This address cannot be entered."

p12 = pytest.mark.promise("P12")
at_noon = pytest.mark.usefixtures("at_noon")


def objected(*channels: str) -> None:
    for channel in channels:
        Suppression.objects.create(**hashes(ADDRESS), channel=channel, since=DUE)


def look(client: Client, **typed: str) -> str:
    return client.post(ADD, {**NEW, **typed, "look": "1"}).content.decode()


def reason(scenario: str = "prospect", **fields: Any) -> Reason:
    return Reason(**{"scenario": scenario, "source": "Fair", "source_kind": "person", "collected_on": DUE, **fields})


def of(contact: Contact, act: str) -> str:
    return reverse(f"admin:contacts_contact_{act}", args=[contact.public_id])


@at_noon
@pytest.mark.promise("P1")
def test_somebody_is_entered_with_their_reason_source_and_day_and_nobody_says_what_they_were_shown(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    answer = log_in("sales").post(ADD, NEW, follow=True)
    contact = Contact.objects.get(email=ADDRESS)
    assert answer.redirect_chain == [(of(contact, "change"), 302)]
    basis = contact.bases.get()
    assert (basis.scenario, basis.source, basis.source_kind) == ("prospect", "The company's website", "public")
    assert (basis.collected_on, basis.policy_shown, basis.clock_from) == (
        dt.date(2026, 11, 20),
        None,
        dt.date(2026, 11, 20),
    )
    assert basis.legal_basis == policy.rule("prospect").legal_basis
    assert (contact.first_name, contact.country, contact.language) == ("Aino", "SE", "sv")
    assert AuditEvent.objects.get(code="contact.created").public_id == contact.public_id
    told = answer.content.decode()
    assert "Aino Lindqvist is on record." in told
    assert "Held as prospect, they are kept until 20 May 2028." in told


@at_noon
@pytest.mark.promise("P9")
def test_a_prospect_entered_by_hand_is_deleted_18_months_after_collection(policy: PolicyVersion) -> None:
    since = dt.date(2025, 5, 24)
    contact = entering.enter(Typed(ADDRESS), reason(collected_on=since), policy=policy, at=NOON, by="test")
    run(DUE - ONE_DAY, policy)
    assert is_held(contact)
    run(DUE, policy)
    assert not is_held(contact)


@at_noon
@pytest.mark.promise("L5")
def test_whoever_did_not_give_their_details_is_told_by_mail_and_gets_no_marketing_before(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    answer = log_in("marketing").post(ADD, NEW | {"source_kind": "third_party"}, follow=True)
    assert "We tell them where we have their details from by 20 December 2026" in answer.content.decode()
    contact = Contact.objects.get()
    assert permission.of_one(contact, day=DUE)[Channel.EMAIL] == "not_told"
    assert informing.enqueue_due(most=10, policy=policy, at=NOON + ONE_DAY) == 1
    assert Message.objects.get().template == "inform"


@at_noon
def test_the_address_is_spelled_as_ever(log_in: LogIn, policy: PolicyVersion) -> None:
    log_in("sales").post(ADD, NEW | {"email": " Aino@FJORDKRAFT.example "})
    assert Contact.objects.get().email == ADDRESS


@at_noon
@pytest.mark.promise("P6")
def test_what_somebody_downloaded_or_attended_counts_as_their_activity(policy: PolicyVersion) -> None:
    contact = entering.enter(Typed(ADDRESS), reason("webinar"), policy=policy, at=NOON, by="test")
    contact.refresh_from_db()
    assert contact.last_activity_on == DUE
    other = entering.enter(Typed("x@y.example"), reason("prospect"), policy=policy, at=NOON, by="test")
    other.refresh_from_db()
    assert other.last_activity_on is None


@at_noon
@pytest.mark.promise("P3")
def test_a_customer_of_an_organisation_on_record_is_kept_by_its_agreement(log_in: LogIn, policy: PolicyVersion) -> None:
    organisation = OrganisationFactory.create(name="Fjordkraft AB")
    agree(organisation, None)
    log_in("sales").post(ADD, NEW | {"scenario": "customer", "organisation": "fjordkraft ab"})
    contact = Contact.objects.get()
    assert (contact.organisation, contact.company) == (organisation, "")
    assert not contact.bases.get().is_unverified


@at_noon
@pytest.mark.promise("P3")
def test_a_customer_of_a_company_that_is_not_on_record_is_unverified(log_in: LogIn, policy: PolicyVersion) -> None:
    log_in("sales").post(ADD, NEW | {"scenario": "customer", "organisation": "Fjordkraft AB"})
    contact = Contact.objects.get()
    assert (contact.organisation, contact.company) == (None, "Fjordkraft AB")
    assert contact.bases.get().is_unverified


@at_noon
@pytest.mark.parametrize(
    ("role", "scenario", "status"),
    [
        ("sales", "prospect", 302),
        ("sales", "partner", 302),
        ("sales", "webinar", 200),
        ("marketing", "webinar", 302),
        ("privacy officer", "whitepaper", 302),
        ("events", "prospect", 403),
        ("auditor", "prospect", 403),
    ],
)
def test_who_may_enter_whom(log_in: LogIn, policy: PolicyVersion, role: str, scenario: str, status: int) -> None:
    answer = log_in(role).post(ADD, NEW | {"scenario": scenario})
    assert answer.status_code == status
    assert Contact.objects.exists() == (status == 302)


@at_noon
@pytest.mark.parametrize("missing", ["scenario", "source_kind", "source", "collected_on", "email"])
def test_nobody_is_entered_without_reason_source_day_and_address(
    log_in: LogIn, policy: PolicyVersion, missing: str
) -> None:
    client = log_in("sales")
    before = contents()
    assert client.post(ADD, NEW | {missing: ""}).status_code == 200
    assert contents() == before


@at_noon
def test_nobody_is_entered_with_details_from_the_future(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    before = contents()
    assert "in the future" in client.post(ADD, NEW | {"collected_on": "2026-11-25"}).content.decode()
    assert contents() == before


@at_noon
def test_nobody_is_entered_where_no_policy_says_how_long_they_are_kept(log_in: LogIn) -> None:
    assert "No policy is published yet" in log_in("sales").post(ADD, NEW).content.decode()
    assert not Contact.objects.exists()


@at_noon
@p12
def test_an_address_that_objected_is_refused_as_a_prospect(log_in: LogIn, policy: PolicyVersion) -> None:
    objected("email", "phone", "post")
    client = log_in("marketing")
    before = contents()
    shown = look(client)
    assert "it cannot be entered as a prospect" in shown
    assert "they are kept until" not in shown  # nothing follows: nobody comes in
    assert "cannot be entered as a prospect" in client.post(ADD, NEW).content.decode()
    assert contents() == before


@at_noon
@p12
def test_as_a_customer_it_comes_in_and_gets_no_marketing(log_in: LogIn, policy: PolicyVersion) -> None:
    objected("email", "phone", "post")
    client = log_in("sales")
    assert "they come in, and get none" in look(client, scenario="customer")
    client.post(ADD, NEW | {"scenario": "customer", "source_kind": "person"})
    assert set(permission.of_one(Contact.objects.get(), day=DUE).values()) == {"suppressed"}


@at_noon
@p12
def test_an_objection_to_one_channel_is_said_and_keeps_nobody_out(log_in: LogIn, policy: PolicyVersion) -> None:
    objected("phone")
    client = log_in("sales")
    assert "This address objected to marketing by phone" in look(client)
    assert client.post(ADD, NEW).status_code == 302


@at_noon
def test_a_look_says_what_would_follow_and_changes_nothing(log_in: LogIn, policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Fjordkraft AB")
    client = log_in("sales")
    before = contents()
    shown = look(client, organisation="Fjordkraft")
    assert "Nobody is held under this address, and it has not objected to marketing." in shown
    assert "Held as prospect, they are kept until 20 May 2028." in shown
    assert "We tell them where we have their details from by 20 December 2026" in shown
    assert "No organisation on record has this name. It is kept as typed." in shown
    assert '<option value="Fjordkraft AB">' in shown
    assert "the next nightly run would delete them" in look(client, collected_on="2025-01-01")
    assert contents() == before


@at_noon
def test_somebody_who_is_held_already_is_shown_with_the_way_to_their_page(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy, email=ADDRESS)
    client = log_in("sales")
    before = everything_about(contact)
    for shown in (look(client), client.post(ADD, NEW).content.decode()):
        assert "is held under this address already, as event." in shown
        assert f'<a href="{of(contact, "change")}">' in shown
        assert "they are kept until" not in shown
        assert "We tell them" not in shown
    assert everything_about(contact) == before
    assert Contact.objects.count() == 1
    found = AuditEvent.objects.filter(code="contact.found")
    assert list(found.values_list("public_id", flat=True)) == [contact.public_id] * 2


@at_noon
@pytest.mark.promise("L16")
@pytest.mark.parametrize("typed", ODD)
def test_staff_enter_nobody_under_what_is_no_plain_address(log_in: LogIn, policy: PolicyVersion, typed: str) -> None:
    answer = log_in("sales").post(ADD, NEW | {"email": typed})
    assert "email" in answer.context["form"].errors
    assert not Contact.objects.exists()


@at_noon
@pytest.mark.promise("L6")
def test_that_somebody_is_restricted_is_not_given_away(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy, email=ADDRESS)
    place(contact, "freeze", "restriction")
    client = log_in("sales")
    assert CANNOT in look(client)
    shown, malformed = (client.post(ADD, NEW | {"email": typed}) for typed in (ADDRESS, "aino@fjord..example"))
    assert shown.context["form"].errors == malformed.context["form"].errors
    assert contact.last_name not in shown.content.decode()
    assert f'<a href="{of(contact, "change")}">' in look(log_in("privacy officer"))


@at_noon
def test_a_second_click_enters_nobody_twice(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    assert [client.post(ADD, NEW).status_code for _ in range(2)] == [302, 200]
    assert Basis.objects.count() == Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_one_address_at_once_one_is_told_so(policy: PolicyVersion) -> None:
    together = Barrier(2)

    def one(number: int) -> str:
        together.wait()
        try:
            typed = Typed(ADDRESS, first_name=str(number))
            entering.enter(typed, reason(), policy=policy, at=NOON, by="test")
        except HeldError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["Somebody is held under this address already.", "entered"]
    assert Basis.objects.count() == Contact.objects.count() == 1


@at_noon
def test_the_message_that_waits_names_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("sales")
    answer = client.post(ADD, NEW)
    assert "Lindqvist" not in str([str(message) for message in get_messages(answer.wsgi_request)])
    assert ADDRESS not in str(client.cookies) + str(answer.headers)


@at_noon
@pytest.mark.promise("P1")
def test_a_further_reason_stands_beside_the_first(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy)
    form = {name: NEW[name] for name in ("scenario", "source_kind", "source", "collected_on")}
    answer = log_in("sales").post(of(contact, "add-reason"), form, follow=True)
    assert f"{contact.display_name} is held for this reason, too." in answer.content.decode()
    assert scenarios_of(contact) == ["event", "prospect"]
    assert contact.bases.get(scenario="prospect").collected_on == dt.date(2026, 11, 20)


@at_noon
def test_a_reason_that_stands_already_is_not_added_again(policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy)
    before = everything_about(contact)
    with pytest.raises(EnteringError, match="already"):
        entering.add_reason(contact.pk, reason("event"), policy=policy, at=NOON, by="test")
    assert everything_about(contact) == before


@at_noon
@p12
def test_nobody_who_objected_to_all_marketing_becomes_a_prospect(policy: PolicyVersion) -> None:
    contact = customer(policy, email=ADDRESS)
    objected("email", "phone", "post")
    before = everything_about(contact)
    with pytest.raises(EnteringError, match="objected"):
        entering.add_reason(contact.pk, reason(), policy=policy, at=NOON, by="test")
    assert everything_about(contact) == before


@at_noon
@pytest.mark.promise("L6")
@pytest.mark.parametrize("act", ["add-reason", "correct-details"])
def test_nothing_is_added_or_corrected_while_details_are_only_stored(
    log_in: LogIn, policy: PolicyVersion, act: str
) -> None:
    contact = contact_of(None, "event", policy)
    place(contact, "freeze", "restriction")
    before = everything_about(contact)
    answer = log_in("privacy officer").post(of(contact, act), NEW, follow=True)
    assert "This is not possible any more." in answer.content.decode()
    assert everything_about(contact) == before


def details(contact: Contact, **typed: str) -> dict[str, str]:
    return {**{name: getattr(contact, name) for name in ("first_name", "last_name", "job_title", "city")}, **typed}


@at_noon
@pytest.mark.promise("L4")
def test_details_are_corrected_and_recipients_are_told(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, recipient = contact_of(None, "event", policy), RecipientFactory.create()
    gave(recipient, contact)
    answer = log_in("marketing").post(of(contact, "correct-details"), details(contact, city="Turku"), follow=True)
    assert f"The details of {contact.display_name} are corrected." in answer.content.decode()
    contact.refresh_from_db()
    assert (contact.city, contact.corrected) == ("Turku", ["city"])
    assert owed(recipient) == [("rectified", contact.public_id, ["city"])]


@at_noon
def test_what_an_import_brought_in_longer_than_a_form_takes_stays_where_nobody_changes_it(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    long = "Box 1\r\n" + "Å" * 300
    contact = contact_of(None, "event", policy, address=long, job_title="x" * 201)
    as_shown = details(contact, address=long.replace("\r\n", ""))  # a browser shows no line break on one line
    client, url = log_in("marketing"), of(contact, "correct-details")
    assert client.post(url, as_shown | {"job_title": "y" * 201}).context["form"].has_error("job_title")
    client.post(url, as_shown | {"city": "Turku"})
    contact.refresh_from_db()
    assert (contact.city, contact.corrected) == ("Turku", ["city"])
    assert (contact.address, contact.job_title) == (long, "x" * 201)


@at_noon
def test_what_a_person_put_right_is_replaced_only_where_one_says_so(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy, city="Åbo", corrected=["city"])
    client, url = log_in("marketing"), of(contact, "correct-details")
    assert "They put this right themselves." in client.post(url, details(contact, city="Turku")).content.decode()
    contact.refresh_from_db()
    assert contact.city == "Åbo"
    client.post(url, details(contact, city="Turku", replace="on"))
    contact.refresh_from_db()
    assert contact.city == "Turku"


@at_noon
def test_nothing_is_corrected_where_nothing_changes(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = contact_of(None, "event", policy)
    before = everything_about(contact)
    answer = log_in("marketing").post(of(contact, "correct-details"), details(contact))
    assert "Nothing would change" in answer.content.decode()
    assert everything_about(contact) == before


@at_noon
@pytest.mark.parametrize("until", [None, NOON.date()])
def test_nothing_is_corrected_through_the_last_day_of_a_claim(
    log_in: LogIn, policy: PolicyVersion, until: dt.date | None
) -> None:
    contact = contact_of(None, "event", policy)
    place(contact, "freeze", "legal_claim", until=until)
    before = everything_about(contact)
    answer = log_in("marketing").post(of(contact, "correct-details"), details(contact, city="Turku"))
    assert "Pass on a request for correction" in answer.content.decode()
    assert everything_about(contact) == before


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_form_says_at_once_what_it_finds(
    browser: "Browser", live_server: LiveServer, log_in: LogIn, policy: PolicyVersion
) -> None:
    contact = contact_of(None, "event", policy, email=ADDRESS)
    asked: list[str] = []
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        enter(page, log_in("sales"), live_server)
        visit(page, live_server.url + ADD)
        page.locator("[name=email]").press_sequentially(ADDRESS)
        page.get_by_text(f"{contact.display_name} is held under this address already, as event.").wait_for()
        assert page.evaluate("document.activeElement.name") == "email"
        page.fill("[name=email]", "nobody@fjordkraft.example")
        page.get_by_text("Nobody is held under this address").wait_for()
        page.select_option("[name=source_kind]", "public")
        told = page.get_by_text("We tell them where we have their details from")
        told.wait_for()
        assert violations_everywhere(page, "form") == []
        page.set_viewport_size(DESK)
        assert told.is_visible()
    assert f"POST {live_server.url}{ADD}" in asked
    assert not [url for url in asked if "fjordkraft" in url]
    assert Contact.objects.count() == 1
