"""Staff pass requests on, and see no more than that they did: no page of theirs says anything of any request."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion
from dsr.models import Request
from dsr.words.vocabulary import Kind, Step
from retention.models import Hold
from tests.support.admin_pages import address, contents, names
from tests.support.factories import ContactFactory, customer, hold
from tests.support.requesting import asked_by, entered, fresh, steps

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

PASS_ON = "/admin/dsr/request/pass-on/"
MARKER = "Zebrawords"
TOLD = {"kind": "erasure", "source": "phone", "received_on": "2026-11-20", "words": MARKER}
STAFF = ["marketing", "sales", "events"]
OTHERS = [*STAFF, "auditor", "administrator"]


def of(contact: Contact, act: str) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/{act}/"


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(first_name="Ada", last_name="Berg")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    return contact


@pytest.mark.parametrize("role", STAFF)
def test_staff_pass_on_what_a_person_asked_and_read_that_it_was_passed_on(
    log_in: LogIn, ada: Contact, role: str
) -> None:
    client = log_in(role)
    shown = client.post(of(ada, "pass-on"), TOLD, follow=True).content.decode()
    assert "It was passed on to the privacy officer." in shown
    assert MARKER not in shown
    request = Request.objects.get()
    assert (request.state, request.kind, request.received_on) == ("new", "erasure", dt.date(2026, 11, 20))
    assert request.passed_on_by == f"user:{client.session['_auth_user_id']}"
    assert request.subjects.get().contact == ada
    assert Hold.objects.get().reason == "request"
    assert steps(request) == [Step.PASSED_ON]


@pytest.mark.parametrize("role", STAFF)
def test_staff_pass_on_what_they_heard_from_somebody_whom_they_do_not_find(
    log_in: LogIn, policy: PolicyVersion, role: str
) -> None:
    answer = log_in(role).post(PASS_ON, TOLD, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert "It was passed on to the privacy officer." in answer.content.decode()
    assert not Request.objects.get().subjects.exists()


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_sees_no_people_passes_on_what_they_heard_and_reaches_nobody(
    log_in: LogIn, ada: Contact, role: str
) -> None:
    client = log_in(role)
    before = contents()
    assert client.get(of(ada, "pass-on")).status_code == 403
    assert client.post(of(ada, "pass-on"), TOLD).status_code == 403
    assert contents() == before
    answer = client.post(PASS_ON, TOLD, follow=True)
    assert "It was passed on to the privacy officer." in answer.content.decode()
    assert not Request.objects.get().subjects.exists()


@pytest.mark.parametrize("changed", [{"kind": ""}, {"source": "my_data"}, {"received_on": "2026-11-25"}])
def test_what_cannot_be_is_not_passed_on(log_in: LogIn, ada: Contact, changed: dict[str, str]) -> None:
    client = log_in("sales")
    before = contents()
    for url in (PASS_ON, of(ada, "pass-on")):
        assert client.post(url, {**TOLD, **changed}).status_code == 200
    assert contents() == before


def test_what_was_passed_on_waits_for_the_officer(log_in: LogIn, ada: Contact) -> None:
    log_in("sales").post(of(ada, "pass-on"), TOLD)
    client = log_in("privacy officer")
    assert "1 request was passed on and nobody has looked at it" in client.get("/admin/").content.decode()
    assert MARKER in client.get(f"/admin/dsr/request/{Request.objects.get().public_id}/change/").content.decode()
    assert "phone, passed on by staff" in client.get("/admin/dsr/request/").content.decode()


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_but_the_officer_acts_on_a_request(
    log_in: LogIn, policy: PolicyVersion, ada: Contact, role: str
) -> None:
    request, client = asked_by(ada, policy, Kind.ERASURE), log_in(role)
    acts = [name for name in names() if name.startswith("dsr_request_") and not name.endswith("_pass-on")]
    assert len(acts) > 20
    before = contents()
    for name in acts:
        answer = client.post(address(name, {"dsr_request": request}), {**TOLD, "number": request.number})
        assert answer.status_code in {403, 404, 405}, name
    assert contents() == before


def test_the_person_s_page_lists_their_requests_to_the_officer_alone(
    log_in: LogIn, policy: PolicyVersion, ada: Contact
) -> None:
    request = entered(policy)
    asked = asked_by(ada, policy)
    shown = log_in("privacy officer").get(of(ada, "change")).content.decode()
    assert asked.number in shown
    assert request.number not in shown
    for role in STAFF:
        shown = log_in(role).get(of(ada, "change")).content.decode()
        assert "What the person asked of us" not in shown
        assert asked.number not in shown


def test_the_sidebar_counts_requests_for_the_officer_and_offers_the_others_to_pass_on(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    entered(policy)
    officer = log_in("privacy officer").get("/admin/").content.decode()
    assert "sidebar-badge" in officer
    assert PASS_ON not in officer
    for role in STAFF:
        shown = log_in(role).get("/admin/").content.decode()
        assert PASS_ON in shown
        assert "sidebar-badge" not in shown
        assert 'href="/admin/dsr/request/"' not in shown


@pytest.mark.promise("P4")
def test_who_has_left_as_somebody_else_says_gets_no_marketing_and_the_officer_is_asked(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    contact = customer(policy)
    told = log_in("sales").post(of(contact, "has-left"), {"on": "2026-11-20", "source": "phone"}, follow=True)
    assert "It was passed on to the privacy officer." in told.content.decode()
    request = Request.objects.get()
    assert (request.kind, request.source, request.received_on) == ("leaver", "phone", dt.date(2026, 11, 20))
    assert request.subjects.get().contact == contact
    contact.refresh_from_db()
    assert contact.left_on == dt.date(2026, 11, 20)
    shown = log_in("privacy officer").get(f"/admin/dsr/request/{request.public_id}/change/").content.decode()
    assert "Staff heard on 20 November 2026 that" in shown


@pytest.mark.promise("P4")
def test_the_officer_is_asked_once_however_often_staff_hear_and_take_back(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = customer(policy), log_in("sales")
    for _ in range(2):
        client.post(of(contact, "has-left"), {"on": "2026-11-20", "source": "phone"})
        client.post(of(contact, "has-not-left"))
    assert Request.objects.count() == 1
    assert fresh(Request.objects.get()).state == "new"


@pytest.mark.promise("P4")
def test_what_cannot_have_been_heard_changes_nothing(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = customer(policy), log_in("sales")
    before = contents()
    for told in ({"on": "2026-11-25", "source": "phone"}, {"on": "2026-11-20", "source": ""}, {}):
        assert client.post(of(contact, "has-left"), told).status_code == 200
    assert contents() == before


def test_the_trail_says_by_ids_alone_that_it_was_passed_on(log_in: LogIn, ada: Contact) -> None:
    log_in("sales").post(of(ada, "pass-on"), TOLD)
    event = AuditEvent.objects.get(code="request.passed_on")
    assert event.public_id == Request.objects.get().public_id
    assert MARKER not in str(list(AuditEvent.objects.values_list()))
