"""Refusing what was asked, whole or in part: with a ground, reasons, and where the person can turn."""

import datetime as dt
from dataclasses import replace

import pytest

from contacts.models import PolicyVersion
from dsr.answers import refusing
from dsr.answers.answering import Draft
from dsr.letters import refusals
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, asks, draft, letters, owed_mails
from tests.support.factories import NOON, is_held, place, run
from tests.support.requesting import OFFICER, close, entered, fresh, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L3"), pytest.mark.promise("P23")]

PAIRS = [(kind, ground) for kind, grounds in refusing.GROUNDS.items() for ground in grounds]
REST = [(kind, ground) for kind in Kind for ground in RefusalGround if ground not in refusing.GROUNDS[kind]]


def refusal(request: Request, policy: PolicyVersion, ground: str = "excessive", language: str = "en") -> Draft:
    return draft(refusals.refused, request, policy, language, ground=ground, reasons=BECAUSE)


def refuse(request: Request, policy: PolicyVersion, letter: Draft | None = None, **how: str) -> Request:
    ground = RefusalGround(how.pop("ground", "excessive"))
    reasons = how.pop("reasons", BECAUSE)
    letter = letter or refusal(request, policy)
    return refusing.refuse(request.pk, ground, reasons, letter, policy=policy, at=NOON, by=OFFICER, **how)


@pytest.mark.parametrize(
    ("kind", "ground"), [pair for pair in PAIRS if pair[0] not in {"marketing_objection", "withdrawal"}]
)
def test_a_refusal_says_on_which_ground_and_closes_the_request(
    policy: PolicyVersion, kind: Kind, ground: RefusalGround
) -> None:
    request = asks(policy, kind)
    place(request.subjects.get().contact, "duty", "bookkeeping")
    refuse(request, policy, refusal(request, policy, ground), ground=ground)
    request = fresh(request)
    assert (request.state, request.outcome, request.refusal) == (State.CLOSED, Outcome.REFUSED, ground)
    (text,) = letters(request)
    assert str(refusals.GROUNDS[ground]) in text
    assert BECAUSE in text
    assert steps(request)[-3:] == ["refused", "letter", "closed"]


@pytest.mark.parametrize(("language", "words"), [("en", "go to court"), ("sv", "domstol")])
def test_the_letter_names_us_the_authority_and_the_way_to_court(
    policy: PolicyVersion, language: str, words: str
) -> None:
    request = asks(policy, Kind.ERASURE)
    refuse(request, policy, refusal(request, policy, "excessive", language))
    (text,) = letters(request)
    controller = policy.controller
    assert text.endswith(".")
    for named in (
        controller["privacy_contact"],
        controller["authority"]["name"],
        controller["authority"]["url"],
        words,
    ):
        assert named in text


@pytest.mark.parametrize("closing", ["", "If you disagree, write to us.", "en"])
def test_a_letter_that_does_not_say_where_to_turn_is_not_sent(policy: PolicyVersion, closing: str) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = replace(refusal(request, policy), language="sv") if closing == "en" else refusal(request, policy)
    letter = letter if closing == "en" else replace(letter, closing=closing)
    before = whole(request)
    with pytest.raises(RequestError, match="court"):
        refuse(request, policy, letter)
    assert whole(request) == before


@pytest.mark.parametrize(("kind", "ground"), REST)
def test_a_ground_that_the_right_does_not_know_refuses_nothing(
    policy: PolicyVersion, kind: Kind, ground: RefusalGround
) -> None:
    request = entered(policy, kind)
    before = whole(request)
    with pytest.raises(RequestError, match="does not fit"):
        refuse(request, policy, refusal(request, policy, ground), ground=ground)
    assert whole(request) == before


@pytest.mark.promise("P22")
def test_an_objection_to_marketing_is_absolute() -> None:
    assert refusing.GROUNDS[Kind.MARKETING_OBJECTION] == (RefusalGround.NOT_IDENTIFIED,)
    assert RefusalGround.COMPELLING not in {ground for grounds in refusing.GROUNDS.values() for ground in grounds}


def test_nothing_is_refused_without_reasons(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    before = whole(request)
    with pytest.raises(RequestError, match="Say why"):
        refuse(request, policy, reasons="  ")
    assert whole(request) == before


def test_what_is_closed_is_not_refused_any_more(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = refusal(request, policy)
    close(request, policy)
    before = whole(request)
    with pytest.raises(MovedError):
        refuse(request, policy, letter)
    assert whole(request) == before


def test_a_part_is_refused_and_the_rest_done(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    told = {"ground": "others_rights", "reasons": BECAUSE, "done": "You find the rest enclosed."}
    letter = draft(refusals.refused_in_part, request, policy, **told)
    refuse(request, policy, letter, ground="others_rights", done=told["done"])
    request = fresh(request)
    assert (request.outcome, request.refusal) == (Outcome.PARTLY_REFUSED, "others_rights")
    assert told["done"] in letters(request)[0]
    assert owed_mails() == 1


# What the letter says keeps them has to do so.

A_MONTH_LATER = TODAY + dt.timedelta(days=30)  # when no letter waits to be sent any more


@pytest.mark.promise("P21")
@pytest.mark.parametrize("kind", [Kind.ERASURE, Kind.LEAVER])
def test_who_is_needed_for_legal_claims_is_kept_until_that_hold_ends(policy: PolicyVersion, kind: Kind) -> None:
    request = asks(policy, kind)
    (person,) = (subject.contact for subject in request.subjects.all())
    refuse(request, policy, refusal(request, policy, "legal_claims"), ground="legal_claims")
    claim = Hold.objects.get(reason="legal_claim")
    assert (claim.kind, claim.contact, claim.until) == ("freeze", person, None)
    run(dt.date(2030, 1, 1), policy)
    assert is_held(person)
    Hold.objects.update(until=A_MONTH_LATER)
    run(dt.date(2030, 1, 2), policy)
    assert not is_held(person)


@pytest.mark.promise("P21")
@pytest.mark.parametrize("until", [TODAY + dt.timedelta(days=1), A_MONTH_LATER])
def test_a_claim_that_is_on_file_stays_as_it_was_noted(policy: PolicyVersion, until: dt.date) -> None:
    request = asks(policy, Kind.ERASURE)
    noted = place(request.subjects.get().contact, "freeze", "legal_claim", until)
    refuse(request, policy, refusal(request, policy, "legal_claims"), ground="legal_claims")
    assert Hold.objects.get(reason="legal_claim").until == noted.until


@pytest.mark.promise("P21")
def test_a_claim_that_was_to_end_today_goes_on(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    place(request.subjects.get().contact, "freeze", "legal_claim", TODAY)
    refuse(request, policy, refusal(request, policy, "legal_claims"), ground="legal_claims")
    assert Hold.objects.get(reason="legal_claim").until is None


@pytest.mark.promise("P12")
def test_on_another_ground_nothing_keeps_who_is_held_for_marketing_alone(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    person = request.subjects.get().contact
    refuse(request, policy)
    run(A_MONTH_LATER, policy)
    assert not is_held(person)


@pytest.mark.promise("P5")
@pytest.mark.parametrize("until", [None, TODAY - dt.timedelta(days=1)])
def test_that_a_law_has_us_keep_it_is_said_of_nobody_whom_no_duty_keeps(
    policy: PolicyVersion, until: dt.date | None
) -> None:
    request = asks(policy, Kind.ERASURE)
    if until:
        place(request.subjects.get().contact, "duty", "bookkeeping", until)
    before = whole(request)
    with pytest.raises(RequestError, match="No duty on file"):
        refuse(request, policy, refusal(request, policy, "legal_duty"), ground="legal_duty")
    assert whole(request) == before


@pytest.mark.parametrize("ground", ["legal_duty", "legal_claims"])
def test_nobody_is_kept_before_it_is_known_whom_it_is_about(policy: PolicyVersion, ground: str) -> None:
    request = entered(policy, Kind.ERASURE)
    before = whole(request)
    with pytest.raises(RequestError, match="whom the request is about"):
        refuse(request, policy, refusal(request, policy, ground), ground=ground)
    assert whole(request) == before
