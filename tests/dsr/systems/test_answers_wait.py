"""The answer waits for other systems until its safe date, and its letter says what they answered, from the record."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import tasks
from dsr.answers.answering import Draft
from dsr.decisions import certificate_recipients, certificates, correcting, ending, erasing, handing_over
from dsr.decisions.erasing import Order
from dsr.intake import identity
from dsr.letters import answers, corrections, handovers, restrictions
from dsr.models import Request, SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import opening, sought
from dsr.words.vocabulary import ErasureGround, Kind, Source, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer, safe_day, task_of
from tests.support.deciding import TODAY, ada, asks, draft, letters
from tests.support.factories import NOON, ContactFactory
from tests.support.requesting import OFFICER, entered, fresh, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18"), pytest.mark.promise("L20")]

LETTER = Draft("Done", "It is done.", "You asked us.", "en", closing="Complain to the authority, or to a court.")


def hand_over(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> str:
    until = handing_over.last_day(at.astimezone(policy.zone).date())
    letter = draft(handovers.access_ready, fresh(request), policy, until=until)
    handing_over.hand_over(request.pk, letter, policy=policy, at=at, by=OFFICER)
    return letters(request)[-1]


def erase(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> Any:
    return erasing.erase(request.pk, Order(ErasureGround.NOT_NEEDED), policy=policy, at=at, by=OFFICER)


def correct(request: Request, policy: PolicyVersion, at: dt.datetime = NOON) -> Any:
    values = {request.subjects.get().contact_id: {"city": "Umeå"}}
    return correcting.correct(request.pk, values, LETTER, policy=policy, at=at, by=OFFICER)


@pytest.mark.parametrize(
    ("kind", "act"), [(Kind.ACCESS, hand_over), (Kind.ERASURE, erase), (Kind.RECTIFICATION, correct)]
)
def test_an_answer_waits_until_all_have_answered_or_its_safe_date_has_come(
    policy: PolicyVersion, kind: Kind, act: Any
) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, kind)
    before = whole(request)
    with pytest.raises(RequestError, match="Invoices"):
        act(request, policy)
    assert whole(request) == before
    act(request, policy, safe_day(request, policy))
    assert task_of(fresh(request), system).is_open


def test_once_all_have_answered_the_letter_says_everything(policy: PolicyVersion) -> None:
    billing, support = SystemFactory.create(name="Invoices"), SystemFactory.create(name="Support")
    request = asks(policy, Kind.ACCESS)
    answer(request, billing, TaskAnswer.DONE, files=[("a.csv", b"x")])
    answer(request, support, TaskAnswer.NOTHING)
    text = hand_over(request, policy)
    assert "Everything that we hold about you is ready" in text
    assert "What we hold about you in Invoices comes with it" in text
    assert "We also asked Support, where we hold nothing about you." in text
    assert "Every system that we asked has answered, and nothing is left open." in text


def test_on_the_safe_date_the_letter_names_what_is_still_open_and_does_not_say_everything(
    policy: PolicyVersion,
) -> None:
    SystemFactory.create(name="Invoices", holds="invoices and their addresses")
    request = asks(policy, Kind.ACCESS)
    text = hand_over(request, policy, safe_day(request, policy))
    assert "Everything" not in text
    assert "What we hold about you is ready for you, except for what is named below." in text
    assert "We asked Invoices (invoices and their addresses) on 24 November 2026, and have no answer" in text


def test_without_other_systems_letters_say_nothing_of_them(policy: PolicyVersion) -> None:
    text = hand_over(asks(policy, Kind.ACCESS), policy)
    assert "Everything that we hold about you is ready" in text
    assert "system" not in text


def test_a_deletion_says_what_a_system_keeps_and_by_which_law(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices", holds="invoices")
    request = asks(policy, Kind.ERASURE, language="en")
    answer(request, system, TaskAnswer.KEPT, words="Invoices of 2025, by the Bookkeeping Act.")
    proposed = erasing.proposal.of(request, TODAY)
    text = erasing.letter(request, proposed, ErasureGround.NOT_NEEDED, policy=policy, at=NOON).whole
    assert "in our customer register" in text
    assert (
        "Invoices (invoices) keeps your details, or a part of them: Invoices of 2025, by the Bookkeeping Act." in text
    )


@pytest.mark.promise("P21")
def test_a_certificate_lists_other_systems_and_waits_for_them(policy: PolicyVersion) -> None:
    billing, support = SystemFactory.create(name="Invoices"), SystemFactory.create(name="Support")
    request = asks(policy, Kind.ERASURE)
    answer(request, billing, TaskAnswer.DONE)
    at = safe_day(request, policy)
    certificate = erase(request, policy, at)
    assert certificate_recipients.said(certificate, zone=policy.zone) == [
        "Invoices, a system of ours: deleted there, confirmed on 24 November 2026",
        "Support, a system of ours: asked on 24 November 2026, has not answered yet",
    ]
    day = at.date()
    assert certificate_recipients.waits_until(certificate, day, policy.zone) == day + dt.timedelta(days=30)
    answer(request, support, TaskAnswer.DONE, at=at)
    assert certificate_recipients.waits_until(certificate, day, policy.zone) is None
    assert not certificate.scan["found"]
    assert "Invoices" in certificates.words(certificate, policy=policy)


@pytest.mark.promise("L11")
def test_an_open_task_says_whom_to_delete_until_it_is_answered_or_thirty_days_have_gone(policy: PolicyVersion) -> None:
    billing, support = SystemFactory.create(name="Invoices"), SystemFactory.create(name="Support")
    request = asks(policy, Kind.ERASURE)
    at = safe_day(request, policy)
    certificate = erase(request, policy, at)
    assert not Contact.objects.exists()
    assert sought.of(task_of(request, billing))["emails"] == ["ada@fjordkraft.example"]
    assert not certificate.scan["found"]
    answer(request, billing, TaskAnswer.DONE, at=at)
    assert SystemTask.objects.get(system=billing).sought == {}
    assert sought.forget(day=at.date() + dt.timedelta(days=30)) == 0
    assert sought.forget(day=at.date() + dt.timedelta(days=31)) == 1
    assert sought.of(task_of(request, support)) == {}


def test_a_script_does_not_wait_and_the_letter_names_who_has_not_answered(policy: PolicyVersion) -> None:
    SystemFactory.create(name="Invoices")
    person = ada(policy, language="en")
    certificate = erasing.erase_address(
        person.email or "", ErasureGround.NOT_NEEDED, source=Source.EMAIL, policy=policy, at=NOON, by="command"
    )
    assert "Invoices, a system of ours: asked on" in certificate_recipients.said(certificate, zone=policy.zone)[0]


def test_nothing_is_held_can_be_said_once_every_system_was_asked(policy: PolicyVersion) -> None:
    system = SystemFactory.create(name="Invoices")
    request = entered(policy)
    letter = draft(answers.nothing_held, request, policy)
    with pytest.raises(RequestError, match="Invoices"):
        ending.nothing_held(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    opening.ask(request.pk, [system], at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="Invoices"):
        ending.nothing_held(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    answer(request, system, TaskAnswer.NOTHING)
    assert "We also asked Invoices" in draft(answers.nothing_held, request, policy).whole


def test_nothing_is_held_is_not_said_where_a_system_holds_something(policy: PolicyVersion) -> None:
    system, request = SystemFactory.create(name="Invoices"), entered(policy)
    opening.ask(request.pk, [system], at=NOON, by=OFFICER)
    answer(request, system, TaskAnswer.DONE, files=(("export.csv", b"a,b"),))
    letter = draft(answers.nothing_held, request, policy)
    with pytest.raises(RequestError, match="Another system holds something"):
        ending.nothing_held(request.pk, letter, policy=policy, at=NOON, by=OFFICER)


def test_what_a_system_sent_before_the_person_was_found_goes_with_them(policy: PolicyVersion) -> None:
    system, request, person = SystemFactory.create(name="Invoices"), entered(policy), ContactFactory.create()
    opening.ask(request.pk, [system], at=NOON, by=OFFICER)
    answer(request, system, TaskAnswer.DONE, files=(("export.csv", b"a,b"),))
    identity.identify(request.pk, [person], "Called back.", at=NOON, by=OFFICER)
    assert request.enclosures.get().contact == person


@pytest.mark.parametrize(
    ("kind", "write", "facts", "said"),
    [
        (Kind.RECTIFICATION, corrections.corrected, {"values": {"city": "Umeå"}}, "corrected in Invoices, too"),
        (Kind.RESTRICTION, restrictions.restricted, {}, "restricted in Invoices, too"),
        (
            Kind.OBJECTION,
            restrictions.upheld,
            {"left": True, "reasons": "x"},
            "We asked Invoices to follow your objection",
        ),
    ],
)
def test_every_letter_that_answers_says_what_systems_did(
    policy: PolicyVersion, kind: Kind, write: Any, facts: dict[str, Any], said: str
) -> None:
    system = SystemFactory.create(name="Invoices")
    request = asks(policy, kind)
    answer(request, system, TaskAnswer.DONE)
    assert said in draft(write, request, policy, **facts).whole


def test_the_job_forgets_whom_to_delete(policy: PolicyVersion) -> None:
    SystemFactory.create()
    request = asks(policy, Kind.ERASURE, at=NOON - dt.timedelta(days=90))
    erase(request, policy, NOON - dt.timedelta(days=50))
    tasks.forget_sought()
    assert SystemTask.objects.get().sought == {}
