"""Requests that the officer enters, and until it is clear who asks: found, asked, taken back, or nobody on file."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from contacts.models import Contact, Message, PolicyVersion
from contacts.words.addresses import keyed_hash
from dsr.intake import identity
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.deciding import Desk
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.requesting import KNOWN, OFFICER, asked_by, close, entered, fresh, question, steps, whole

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

LIST = "/admin/dsr/request/"
ENTERED = {
    "kind": "erasure",
    "source": "email",
    "received_on": "2026-11-03",
    "words": "Please forget me.",
    "name": "A. Berg",
    "address": " Ada@Private.example ",
    "language": "sv",
}
STANDING = dt.date(9999, 12, 31)


def url(request: Request, act: str) -> str:
    return f"{LIST}{request.public_id}/{act}/"


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def person(policy: PolicyVersion, email: str = "ada@fjordkraft.example", **fields: object) -> Contact:
    contact = ContactFactory.create(email=email, **{"first_name": "Ada", "last_name": "Berg", **fields})
    hold(contact, "prospect", dt.date(2026, 11, 1), policy=policy)
    return contact


@pytest.mark.promise("L1")
def test_what_came_by_mail_is_entered_as_of_the_day_of_receipt(log_in: LogIn, policy: PolicyVersion) -> None:
    answer = log_in("privacy officer").post(f"{LIST}add/", ENTERED)
    request = Request.objects.get()
    assert answer["Location"] == url(request, "change")
    assert (request.state, request.kind, request.source) == ("new", "erasure", "email")
    assert (request.received_on, request.safe_on) == (dt.date(2026, 11, 3), dt.date(2026, 12, 3))
    statement = request.papers.get()
    assert statement.text == "Please forget me."
    assert statement.data == {"name": "A. Berg", "address": "ada@private.example", "language": "sv"}
    assert "Berg" not in str([str(message) for message in get_messages(answer.wsgi_request)])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"received_on": "2026-11-25"}, "cannot have been received on a day to come"),
        ({"address": "no address"}, "This is no e-mail address."),
        ({"source": "form"}, "Select a valid choice"),
        ({"kind": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_is_not_entered(
    log_in: LogIn, policy: PolicyVersion, changed: dict[str, str], told: str
) -> None:
    client = log_in("privacy officer")
    before = contents()
    assert told in client.post(f"{LIST}add/", {**ENTERED, **changed}).content.decode()
    assert contents() == before


def test_without_a_policy_nothing_can_be_entered(log_in: LogIn) -> None:
    client = log_in("privacy officer")
    assert "No policy is published yet" in client.post(f"{LIST}add/", ENTERED).content.decode()
    assert not Request.objects.exists()


def test_the_form_begins_with_what_they_said_of_themselves(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = person(policy, "ada@private.example"), log_in("privacy officer")
    client.post(f"{LIST}add/", ENTERED)
    shown = text(client, url(Request.objects.get(), "find-person"))
    assert str(contact.public_id) in shown
    assert "1 person fits." in shown


def test_a_search_finds_and_changes_nothing(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, request, client = person(policy), entered(policy), log_in("privacy officer")
    before = contents()
    answer = client.post(url(request, "find-person"), {"term": "berg", "search": "1"})
    assert str(contact.public_id) in answer.content.decode()
    assert "This field is required" not in answer.content.decode()
    assert contents() == before | _trail()


def test_the_person_is_found_and_frozen_and_the_page_says_how_it_is_known(log_in: LogIn, policy: PolicyVersion) -> None:
    one, other = person(policy), person(policy, "ada@second.example")
    request, client = entered(policy), log_in("privacy officer")
    found = {"term": "", "people": [str(one.public_id), str(other.public_id)], "how": KNOWN}
    answer = client.post(url(request, "find-person"), found, follow=True)
    assert KNOWN in answer.content.decode()
    assert {subject.contact_id for subject in request.subjects.all()} == {one.pk, other.pk}
    assert fresh(request).state == "open"
    for contact in (one, other):
        contact.refresh_from_db()
        assert contact.frozen_through == STANDING


@pytest.mark.parametrize("told", [{"how": KNOWN}, {"how": ""}, {"how": KNOWN, "people": ["no-id"]}])
def test_nobody_is_attached_without_a_name_and_a_reason(
    log_in: LogIn, policy: PolicyVersion, told: dict[str, str]
) -> None:
    contact, request, client = person(policy), entered(policy), log_in("privacy officer")
    before = contents()
    if not told["how"]:
        told = {**told, "people": str(contact.public_id), "term": "berg"}
    assert client.post(url(request, "find-person"), told).status_code == 200
    assert contents() == before | _trail()


def _trail() -> dict[str, str]:
    """The audit trail as it is: that somebody has searched is in it, and nothing else may change."""
    return {"contacts_auditevent": contents()["contacts_auditevent"]}


def test_whom_it_was_not_about_is_free_again_and_the_request_goes_on(log_in: LogIn, policy: PolicyVersion) -> None:
    wrong, right = person(policy), person(policy, "ada@second.example")
    request, client = entered(policy, Kind.OBJECTION), log_in("privacy officer")
    identity.identify(request.pk, [wrong], KNOWN, at=NOON, by=OFFICER)
    identity.identify(request.pk, [right], KNOWN, at=NOON, by=OFFICER)
    client.post(url(request, "take-off"), {"people": str(wrong.public_id)})
    assert [subject.contact for subject in request.subjects.all()] == [right]
    assert {paper.contact_id for paper in request.papers.all()} == {right.pk}
    assert fresh(request).address_hash == keyed_hash("ada@second.example")
    standing = Hold.objects.standing(dt.date(2026, 11, 25))
    assert not standing.filter(contact=wrong).exists()
    assert standing.filter(contact=right).count() == 2
    assert "A person was taken off the request" in text(client, url(request, "change"))


def test_when_nobody_is_left_how_they_were_known_is_forgotten(policy: PolicyVersion) -> None:
    wrong, request = person(policy), entered(policy)
    identity.identify(request.pk, [wrong], KNOWN, at=NOON, by=OFFICER)
    identity.mistaken(request.pk, [wrong], policy=policy, at=NOON, by=OFFICER)
    assert [(paper.kind, paper.contact_id) for paper in request.papers.all()] == [("statement", None)]
    assert fresh(request).address_hash == ""


def test_a_person_whose_other_request_stands_stays_frozen(policy: PolicyVersion) -> None:
    contact, request = person(policy), entered(policy)
    asked_by(contact, policy)
    identity.identify(request.pk, [contact], KNOWN, at=NOON, by=OFFICER)
    identity.mistaken(request.pk, [contact], policy=policy, at=NOON, by=OFFICER)
    contact.refresh_from_db()
    assert contact.frozen_through == STANDING


def test_who_is_not_on_a_request_cannot_be_taken_off_it(policy: PolicyVersion) -> None:
    contact, request = person(policy), asked_by(person(policy, "ada@second.example"), policy)
    before = whole(request)
    with pytest.raises(RequestError, match="by mistake"):
        identity.mistaken(request.pk, [contact], policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_a_closed_request_takes_nobody_off(policy: PolicyVersion) -> None:
    contact = person(policy)
    request = close(asked_by(contact, policy), policy)
    before = whole(request)
    with pytest.raises(MovedError):
        identity.mistaken(request.pk, [contact], policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


@pytest.mark.promise("L2")
def test_the_question_is_shown_then_sent_and_the_clock_waits(log_in: LogIn, policy: PolicyVersion) -> None:
    request = asked_by(person(policy), policy)
    desk = Desk(log_in("privacy officer"), request, "ask-who")
    assert "no copy of a passport" in desk.letter
    desk.send()
    assert (fresh(request).state, fresh(request).paused_since) == ("asked", dt.date(2026, 11, 24))
    assert (
        Message.objects.get(template="written").written["subject"]
        == f"We need to confirm your identity ({request.number})"
    )


@pytest.mark.promise("L2")
def test_their_answer_has_the_clock_run_on(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = question(asked_by(person(policy), policy), policy), log_in("privacy officer")
    answer = client.post(url(request, "answered"), {"on": "2026-11-24"}, follow=True)
    assert "The deadline runs again. Answer by 24 December 2026." in answer.content.decode()
    assert fresh(request).state == "open"


@pytest.mark.parametrize("on", ["2026-11-23", "2026-11-25"])
def test_nobody_answered_before_we_asked_or_on_a_day_to_come(log_in: LogIn, policy: PolicyVersion, on: str) -> None:
    request, client = question(asked_by(person(policy), policy), policy), log_in("privacy officer")
    before = contents()
    assert "cannot have answered" in client.post(url(request, "answered"), {"on": on}).content.decode()
    assert contents() == before


def test_answers_go_to_an_address_only_once_it_is_said_how_it_is_known(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = asked_by(person(policy), policy), log_in("privacy officer")
    before = contents()
    client.post(url(request, "answer-to"), {"address": "ada@private.example", "how": ""})
    assert contents() == before
    shown = client.post(url(request, "answer-to"), {"address": "Ada@Private.example", "how": KNOWN}, follow=True)
    assert f"ada@private.example ({KNOWN})" in shown.content.decode()


def test_a_request_that_was_taken_back_is_closed(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = person(policy)
    request, client = asked_by(contact, policy), log_in("privacy officer")
    client.post(url(request, "taken-back"), {"on": "2026-11-24", "how": "Wrote so"})
    assert (fresh(request).state, fresh(request).outcome) == ("closed", "withdrawn")
    assert not Hold.objects.standing(dt.date(2026, 11, 25)).filter(contact=contact).exists()


def test_nobody_took_back_what_they_had_not_asked_yet(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = asked_by(person(policy), policy), log_in("privacy officer")
    before = contents()
    answer = client.post(url(request, "taken-back"), {"on": "2026-11-23", "how": "Wrote so"})
    assert "between the day it was received and today" in answer.content.decode()
    assert contents() == before


def test_who_is_not_on_file_is_told_so_and_forgotten(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("privacy officer")
    client.post(f"{LIST}add/", ENTERED)
    request = Request.objects.get()
    desk = Desk(client, request, "nothing-held")
    desk.send()
    assert (fresh(request).state, fresh(request).outcome) == ("closed", "nothing_held")
    assert Message.objects.get(template="written").address == "ada@private.example"
    assert not request.papers.exists()
    assert steps(request)[-1] == "closed"
