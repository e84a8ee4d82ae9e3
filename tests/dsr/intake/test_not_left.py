"""Others said that somebody has left, and they have not: the officer closes it, and all is as before (P4)."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers import duplicates, statistics
from dsr.decisions import ending
from dsr.intake import identity, third_party_report
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, Source
from tests.support.deciding import TODAY, Desk, ada, url
from tests.support.factories import NOON
from tests.support.requesting import KNOWN, OFFICER, asked_by, entered, fresh, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P4")]

HOW = "She answered the phone."


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return ada(policy)


@pytest.fixture
def request_heard(policy: PolicyVersion, person: Contact) -> Request:
    request = third_party_report.heard(person.pk, on=TODAY, source=Source.PHONE, policy=policy, at=NOON, by="user:7")
    assert request
    return request


def not_left(request: Request, policy: PolicyVersion, how: str = HOW) -> Request:
    third_party_report.not_left(request.pk, how, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def has_left(person: Contact) -> bool:
    return Contact.objects.get(pk=person.pk).left_on is not None


def test_it_is_closed_as_a_mistake_and_they_are_on_file_as_before(
    policy: PolicyVersion, person: Contact, request_heard: Request
) -> None:
    assert has_left(person)
    request = not_left(request_heard, policy)
    assert (request.state, request.outcome, request.closed_on) == ("closed", Outcome.MISTAKEN, TODAY)
    assert steps(request)[-1] == "closed"
    assert request.papers.get(kind="reason").text == HOW
    assert not has_left(person)
    assert Contact.objects.get(pk=person.pk).frozen_through == TODAY
    assert not Message.objects.exists()


def test_it_counts_as_closed(policy: PolicyVersion, request_heard: Request) -> None:
    not_left(request_heard, policy)
    assert statistics.last_year(TODAY)[0].closed == {"mistaken": 1}
    assert statistics.by_year()[0].closed == {"mistaken": 1}


def test_what_is_said_anew_counts_anew_and_may_be_false_again(
    policy: PolicyVersion, person: Contact, request_heard: Request
) -> None:
    not_left(request_heard, policy)
    again = third_party_report.heard(person.pk, on=TODAY, source=Source.EMAIL, policy=policy, at=NOON, by="user:7")
    assert again
    not_left(again, policy)
    assert not has_left(person)


def test_while_another_request_says_so_they_have_left(
    policy: PolicyVersion, person: Contact, request_heard: Request
) -> None:
    asked_by(person, policy, Kind.LEAVER)
    assert not_left(request_heard, policy).outcome == Outcome.MISTAKEN
    assert has_left(person)


def test_what_the_person_says_themselves_is_no_mistake_of_ours(policy: PolicyVersion, person: Contact) -> None:
    refused(asked_by(person, policy, Kind.LEAVER), policy)


def test_nor_is_what_they_say_in_a_request_that_is_answered_with_it(
    policy: PolicyVersion, person: Contact, request_heard: Request
) -> None:
    identity.identify(request_heard.pk, [person], KNOWN, at=NOON, by=OFFICER)
    own = asked_by(person, policy, Kind.LEAVER)
    duplicates.join(own.pk, request_heard.pk, policy=policy, at=NOON, by=OFFICER)
    refused(fresh(request_heard), policy)


def test_other_requests_are_none_of_it_and_a_reason_is_needed(policy: PolicyVersion, request_heard: Request) -> None:
    refused(entered(policy, Kind.ERASURE), policy)
    refused(request_heard, policy, how=" ")


def refused(request: Request, policy: PolicyVersion, how: str = HOW) -> None:
    before = whole(request)
    with pytest.raises(RequestError), transaction.atomic():
        not_left(request, policy, how)
    assert whole(request) == before


# The person takes it back themselves


def take_back(request: Request, policy: PolicyVersion) -> Request:
    ending.taken_back(request.pk, "by phone", on=TODAY, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


@pytest.mark.promise("P11")
def test_who_takes_it_back_is_on_file_as_before(policy: PolicyVersion, person: Contact) -> None:
    request = asked_by(person, policy, Kind.LEAVER)
    assert has_left(person)
    assert take_back(request, policy).outcome == Outcome.WITHDRAWN
    assert not has_left(person)


def test_while_others_say_so_too_they_have_left(policy: PolicyVersion, person: Contact, request_heard: Request) -> None:
    take_back(asked_by(person, policy, Kind.LEAVER), policy)
    assert has_left(person)


def test_who_takes_back_something_else_has_left_all_the_same(policy: PolicyVersion, person: Contact) -> None:
    asked_by(person, policy, Kind.LEAVER)
    take_back(asked_by(person, policy, Kind.ACCESS), policy)
    assert has_left(person)


# On the page


@pytest.fixture
def officer(log_in: Callable[[str], Client]) -> Client:
    return log_in("privacy officer")


@pytest.mark.usefixtures("at_noon")
def test_the_officer_closes_it_on_its_page(officer: Client, person: Contact, request_heard: Request) -> None:
    assert "Record that they have not left" in officer.get(url(request_heard, "change")).content.decode()
    Desk(officer, request_heard, "not-left").send(how=HOW)
    assert "closed, since it was a mistake" in officer.get(url(request_heard, "change")).content.decode()
    assert not has_left(person)


@pytest.mark.usefixtures("at_noon")
def test_nobody_is_asked_how_they_know_that_it_is_they_who_ask(officer: Client, request_heard: Request) -> None:
    page = officer.get(url(request_heard, "find-person")).content.decode()
    assert "How do you know that this is the person meant?" in page
    assert "verify their identity" not in page


@pytest.mark.usefixtures("at_noon")
def test_to_what_a_person_said_themselves_it_is_not_offered(
    officer: Client, policy: PolicyVersion, person: Contact
) -> None:
    request = asked_by(person, policy, Kind.LEAVER)
    assert url(request, "not-left") not in officer.get(url(request, "change")).content.decode()
    assert "verify their identity" in officer.get(url(request, "find-person")).content.decode()
