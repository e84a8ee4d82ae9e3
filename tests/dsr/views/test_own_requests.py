"""A closed request is found by whoever made it, on "My data" and in the copy, and by nobody whom it is only about."""

from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import package
from dsr.answers import duplicates
from dsr.intake import identity, intake, third_party_report
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.words.vocabulary import Kind, Outcome, Source
from tests.support.factories import NOON, customer
from tests.support.packaged import data_of
from tests.support.requesting import KNOWN, OFFICER, asked_by, close, entered, posted, press
from tests.support.visiting import ADDRESS, MINE, visiting, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L20")]

TOLD: dict[str, Any] = {"source": Source.PHONE, "at": NOON, "by": "user:7"}


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return customer(policy, email=ADDRESS)


def told_that_they_left(person: Contact, policy: PolicyVersion) -> Request:
    """Others told staff, and the officer has found who is meant."""
    request = third_party_report.heard(person.pk, on=NOON.date(), policy=policy, **TOLD)
    assert request
    return identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)


def passed_on(person: Contact, policy: PolicyVersion, kind: Kind = Kind.ACCESS) -> Request:
    return intake.pass_on(Asked(kind, "She called."), person, received_on=NOON.date(), policy=policy, **TOLD)


def by_letter(person: Contact, policy: PolicyVersion, kind: Kind = Kind.ACCESS) -> Request:
    return identity.identify(entered(policy, kind).pk, [person], KNOWN, at=NOON, by=OFFICER)


def by_phone(person: Contact, policy: PolicyVersion) -> Request:
    return identity.identify(passed_on(person, policy).pk, [person], KNOWN, at=NOON, by=OFFICER)


def found(request: Request, person: Contact, policy: PolicyVersion) -> tuple[bool, bool]:
    """Whether a request is on the page of a person, and among the requests in their copy."""
    page = words(visiting(person).get(MINE))
    made = data_of(package.write([person.pk], address="", policy=policy, language="en", at=NOON))
    numbers = [row["id"] for row in made["held"]["dsr.request"]["rows"]]
    return request.number in page, request.number in numbers


OTHERS = {
    "what others told": (told_that_they_left, Outcome.MISTAKEN),
    "what nobody made sure of": (passed_on, Outcome.WITHDRAWN),
    "a letter by somebody whom we could not tell": (by_letter, Outcome.UNIDENTIFIED),
}
OWN = {
    "on the page": (asked_by, Outcome.FULFILLED),
    "by letter": (by_letter, Outcome.FULFILLED),
    "by letter, of a leaver": (lambda *who: by_letter(*who, Kind.LEAVER), Outcome.FULFILLED),
    "by phone, through staff": (by_phone, Outcome.FULFILLED),
    "by the form": (lambda _person, policy: press(posted(policy, ADDRESS), policy), Outcome.FULFILLED),
}


def closed(request: Request, policy: PolicyVersion, outcome: Outcome) -> Request:
    refusal = {"refusal": "not_identified"} if outcome == Outcome.UNIDENTIFIED else {}
    return close(request, policy, outcome, **refusal)


@pytest.mark.parametrize(("made", "outcome"), OTHERS.values(), ids=OTHERS)
def test_whoever_it_is_about_does_not_find_it_once_it_is_closed(
    policy: PolicyVersion, person: Contact, made: Any, outcome: Outcome
) -> None:
    request = made(person, policy)
    assert found(request, person, policy) == (True, True)
    closed(request, policy, outcome)
    assert found(request, person, policy) == (False, False)


@pytest.mark.promise("P19")
@pytest.mark.parametrize(("made", "outcome"), OWN.values(), ids=OWN)
def test_whoever_made_it_finds_it(policy: PolicyVersion, person: Contact, made: Any, outcome: Outcome) -> None:
    request = closed(made(person, policy), policy, outcome)
    assert found(request, person, policy) == (True, True)


def test_what_others_told_is_theirs_once_they_said_so_themselves(policy: PolicyVersion, person: Contact) -> None:
    told = told_that_they_left(person, policy)
    own = asked_by(person, policy, Kind.LEAVER)
    duplicates.join(own.pk, told.pk, policy=policy, at=NOON, by=OFFICER)
    closed(told, policy, Outcome.FULFILLED)
    assert found(told, person, policy) == (True, True)
    assert found(own, person, policy) == (True, True)


def test_nor_does_whoever_has_the_address_of_somebody_deleted_find_what_others_told(
    policy: PolicyVersion, person: Contact
) -> None:
    own = closed(asked_by(person, policy), policy, Outcome.FULFILLED)
    told = closed(told_that_they_left(person, policy), policy, Outcome.MISTAKEN)
    person.delete()
    shown = words(visiting(ADDRESS).get(MINE))
    assert (own.number in shown, told.number in shown) == (True, False)
