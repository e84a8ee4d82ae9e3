"""A request was thought to be about somebody whom it is not about: nothing of theirs stays with it (P19, L2)."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers import answering
from dsr.decisions import erasing, objection_balancing
from dsr.decisions.erasing import Order
from dsr.decisions.objection_balancing import Balance
from dsr.intake import identity
from dsr.letters import restrictions
from dsr.models import Paper, Request
from dsr.package import finding
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import ErasureGround, Kind
from tests.support.deciding import TODAY, ada, draft
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.requesting import (
    KNOWN,
    OFFICER,
    QUESTION,
    STRANGE,
    asked_by,
    entered,
    fresh,
    posted,
    press,
    question,
    steps,
    whole,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

BOB = "bob@other.example"


@pytest.fixture
def bob(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(first_name="Bob", last_name="Holm", email=BOB)
    hold(contact, "prospect", dt.date(2026, 5, 24), policy=policy)
    return contact


def identify(request: Request, *people: Contact, how: str = KNOWN) -> Request:
    return identity.identify(request.pk, people, how, at=NOON, by=OFFICER)


def take_off(request: Request, policy: PolicyVersion, *people: Contact) -> Request:
    identity.mistaken(request.pk, people, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def test_an_address_established_for_somebody_else_gets_no_letter_of_the_right_person(
    policy: PolicyVersion, bob: Contact
) -> None:
    request = identify(entered(policy), bob)
    identity.answer_to(request.pk, "bob@new.example", KNOWN, at=NOON, by=OFFICER)
    take_off(request, policy, bob)
    identify(request, ada(policy))
    assert answering.reach(fresh(request)).address == "ada@fjordkraft.example"


def test_no_word_about_the_wrong_person_comes_to_the_right_one(policy: PolicyVersion, bob: Contact) -> None:
    request = identify(entered(policy), bob, how="We saw the badge of Bob Holm.")
    identity.ask(request.pk, replace(QUESTION, text="Dear Bob Holm of Oslo"), policy=policy, at=NOON, by=OFFICER)
    take_off(request, policy, bob)
    person = ada(policy)
    identify(request, person)
    papers = Paper.objects.filter(request=request)
    assert sorted(papers.values_list("kind", "contact")) == [("identity", person.pk), ("statement", person.pk)]
    assert "Bob" not in str(list(papers.values()))


def test_a_letter_to_the_wrong_person_that_has_not_left_never_does(policy: PolicyVersion, bob: Contact) -> None:
    request = question(identify(entered(policy), bob), policy)
    take_off(request, policy, bob)
    message = Message.objects.get(contact=bob)
    assert (message.end, message.written, message.ended_at) == ("skipped", None, NOON)


@pytest.mark.promise("L2")
def test_a_question_that_went_to_the_wrong_person_was_put_to_nobody_and_the_clock_runs_on(
    policy: PolicyVersion, bob: Contact
) -> None:
    request = take_off(question(identify(entered(policy), bob), policy), policy, bob)
    assert (request.state, request.paused_since) == ("new", None)
    assert not request.papers.filter(kind="question").exists()


@pytest.mark.promise("L2")
def test_a_question_that_went_to_whoever_asked_stands(policy: PolicyVersion, bob: Contact) -> None:
    request = question(press(posted(policy, name="Ada Berg"), policy), policy)
    identify(request, bob)
    request = take_off(request, policy, bob)
    assert (request.state, request.paused_since) == ("asked", TODAY)
    assert request.papers.get(kind="question").contact is None
    assert Message.objects.get(address=STRANGE, template="written", once__startswith="request:").ended_at is None


@pytest.mark.promise("P22")
def test_what_was_weighed_of_one_person_decides_nothing_about_another(policy: PolicyVersion, bob: Contact) -> None:
    request = asked_by(bob, policy, Kind.OBJECTION)
    letter = draft(restrictions.upheld, request, policy, left=False, reasons="Theirs weigh more.")
    objection_balancing.uphold(
        request.pk, Balance("ours", "theirs", "Theirs weigh more."), letter, policy=policy, at=NOON, by=OFFICER
    )
    Request.objects.filter(pk=request.pk).update(agreed_by=TODAY)
    request = take_off(request, policy, bob)
    assert (request.ground, request.agreed_by) == ("", None)
    identify(request, ada(policy))
    before = whole(request)
    with pytest.raises(RequestError), transaction.atomic():
        erasing.erase(request.pk, Order(ErasureGround.OBJECTED), policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_letters_to_whom_the_request_is_still_about_stay(policy: PolicyVersion, bob: Contact) -> None:
    person = ada(policy)
    request = asked_by(person, policy)
    with transaction.atomic():
        answering.send(request, QUESTION, at=NOON, by=OFFICER)
    identify(request, person, bob, how="We saw the badge of Bob Holm.")
    take_off(request, policy, bob)
    assert set(request.papers.values_list("kind", "contact")) == {("statement", person.pk), ("letter", person.pk)}
    assert Message.objects.get(contact=person).ended_at is None


@pytest.mark.promise("P4")
def test_who_was_thought_to_have_left_by_mistake_has_not(policy: PolicyVersion, bob: Contact) -> None:
    request = identify(entered(policy, Kind.LEAVER), bob)
    bob.refresh_from_db()
    assert bob.left_on == TODAY
    take_off(request, policy, bob)
    bob.refresh_from_db()
    assert bob.left_on is None


def test_an_address_that_another_has_finds_nobody_who_merely_gave_it(policy: PolicyVersion, bob: Contact) -> None:
    person = ada(policy)
    request = press(posted(policy, BOB, name="Ada Berg", old_address=person.email), policy)
    identify(request, person)
    assert finding.find(BOB).people == [bob]
    assert steps(request)[-1] == "identified"
