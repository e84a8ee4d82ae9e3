"""The register in the admin: who sees it, who changes it, and what is on the officer's desk."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.disclosure import webhook_client
from contacts.models import AuditEvent, PolicyVersion, Recipient, RecipientNotice
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.sharing import RecipientFactory, gave, notice

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon", "policy")

LIST = "/admin/contacts/recipient/"
NOTICES = "/admin/contacts/recipientnotice/"
LONG_AGO = NOON - dt.timedelta(days=31)
PRINTER = {
    "name": "Tryckhuset AB",
    "kind": "processor",
    "service": "Prints letters",
    "country": "SE",
    "contact_email": "dataskydd@tryckhuset.example",
    "told_by": "mail",
}
TERMS = {"reference": "PUB-7", "begins_on": "2026-01-01", "purposes": ["event", "webinar"]}


@pytest.mark.promise("P15")
def test_the_officer_puts_a_recipient_and_its_agreement_on_record(log_in: LogIn) -> None:
    client = log_in("privacy officer")
    assert client.post(f"{LIST}add/", PRINTER).status_code == 302
    recipient = Recipient.objects.get()
    assert "no agreement is in force" in client.get(f"{LIST}{recipient.pk}/change/").content.decode()
    assert client.post(f"{LIST}{recipient.pk}/agree/", TERMS).status_code == 302
    page = client.get(f"{LIST}{recipient.pk}/change/").content.decode()
    assert "May be given the data of people held as Webinar, Event." in page
    client.post(f"{LIST}{recipient.pk}/end-agreement/", {"ends_on": "2026-11-23"})
    assert "none in force" in client.get(LIST).content.decode()


@pytest.mark.promise("P16")
def test_a_missing_safeguard_is_said_on_list_and_page(log_in: LogIn) -> None:
    recipient = RecipientFactory.create(country="US")
    client = log_in("auditor")
    assert "missing" in client.get(LIST).content.decode()
    assert "outside the EEA, and no safeguard" in client.get(f"{LIST}{recipient.pk}/change/").content.decode()


def test_what_the_act_refuses_is_said_on_the_form_and_changes_nothing(log_in: LogIn) -> None:
    recipient, client = RecipientFactory.create(), log_in("privacy officer")
    before = contents()
    answer = client.post(f"{LIST}add/", {**PRINTER, "told_by": "webhook", "webhook_url": "https://10.0.0.7/"})
    assert "not public" in answer.content.decode()
    answer = client.post(f"{LIST}{recipient.pk}/change-details/", {**PRINTER, "safeguard": "clauses"})
    assert "Say where the safeguard is found" in answer.content.decode()
    assert contents() == before


def test_details_are_changed_beginning_with_what_stands(log_in: LogIn) -> None:
    recipient, client = RecipientFactory.create(name="Old AB"), log_in("privacy officer")
    assert 'value="Old AB"' in client.get(f"{LIST}{recipient.pk}/change-details/").content.decode()
    assert client.post(f"{LIST}{recipient.pk}/change-details/", PRINTER).status_code == 302
    recipient.refresh_from_db()
    assert (recipient.name, recipient.agreement_reference) == ("Tryckhuset AB", "PUB-7")


def test_the_officer_says_through_whom_our_mailings_go(log_in: LogIn) -> None:
    recipient, client = RecipientFactory.create(), log_in("privacy officer")
    assert client.post(f"{LIST}{recipient.pk}/change-details/", {**PRINTER, "sends_our_mail": "on"}).status_code == 302
    recipient.refresh_from_db()
    assert recipient.sends_our_mail
    page = client.get(f"{LIST}{recipient.pk}/change/").content.decode()
    for said in ("Our mailings go out through it", "It has the data of everybody held as"):
        assert said in page
    answer = client.post(f"{LIST}add/", {**PRINTER, "name": "Other AB", "sends_our_mail": "on"})
    assert "Another recipient sends our mail already" in answer.content.decode()


def test_the_secret_is_shown_on_a_press_alone_and_waits_nowhere(log_in: LogIn) -> None:
    recipient = RecipientFactory.create(told_by="webhook", webhook_url="https://hooks.example/")
    secret, client = webhook_client.secret(recipient), log_in("privacy officer")
    for url in (LIST, f"{LIST}{recipient.pk}/change/", f"{LIST}{recipient.pk}/secret/"):
        assert secret not in client.get(url).content.decode()
    answer = client.post(f"{LIST}{recipient.pk}/secret/")
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in str(client.cookies) + str(answer.headers) + str(dict(client.session))
    assert AuditEvent.objects.filter(code="recipient.secret_shown").count() == 1


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_nobody_but_the_officer_changes_the_register_or_closes_a_notice(log_in: LogIn, role: str) -> None:
    recipient = RecipientFactory.create(told_by="webhook", webhook_url="https://hooks.example/")
    made, client = notice(recipient), log_in(role)
    before = contents()
    for act in ("change-details", "agree", "end-agreement", "secret"):
        assert client.post(f"{LIST}{recipient.pk}/{act}/", PRINTER | TERMS).status_code == 403
    assert client.post(f"{LIST}add/", PRINTER).status_code == 403
    assert client.post(f"{NOTICES}{made.pk}/acknowledge/").status_code == 403
    assert contents() == before


@pytest.mark.promise("L4")
def test_what_is_overdue_is_on_the_officers_desk_and_goes_once_somebody_has_heard(log_in: LogIn) -> None:
    recipient, client = RecipientFactory.create(), log_in("privacy officer")
    overdue, fresh = notice(recipient, created_at=LONG_AGO, sent_at=LONG_AGO), notice(recipient)
    assert "1 notice to a recipient is overdue" in client.get("/admin/").content.decode()
    listed = client.get(f"{NOTICES}?standing=overdue").content.decode()
    assert str(overdue.reference) in listed
    assert str(fresh.reference) not in listed
    assert client.post(f"{NOTICES}{overdue.pk}/acknowledge/").status_code == 302
    assert "overdue: nobody" not in client.get("/admin/").content.decode()
    overdue.refresh_from_db()
    assert (overdue.acknowledged_at, overdue.acknowledged_by[:5]) == (NOON, "user:")
    assert "Done: the recipient said so" in client.get(f"{NOTICES}{overdue.pk}/change/").content.decode()


def test_others_hear_nothing_of_overdue_notices(log_in: LogIn) -> None:
    notice(RecipientFactory.create(), created_at=LONG_AGO)
    assert "overdue" not in log_in("marketing").get("/admin/").content.decode()


def test_a_notice_that_fails_says_why_by_its_code(log_in: LogIn) -> None:
    made = notice(RecipientFactory.create(), attempts=3, reason="status:503")
    page = log_in("auditor").get(f"{NOTICES}{made.pk}/change/").content.decode()
    assert "3 (status:503)" in page
    assert "We keep trying" in page


def test_notices_are_found_by_the_whole_number_of_a_person(log_in: LogIn) -> None:
    made, other = notice(recipient := RecipientFactory.create()), notice(recipient)
    client = log_in("privacy officer")
    found = client.get(NOTICES, {"q": str(made.reference)}).content.decode()
    assert f"{NOTICES}{made.pk}/" in found
    assert f"{NOTICES}{other.pk}/" not in found
    assert client.get(NOTICES, {"q": "no number"}).status_code == 200


def test_lists_and_pages_cost_as_many_queries_for_many_as_for_one(log_in: LogIn) -> None:
    client, recipient = log_in("privacy officer"), RecipientFactory.create()
    counts = []
    for size in (1, 9):
        for _ in range(size):
            notice(recipient)
            RecipientFactory.create()
        with CaptureQueriesContext(connection) as queries:
            for url in (LIST, NOTICES, f"{LIST}{recipient.pk}/change/"):
                assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# On the person's page


@pytest.mark.promise("P15")
def test_the_officer_sees_on_a_persons_page_who_got_their_details(log_in: LogIn, policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    hold(person, "event", dt.date(2026, 5, 24), policy=policy)
    client, url = log_in("privacy officer"), f"/admin/contacts/contact/{person.public_id}/change/"
    assert "Nobody outside." in client.get(url).content.decode()
    gave(RecipientFactory.create(name="Tryckhuset AB"), person)
    page = client.get(url).content.decode()
    assert "Tryckhuset AB" in page
    assert "23 November 2026" in page
    assert "Who got their details" not in log_in("sales").get(url).content.decode()


def test_the_register_outlives_whom_it_was_given(log_in: LogIn) -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    client = log_in("auditor")
    assert "data about 1 person we hold" in client.get(f"{LIST}{recipient.pk}/change/").content.decode()
    person.delete()
    assert "data about 0 people we hold" in client.get(f"{LIST}{recipient.pk}/change/").content.decode()
    assert RecipientNotice.objects.count() == 0
