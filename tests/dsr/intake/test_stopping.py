"""An objection to marketing, or a consent taken back, that reached the officer by e-mail, letter or phone."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact, FoodPreference, Message, PolicyVersion
from dsr.intake import identity, intake, stopping
from dsr.intake.intake import Asked, Stranger
from dsr.letters import stopped
from dsr.letters.common import Writer
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, State
from tests.support.deciding import Desk, ada, draft
from tests.support.factories import NOON, ContactFactory, EventFactory, customer, is_held, register
from tests.support.objecting import suppressed
from tests.support.requesting import OFFICER, close, entered, fresh, press, proof_letter, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12"), pytest.mark.promise("P19")]

ALL = ["email", "phone", "post"]


def told(policy: PolicyVersion, *people: Contact, kind: Kind = Kind.MARKETING_OBJECTION) -> Request:
    return identity.identify(entered(policy, kind).pk, people, "They wrote.", at=NOON, by=OFFICER)


def stop(request: Request, policy: PolicyVersion, *what: str) -> Request:
    write: Writer = stopped.consent_taken_back if request.kind == Kind.WITHDRAWAL else stopped.marketing_stopped
    letter = draft(write, request, policy, "sv", what=what)
    stopping.stop(request.pk, what, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def test_marketing_stops_on_the_channels_that_were_named(policy: PolicyVersion) -> None:
    person = customer(policy, email="ada@fjordkraft.example")
    request = stop(told(policy, person), policy, "email", "phone")
    assert set(suppressed("ada@fjordkraft.example")) == {"email", "phone"}
    assert set(person.permissions.values_list("source", flat=True)) == {"told us by letter"}
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert steps(request)[-3:] == ["letter", "objected", "closed"]
    assert "ingen marknadsföring till dig via e-post och telefon" in request.papers.get(kind="letter").text


def test_who_is_deleted_by_it_still_gets_the_letter(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = stop(told(policy, person), policy, *ALL)
    assert not is_held(person)
    assert request.outcome == Outcome.FULFILLED
    assert Message.objects.get(template="written").address == "ada@fjordkraft.example"
    assert set(suppressed("ada@fjordkraft.example")) == set(ALL)


def test_both_records_of_a_person_are_left_alone_from_then_on(policy: PolicyVersion) -> None:
    one, two = customer(policy, email="one@fjordkraft.example"), customer(policy, email="two@fjordkraft.example")
    stop(told(policy, one, two), policy, *ALL)
    assert set(suppressed("one@fjordkraft.example")) == set(suppressed("two@fjordkraft.example")) == set(ALL)


@pytest.mark.promise("P8")
def test_a_consent_to_food_preferences_is_taken_back_for_each_record(policy: PolicyVersion) -> None:
    people = [ContactFactory.create(), ContactFactory.create()]
    for person in people:
        register(person, EventFactory.create(), NOON, policy=policy, food="No nuts")
    request = stop(told(policy, *people, kind=Kind.WITHDRAWAL), policy, "food")
    assert not FoodPreference.objects.exists()
    assert request.outcome == Outcome.FULFILLED


def test_a_consent_to_mails_is_taken_back(policy: PolicyVersion) -> None:
    person = customer(policy)
    person.permissions.create(channel="email", state="consented", given_on=NOON.date())
    request = stop(told(policy, person, kind=Kind.WITHDRAWAL), policy, "email")
    assert list(person.permissions.values_list("channel", "state", "source")) == [
        ("email", "objected", "told us by letter")
    ]  # fmt: skip
    assert list(person.consent_records.values_list("state", "method")) == [("withdrawn", "staff")]
    assert set(suppressed(str(person.email))) == {"email"}
    assert request.outcome == Outcome.FULFILLED


@pytest.mark.promise("L14")
def test_the_letter_says_that_the_channel_has_stopped_and_that_it_is_remembered(policy: PolicyVersion) -> None:
    request = told(policy, customer(policy), kind=Kind.WITHDRAWAL)
    letter = draft(stopped.consent_taken_back, request, policy, "en", what=["email", "food"])
    assert "From now on we send you no marketing by e-mail." in letter.text
    assert "We keep a coded form of your address" in letter.text
    assert "no marketing" not in draft(stopped.consent_taken_back, request, policy, "en", what=["food"]).text


@pytest.mark.promise("L14")
def test_who_has_to_be_looked_for_is_left_alone_meanwhile_on_the_channel_that_they_named(policy: PolicyVersion) -> None:
    address = "ada@elsewhere.example"
    asked = Asked(Kind.WITHDRAWAL, "Stop.", {"what": ["phone", "food"]})
    made = intake.post(
        asked, Stranger(address, "en", name="Ada Berg"), proof_letter, policy=policy, at=NOON, by="visitor"
    )
    assert press(made, policy).state != State.CLOSED
    assert set(suppressed(address)) == {"phone"}


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.MARKETING_OBJECTION, []),
        (Kind.MARKETING_OBJECTION, ["food"]),
        (Kind.MARKETING_OBJECTION, ["fax"]),
        (Kind.WITHDRAWAL, []),
    ],
)
def test_what_is_not_named_does_not_stop(policy: PolicyVersion, kind: Kind, what: list[str]) -> None:
    request = told(policy, customer(policy), kind=kind)
    before = whole(request)
    with pytest.raises(RequestError, match="Say what is to stop"):
        stop(request, policy, *what)
    assert whole(request) == before


def test_other_requests_and_closed_ones_stop_nothing(policy: PolicyVersion) -> None:
    other, closed = told(policy, customer(policy), kind=Kind.ACCESS), told(policy, customer(policy))
    closed = close(closed, policy)
    before = whole(other) | whole(closed)
    with pytest.raises(RequestError, match="something else"):
        stop(other, policy, *ALL)
    with pytest.raises(MovedError):
        stop(closed, policy, *ALL)
    assert whole(other) | whole(closed) == before


@pytest.mark.usefixtures("at_noon")
def test_the_officer_sees_the_letter_and_types_the_number(
    log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    person = ada(policy)
    request = told(policy, person)
    desk = Desk(log_in("privacy officer"), request, "stop")
    desk.fill(what=ALL)
    assert "e-post, telefon och post" in desk.sheet
    assert is_held(person)
    assert "It has stopped" in desk.send(number=request.number)
    assert not is_held(person)
