"""Who asks, and where the answers go: found by the officer, or asked for, and told to nobody else (L2, L3)."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers import answering
from dsr.intake import identity
from dsr.models import Paper, Request
from dsr.records import deadlines, transitions
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome
from retention.models import Hold
from tests.support.embedded_users import eventually
from tests.support.factories import DUE, NOON, ContactFactory
from tests.support.requesting import (
    KNOWN,
    OFFICER,
    QUESTION,
    STRANGE,
    answer,
    asked_by,
    close,
    entered,
    fresh,
    moment,
    posted,
    press,
    question,
    steps,
    whole,
)
from tests.support.waiting import somebody_waits_for_us

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

l2 = pytest.mark.promise("L2")
FOREVER = dt.date(9999, 12, 31)


def identify(request: Request, *people: Contact, how: str = KNOWN) -> Request:
    identity.identify(request.pk, people, how, at=NOON, by=OFFICER)
    return fresh(request)


def answer_to(request: Request, address: str, how: str = KNOWN) -> None:
    identity.answer_to(request.pk, address, how, at=NOON, by=OFFICER)


def refused(request: Request, act: Callable[[], Any], why: str) -> None:
    """Nothing comes of it, and the reason is said."""
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        act()
    assert whole(request) == before


def frozen(person: Contact) -> dt.date | None:
    return Contact.objects.get(pk=person.pk).frozen_through


# Whom it is about.


def test_the_officer_says_whom_it_is_about_and_how_that_is_known(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = identify(entered(policy), person)
    assert (request.state, request.address_hash) == ("open", person.address_hash)
    assert steps(request) == ["received", "identified"]
    assert request.papers.get(kind="identity").text == KNOWN
    assert frozen(person) == FOREVER


def test_papers_go_with_the_person_once_it_is_known_who_that_is(policy: PolicyVersion) -> None:
    request = press(posted(policy, name="Aino Lindqvist"), policy)
    assert set(request.papers.values_list("contact", flat=True)) == {None}
    person = ContactFactory.create()
    identify(request, person)
    assert set(request.papers.values_list("contact", flat=True)) == {person.pk}
    Contact.objects.filter(pk=person.pk).delete()
    assert not Paper.objects.exists()


def test_several_records_of_one_person_are_one_request(policy: PolicyVersion) -> None:
    first, second = ContactFactory.create_batch(2)
    request = identify(entered(policy), first, second)
    assert list(request.subjects.values_list("contact", flat=True)) == [first.pk, second.pk]
    assert (frozen(first), frozen(second)) == (FOREVER, FOREVER)
    assert request.entries.last().rule == "2"
    close(request, policy)
    assert (frozen(first), frozen(second)) == (DUE, DUE)


def test_a_record_that_is_found_later_is_added(policy: PolicyVersion) -> None:
    first, second = ContactFactory.create_batch(2)
    request = identify(identify(entered(policy), first), first, second)
    assert request.subjects.count() == 2


@l2
def test_finding_the_person_does_not_end_the_wait_for_their_answer(policy: PolicyVersion) -> None:
    request = question(press(posted(policy, name="Aino"), policy), policy)
    request = identify(request, ContactFactory.create())
    assert (request.state, request.paused_since) == ("asked", DUE)


def test_nobody_is_identified_without_a_person_or_a_reason(policy: PolicyVersion) -> None:
    request = entered(policy)
    refused(request, lambda: identify(request), "Choose whom")
    refused(request, lambda: identify(request, ContactFactory.build(pk=0), how=" \n"), "Say how")


def test_nobody_is_identified_who_is_not_on_file_any_more(policy: PolicyVersion) -> None:
    request = entered(policy)
    here, gone = ContactFactory.create_batch(2)
    Contact.objects.filter(pk=gone.pk).delete()
    refused(request, lambda: identify(request, here, gone), "not on file any more")
    assert frozen(here) is None


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.MARKETING_OBJECTION])
def test_nobody_is_identified_for_what_is_closed_or_unproven(policy: PolicyVersion, kind: Kind) -> None:
    person = ContactFactory.create()
    for request in (close(entered(policy, kind), policy), posted(policy, kind=kind)):
        refused(request, lambda request=request: identify(request, person), "moved on")


# Where the answers go.


def letter(request: Request, policy: PolicyVersion) -> Message:
    with transaction.atomic():
        answering.send(request, QUESTION, at=NOON, by=OFFICER)
    message = Message.objects.order_by("pk").last()
    assert message
    return message


def test_answers_go_to_the_address_on_file(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    sent = letter(asked_by(person, policy), policy)
    assert (sent.contact_id, sent.address) == (person.pk, "")


def test_answers_do_not_go_to_the_address_that_somebody_typed_once_it_is_about_a_person(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = identify(press(posted(policy, name="Aino"), policy), person)
    sent = letter(request, policy)
    assert (sent.contact_id, sent.address) == (person.pk, "")


def test_answers_go_to_an_address_that_the_officer_has_established_in_its_canonical_spelling(
    policy: PolicyVersion,
) -> None:
    request = asked_by(ContactFactory.create(), policy)
    answer_to(request, "  New@Elsewhere.Example ")
    sent = letter(request, policy)
    assert (sent.contact_id, sent.address) == (None, "new@elsewhere.example")
    assert request.papers.get(kind="address").data == {"how": KNOWN}
    assert request.entries.filter(step="identified", rule="address").exists()


def test_about_nobody_on_file_they_go_to_the_address_that_was_proven(policy: PolicyVersion) -> None:
    assert letter(press(posted(policy), policy), policy).address == STRANGE


def test_without_any_address_nothing_is_sent(policy: PolicyVersion) -> None:
    request = entered(policy)
    refused(request, lambda: letter(request, policy), "no address to write to")
    refused(request, lambda: question(request, policy), "no address to write to")


@pytest.mark.parametrize(
    ("address", "how", "why"), [("nowhere", KNOWN, "no e-mail address"), ("a@b.example", " ", "Say how")]
)
def test_an_address_is_established_only_with_a_reason_and_where_it_is_one(
    policy: PolicyVersion, address: str, how: str, why: str
) -> None:
    request = asked_by(ContactFactory.create(), policy)
    refused(request, lambda: answer_to(request, address, how), why)


def test_no_address_is_established_for_what_is_closed_or_unproven(policy: PolicyVersion) -> None:
    for request in (close(entered(policy), policy), posted(policy)):
        refused(request, lambda request=request: answer_to(request, "a@b.example"), "moved on")


def test_papers_that_are_gone_meanwhile_hold_up_no_later_letter(policy: PolicyVersion) -> None:
    person, other = ContactFactory.create_batch(2)
    request = identify(identify(entered(policy), person), other)
    letter(request, policy)
    identity.mistaken(request.pk, [person, other], policy=policy, at=NOON, by=OFFICER)
    identify(request, person)
    letter(request, policy)
    assert Message.objects.filter(contact=person).count() == 2


# Asking back.


@l2
def test_a_question_stops_the_clock_and_an_answer_lets_it_run_on(policy: PolicyVersion) -> None:
    request = question(asked_by(ContactFactory.create(), policy), policy)
    assert (request.state, request.paused_since) == ("asked", DUE)
    assert steps(request)[-2:] == ["asked", "letter"]
    assert request.papers.filter(kind="question").exists()
    request = answer(request, policy, DUE + dt.timedelta(days=3))
    assert (request.state, request.paused_since, request.paused_days) == ("open", None, 3)
    assert steps(request)[-1] == "answered"


@l2
def test_whoever_answers_and_is_not_found_yet_is_for_the_officer(policy: PolicyVersion) -> None:
    request = question(press(posted(policy), policy), policy)
    assert answer(request, policy, DUE).state == "new"


@l2
def test_one_question_at_a_time(policy: PolicyVersion) -> None:
    request = question(asked_by(ContactFactory.create(), policy), policy)
    refused(request, lambda: question(request, policy), "moved on")


# Closing.


def test_words_about_nobody_on_file_are_forgotten_when_it_is_closed(policy: PolicyVersion) -> None:
    request = press(posted(policy), policy)
    close(request, policy, Outcome.NOTHING_HELD)
    assert not request.papers.exists()


def test_people_stay_frozen_until_their_last_request_is_closed(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    first, second = asked_by(person, policy), asked_by(person, policy, Kind.ERASURE)
    close(first, policy)
    assert frozen(person) == FOREVER
    close(second, policy)
    assert frozen(person) == DUE


def test_closing_ends_no_freeze_that_stands_for_another_reason(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = asked_by(person, policy)
    Hold.objects.create(contact=person, kind="freeze", reason="legal_claim", placed_at=NOON)
    close(request, policy)
    assert frozen(person) == FOREVER


def test_the_same_asked_for_twice_is_found(policy: PolicyVersion) -> None:
    person, other = ContactFactory.create_batch(2)
    first, second = asked_by(person, policy), asked_by(person, policy)
    asked_by(person, policy, Kind.ERASURE)
    asked_by(other, policy)
    close(asked_by(person, policy), policy)
    assert list(Request.objects.duplicates_of(second)) == [first]


# Two at once, on connections of their own.

PATIENCE = 60.0


def with_own_connection(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def closing(request: Request, policy: PolicyVersion, outcome: Outcome) -> Request:
    with transaction.atomic():
        return close(request, policy, outcome)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_it_at_once_one_wins_and_the_other_changes_nothing(policy: PolicyVersion) -> None:
    request = asked_by(ContactFactory.create(), policy)
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            close(request, policy, Outcome.FULFILLED)
            late = threads.submit(with_own_connection, lambda: closing(request, policy, Outcome.WITHDRAWN))
            eventually(somebody_waits_for_us)
            after = whole(request)
        with pytest.raises(MovedError, match="moved on"):
            late.result(PATIENCE)
    assert whole(request) == after
    assert fresh(request).outcome == "fulfilled"
    assert steps(request).count("closed") == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_of_one_person_that_are_closed_at_once_leave_nobody_frozen(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    first, second = asked_by(person, policy), asked_by(person, policy, Kind.ERASURE)
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            close(first, policy)
            late = threads.submit(with_own_connection, lambda: closing(second, policy, Outcome.FULFILLED))
            eventually(somebody_waits_for_us)
        late.result(PATIENCE)
    assert frozen(person) == DUE


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_writes(policy: PolicyVersion) -> None:
    request = asked_by(ContactFactory.create(), policy)
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            question(request, policy)
            late = threads.submit(with_own_connection, lambda: question(request, policy))
            eventually(somebody_waits_for_us)
        with pytest.raises(MovedError):
            late.result(PATIENCE)
    assert Message.objects.count() == 1


def test_a_request_that_is_gone_is_said_to_be(policy: PolicyVersion) -> None:
    with pytest.raises(MovedError, match="not on record any more"):
        transitions.lock(0)


# A question that is put too late.

THURSDAY = dt.date(2026, 11, 5)  # the last of three working days after a Monday


def received_on_monday(policy: PolicyVersion) -> Request:
    monday = dt.date(2026, 11, 2)
    return asked_by(ContactFactory.create(), policy, at=moment(monday))


def ask_back(request: Request, policy: PolicyVersion, on: dt.date) -> Request:
    identity.ask(request.pk, QUESTION, policy=policy, at=moment(on), by=OFFICER)
    return fresh(request)


@l2
def test_a_question_within_three_working_days_pauses_the_deadline(policy: PolicyVersion) -> None:
    request = ask_back(received_on_monday(policy), policy, THURSDAY)
    assert (request.state, request.paused_since) == ("asked", THURSDAY)


@l2
def test_a_later_question_is_sent_and_pauses_nothing(policy: PolicyVersion) -> None:
    request = received_on_monday(policy)
    before = (request.state, request.safe_on, request.legal_on)
    request = ask_back(request, policy, THURSDAY + dt.timedelta(days=1))
    assert (request.state, request.safe_on, request.legal_on) == before
    assert (request.paused_since, request.paused_days) == (None, 0)
    assert request.papers.filter(kind="question").count() == 1
    assert deadlines.first_month_ends(request, on=request.safe_on, zone=policy.zone) == request.safe_on


@l2
@pytest.mark.parametrize(
    ("received", "last"),
    [
        (dt.date(2026, 11, 6), dt.date(2026, 11, 11)),  # a Friday: the weekend does not count
        (dt.date(2026, 12, 23), dt.date(2026, 12, 29)),  # nor do Christmas Day, Boxing Day and the weekend
    ],
)
def test_working_days_leave_weekends_and_holidays_out(policy: PolicyVersion, received: dt.date, last: dt.date) -> None:
    request = asked_by(ContactFactory.create(), policy, at=moment(received))
    assert deadlines.question_by(request) == last


@l2
def test_the_days_until_the_address_was_confirmed_do_not_count(policy: PolicyVersion) -> None:
    monday = dt.date(2026, 11, 2)
    request = press(posted(policy, at=moment(monday)), policy, at=moment(monday) + dt.timedelta(hours=20))
    assert deadlines.question_by(request) == THURSDAY + dt.timedelta(days=1)
