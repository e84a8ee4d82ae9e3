"""The officer's desk: letters, what came in, notes, and who works on what, on the page of a request."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from dsr.models import Attachment, Request
from dsr.words.vocabulary import Kind, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer
from tests.support.deciding import BECAUSE, LIST, Desk, ada, asks, letters, url
from tests.support.requesting import close, fresh, received

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]


@pytest.fixture
def officer(log_in: LogIn, policy: PolicyVersion) -> Client:
    return log_in("privacy officer")


def listed(client: Client, **query: str) -> list[str]:
    return re.findall(r">\s*(\d{4}-\d{4})\s*</a>", client.get(LIST, query).content.decode())


def sent(client: Client, request: Request, name: str = "scan.pdf", content: bytes = b"%PDF-1.7") -> str:
    file = SimpleUploadedFile(name, content)
    typed = {"on": "2026-11-23", "source": "post", "words": "It is me.", "file": file}
    return client.post(url(request, "came-in"), typed, follow=True).content.decode()


def test_a_letter_begins_with_a_template_and_is_seen_before_it_is_sent(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    desk = Desk(officer, request, "write")
    desk.fill(template="working")
    assert "Vi arbetar med din begäran" in desk.sheet
    desk.send()
    assert fresh(request).state == "open"
    assert len(letters(request)) == 1


def test_the_thread_shows_what_came_in_between_our_letters(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    shown = sent(officer, request)
    assert "It is part of the correspondence now." in shown
    assert "came in on 23 November 2026 by letter" in shown
    assert "scan.pdf" in shown


@pytest.mark.promise("P17")
def test_a_file_is_downloaded_never_shown_and_the_look_is_on_record(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    sent(officer, request)
    address = f"{LIST}{request.public_id}/file-{Attachment.objects.get().pk}/"
    got = officer.get(address)
    assert got.content == b"%PDF-1.7"
    assert got["Content-Disposition"] == 'attachment; filename="scan.pdf"'
    assert got["X-Content-Type-Options"] == "nosniff"
    person = request.subjects.get().contact
    assert AuditEvent.objects.filter(public_id=person.public_id, rule="page:attachment").exists()
    elsewhere = asks(policy, Kind.ACCESS, email="other@fjordkraft.example")
    assert officer.get(address.replace(str(request.public_id), str(elsewhere.public_id))).status_code == 404


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_kept(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    shown = sent(officer, request, "run.exe", b"MZ")
    assert "Choose a file of one of these kinds: pdf, png" in shown
    assert not Attachment.objects.exists()


def test_a_note_is_shown_to_colleagues_and_says_that_the_person_may_read_it(
    officer: Client, policy: PolicyVersion
) -> None:
    request = asks(policy, Kind.ACCESS)
    assert "they get it if they request a copy" in officer.get(url(request, "note")).content.decode()
    shown = officer.post(url(request, "note"), {"words": "Rang them twice."}, follow=True).content.decode()
    assert "Rang them twice." in shown


def test_the_list_shows_who_works_on_what_and_is_narrowed_by_it(officer: Client, policy: PolicyVersion) -> None:
    mine, free = asks(policy, Kind.ACCESS), received(policy, 11, 20)
    me = User.objects.get(pk=officer.session["_auth_user_id"])
    shown = officer.post(url(mine, "assign"), {"to": f"user:{me.pk}"}, follow=True).content.decode()
    assert f"{me.username} works on it" in shown
    assert listed(officer, assigned="me") == [mine.number]
    assert listed(officer, assigned="nobody") == [free.number]


def test_only_who_may_answer_requests_can_be_given_one(officer: Client, policy: PolicyVersion) -> None:
    request, other = asks(policy, Kind.ACCESS), User.objects.create(username="sales-person")
    shown = officer.post(url(request, "assign"), {"to": f"user:{other.pk}"}).content.decode()
    assert "Select a valid choice" in shown
    assert fresh(request).worked_on_by == ""


def test_the_list_is_searched_by_number_and_address(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    received(policy, 11, 20)
    for typed in (request.number, "ada@fjordkraft.example"):
        assert listed(officer, q=typed) == [request.number]


def test_a_search_finds_what_is_closed_unless_a_state_is_chosen(officer: Client, policy: PolicyVersion) -> None:
    request = close(asks(policy, Kind.ACCESS), policy)
    assert listed(officer, q=request.number) == [request.number]
    assert listed(officer, q=request.number, state="new") == []


def test_a_fee_and_the_question_about_scope_are_offered_where_they_fit(
    officer: Client, policy: PolicyVersion, settings: Any
) -> None:
    request = asks(policy, Kind.ACCESS)
    desk = Desk(officer, request, "fee")
    desk.fill(fee="250 kr", reasons=BECAUSE)
    desk.send()
    assert "Answer by 24 December 2026 all the same." in desk.html
    settings.MUCH_HELD = 1
    asked = Desk(officer, request, "ask-what")
    assert "The deadline is paused for 14 days, or until they answer." in asked.html
    asked.send()
    assert fresh(request).state == "asked"
    assert "After 14 days without an answer the deadline runs on by itself." in asked.html
    assert not [act for act in ("fee", "ask-what") if url(request, act) in asked.html]


def test_a_question_that_comes_too_late_says_so_before_it_is_sent(officer: Client, policy: PolicyVersion) -> None:
    request = received(policy, 11, 3)
    ada(policy)
    desk = Desk(officer, request, "ask-who")
    assert "This question no longer pauses the deadline: it would have had to be sent by 6 November 2026." in desk.html


@pytest.mark.promise("P23")
def test_a_complaint_is_answered_in_one_letter(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    desk = Desk(officer, request, "answer")
    desk.fill(answer="We had asked you twice.")
    assert "We had asked you twice." in desk.sheet
    desk.send()
    assert fresh(request).outcome == "answered"


@pytest.mark.promise("L18")
def test_what_a_system_sent_is_seen_before_the_person_gets_it(officer: Client, policy: PolicyVersion) -> None:
    system, request = SystemFactory.create(name="Invoices"), asks(policy, Kind.ACCESS)
    answer(request, system, TaskAnswer.DONE, files=[("export.csv", b"a,b")])
    shown = officer.get(url(request, "change")).content.decode()
    address = f"{LIST}{request.public_id}/sent-{request.enclosures.get().pk}/"
    assert address in shown
    got = officer.get(address)
    assert (got.content, got["Content-Disposition"]) == (b"a,b", 'attachment; filename="export.csv"')
    done = officer.post(url(request, "ask-again"), {"task": request.system_tasks.get().pk}, follow=True)
    assert "The system is asked again." in done.content.decode()
    assert officer.get(address).status_code == 404
