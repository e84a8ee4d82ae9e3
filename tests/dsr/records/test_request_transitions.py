"""Every act in every state: a legal one leads where it should, any other is refused with nothing changed.

The table names each act of the product that takes a request; one that is missing fails the build.
"""

import ast
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contacts.models import Contact, PolicyVersion
from dsr.answers import duplicates, refusing, restricting, undelivered
from dsr.answers.remedies import remedy
from dsr.clock import unanswered
from dsr.decisions import agreeing, correcting, ending, erasing, extending, handing_over, objection_balancing
from dsr.decisions.erasing import Order
from dsr.decisions.objection_balancing import Balance
from dsr.intake import amending, identity, intake, proving, stopping, third_party_report
from dsr.intake.intake import Asked
from dsr.intake.proving import ProofError
from dsr.models import Request
from dsr.records import transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround, RestrictionGround, Source, State
from tests.support.factories import DUE, NOON, ContactFactory
from tests.support.requesting import (
    KNOWN,
    OFFICER,
    QUESTION,
    close,
    entered,
    fresh,
    moment,
    posted,
    press,
    question,
    whole,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

ONE_DAY = dt.timedelta(days=1)
TOMORROW = DUE + ONE_DAY
BALANCE = Balance("ours", "theirs", "theirs weigh more")

type Make = Callable[[PolicyVersion, Kind], Request]
type Act = Callable[[Request, PolicyVersion], Any]


# How a request comes to be in each state, about somebody or about nobody.


def known(policy: PolicyVersion, kind: Kind) -> Request:
    asked = Asked(kind, "She called.")
    person = ContactFactory.create()
    about = {"source": Source.PHONE, "received_on": DUE, "policy": policy, "at": NOON, "by": "user:7"}
    return intake.pass_on(asked, person, **about)


def opened(policy: PolicyVersion, kind: Kind) -> Request:
    request = entered(policy, kind)
    return identity.identify(request.pk, [ContactFactory.create()], KNOWN, at=NOON, by=OFFICER)


def agreed(policy: PolicyVersion, kind: Kind) -> Request:
    request = opened(policy, kind)
    Request.objects.filter(pk=request.pk).update(agreed_by=TOMORROW)
    return fresh(request)


STATES: dict[str, Make] = {
    "unproven": lambda policy, kind: posted(policy, kind=kind),
    "new, by a stranger": lambda policy, kind: press(posted(policy, kind=kind, name="Aino"), policy),
    "new, by post": entered,
    "new, about somebody": known,
    "open": opened,
    "open, agreed on": agreed,
    "asked": lambda policy, kind: question(opened(policy, kind), policy),
    "asked, a stranger": lambda policy, kind: question(press(posted(policy, kind=kind, name="Aino"), policy), policy),
    "closed": lambda policy, kind: close(opened(policy, kind), policy),
}
STRANGERS = {"new, by a stranger", "asked, a stranger"}
ABOUT_SOMEBODY = {"new, about somebody", "open", "open, agreed on", "asked"}
STANDING = STRANGERS | ABOUT_SOMEBODY | {"new, by post"}
REACHED = STANDING - {"new, by post"}  # by an address
OPEN = {"open", "open, agreed on"}
STAYS = ""


def person_of(request: Request) -> Contact:
    """Whom it is about, or somebody else where it is about nobody."""
    subject = request.subjects.first()
    return subject.contact if subject else ContactFactory.create()


def letter(policy: PolicyVersion) -> Any:
    return replace(QUESTION, closing=remedy(policy))


def call(act: Callable[..., Any], *arguments: Any, **more: Any) -> Act:
    """An act that takes a request's key, what `arguments` say, and the policy."""

    def do(request: Request, policy: PolicyVersion) -> Any:
        said = [argument(request, policy) if callable(argument) else argument for argument in arguments]
        return act(request.pk, *said, policy=policy, at=NOON, by=OFFICER, **more)

    return do


def draft(_: Request, policy: PolicyVersion) -> Any:
    return letter(policy)


def confirm(request: Request, policy: PolicyVersion, **how: Any) -> None:
    if proof := request.proofs.first():
        intake.confirm(proving.token_of(proof), policy=policy, at=NOON, by="visitor", **how)
    else:
        raise RequestError("There is no link to press.")


def identify(request: Request, policy: PolicyVersion) -> None:
    identity.identify(request.pk, [ContactFactory.create()], KNOWN, at=NOON, by=OFFICER)


def answer_to(request: Request, policy: PolicyVersion) -> None:
    identity.answer_to(request.pk, "new@elsewhere.example", KNOWN, at=NOON, by=OFFICER)


def settle(request: Request, policy: PolicyVersion) -> None:
    erasing.settle(request.pk, at=NOON, by=OFFICER)


def join(request: Request, policy: PolicyVersion) -> None:
    """Answer it with one that the same person made before."""
    earlier = entered(policy, Kind(request.kind), DUE - ONE_DAY)
    identity.identify(earlier.pk, [person_of(request)], KNOWN, at=NOON, by=OFFICER)
    duplicates.join(request.pk, earlier.pk, policy=policy, at=NOON, by=OFFICER)


def close_as_done(request: Request, policy: PolicyVersion) -> None:
    with transaction.atomic():
        close(request, policy)


@dataclass(frozen=True)
class Row:
    """An act; the states in which it may be done, and the one that it leads to, with the outcome where it closes."""

    name: str
    act: Act
    leads: dict[str, str]
    kind: Kind = Kind.ACCESS


def among(states: set[str], to: str = STAYS) -> dict[str, str]:
    return dict.fromkeys(sorted(states), to)


ROWS = [
    Row("intake.confirm", confirm, {"unproven": "new"}),
    Row("identity.identify", identify, {
        **among(STRANGERS | {"new, by post", "new, about somebody"}, "open"),
        **among(OPEN), "asked": STAYS, "asked, a stranger": STAYS,
    }),
    Row("identity.answer_to", answer_to, among(STANDING)),
    Row("identity.ask", call(identity.ask, QUESTION), among(REACHED - {"asked", "asked, a stranger"}, "asked")),
    Row("identity.answered", call(identity.answered, on=DUE), {"asked": "open", "asked, a stranger": "new"}),
    Row("identity.mistaken", call(identity.mistaken, lambda request, _: [person_of(request)]), {
        **among(ABOUT_SOMEBODY), "asked": "new",
    }),
    Row(
        "amending.amend",
        call(amending.amend, kind=Kind.ERASURE, received_on=DUE - ONE_DAY),
        among(STANDING - STRANGERS - {"open, agreed on"}),
    ),
    Row("closing.close", close_as_done, among(STANDING, "closed fulfilled")),
    Row("ending.taken_back", call(ending.taken_back, "by phone", on=DUE), among(STANDING, "closed withdrawn")),
    Row(
        "third_party_report.not_left",
        call(third_party_report.not_left, "she answered the phone"),
        among(ABOUT_SOMEBODY | {"new, by post"}, "closed mistaken"),
        Kind.LEAVER,
    ),
    Row("ending.nothing_held", call(ending.nothing_held, QUESTION), among(STRANGERS, "closed nothing_held")),
    Row(
        "extending.extend",
        call(extending.extend, "many tables", QUESTION),
        among(REACHED - {"asked", "asked, a stranger"}),
    ),
    Row("extending.note", call(extending.note, "many tables", DUE), among(STANDING)),
    Row("duplicates.join", join, among(ABOUT_SOMEBODY, "closed duplicate")),
    Row(
        "refusing.refuse",
        call(refusing.refuse, RefusalGround.EXCESSIVE, "the tenth time", draft),
        among(REACHED, "closed refused"),
    ),
    Row(
        "restricting.restrict",
        call(restricting.restrict, RestrictionGround.ACCURACY, "contested", draft),
        among(OPEN, "closed fulfilled"),
        Kind.RESTRICTION,
    ),
    Row("restricting.announce", call(restricting.announce, TOMORROW, "because", draft), {}),
    Row("restricting.lift", call(restricting.lift), {}),
    Row("objection_balancing.uphold", call(objection_balancing.uphold, BALANCE, draft), among(OPEN), Kind.OBJECTION),
    Row(
        "objection_balancing.reject",
        call(objection_balancing.reject, BALANCE, TOMORROW, draft),
        among(OPEN, "closed refused"),
        Kind.OBJECTION,
    ),
    Row(
        "stopping.stop",
        call(stopping.stop, ["post"], draft),
        among(OPEN, "closed fulfilled"),
        Kind.MARKETING_OBJECTION,
    ),
    Row("agreeing.agree", call(agreeing.agree, "we call", TOMORROW, draft), among(OPEN), Kind.COMPLAINT),
    Row(
        "agreeing.done",
        call(agreeing.done, "we called", draft),
        {"open, agreed on": "closed fulfilled"},
        Kind.COMPLAINT,
    ),
    Row(
        "correcting.correct",
        call(correcting.correct, lambda request, _: {person_of(request).pk: {"first_name": "Aina"}}, draft),
        among(OPEN, "closed fulfilled"),
        Kind.RECTIFICATION,
    ),
    Row("handing_over.hand_over", call(handing_over.hand_over, QUESTION), among(OPEN, "closed fulfilled")),
    Row("handing_over.again", call(handing_over.again, QUESTION), {"closed": STAYS}),
    Row("handing_over.take_out", call(handing_over.take_out, language="en"), among(ABOUT_SOMEBODY | {"closed"})),
    Row(
        "erasing.erase",
        call(erasing.erase, Order(ErasureGround.NOT_NEEDED)),
        among(OPEN, "closed fulfilled"),
        Kind.ERASURE,
    ),
    Row("erasing.settle", settle, {}),
    Row("undelivered.settle", call(undelivered.settle, posted_on=None), {}),
]  # fmt: skip

LEGAL = [(row, state, to) for row in ROWS for state, to in row.leads.items()]
ILLEGAL = [(row, state) for row in ROWS for state in STATES if state not in row.leads]


def name(value: Any) -> str:
    return value.name if isinstance(value, Row) else str(value) or "stays"


def standing_at(request: Request) -> str:
    request = fresh(request)
    return f"{request.state} {request.outcome}".strip()


@pytest.mark.parametrize(("row", "state", "to"), LEGAL, ids=name)
def test_a_legal_act_leads_where_it_should(policy: PolicyVersion, row: Row, state: str, to: str) -> None:
    request = STATES[state](policy, row.kind)
    before, entries = standing_at(request), request.entries.count()
    row.act(request, policy)
    assert standing_at(request) == (to or before)
    assert request.entries.count() > entries


@pytest.mark.parametrize(("row", "state"), ILLEGAL, ids=name)
def test_any_other_act_is_refused_and_changes_nothing(policy: PolicyVersion, row: Row, state: str) -> None:
    request = STATES[state](policy, row.kind)
    before = whole(request)
    with pytest.raises((RequestError, ProofError)), transaction.atomic():
        row.act(request, policy)
    assert whole(request) == before


# Their own tests say in which states they may be done.
APART = (
    *("agreeing.answer", "charging.ask", "opening.ask", "scoping.ask"),
    *("correspondence.assign", "correspondence.came_in", "correspondence.note", "correspondence.write"),
    *("representing.agreed", "representing.could_not_tell", "representing.end", "representing.enter"),
    "representing.tell",
)


def test_every_act_that_takes_a_request_stands_in_the_table() -> None:
    acts = {
        f"{path.stem}.{found.name}"
        for path in Path(transitions.__file__).parents[1].rglob("*.py")
        for found in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(found, ast.FunctionDef) and found.args.args and found.args.args[0].arg == "request_id"
        if not found.name.startswith("_")
    }
    assert len(acts) > 15
    assert acts - {row.name for row in ROWS} == {"transitions.lock", *APART}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_it_may_be_closed_with_every_outcome_once(policy: PolicyVersion, outcome: Outcome) -> None:
    refusal = RefusalGround.EXCESSIVE if outcome in {"refused", "partly_refused", "unidentified"} else ""
    request = close(opened(policy, Kind.ACCESS), policy, outcome, refusal=refusal)
    assert (request.state, request.outcome, request.closed_on) == ("closed", outcome, DUE)
    before = whole(request)
    with pytest.raises(RequestError), transaction.atomic():
        close(request, policy, Outcome.FULFILLED)
    assert whole(request) == before


@pytest.mark.parametrize("state", [state for state in STATES if not state.startswith("asked")])
def test_the_daily_work_on_unanswered_questions_touches_nothing_else(policy: PolicyVersion, state: str) -> None:
    request = STATES[state](policy, Kind.ACCESS)
    before = whole(request)
    assert unanswered.follow_up(policy=policy, at=moment(DUE + 40 * ONE_DAY), by="test") == 0
    assert whole(request) == before


def test_every_way_that_is_allowed_leads_to_a_state_and_closed_stays_closed() -> None:
    assert set(transitions.ALLOWED) == set(State)
    assert transitions.ALLOWED[State.CLOSED] == ()
    assert State.UNPROVEN not in {to for ways in transitions.ALLOWED.values() for to in ways}


@pytest.mark.parametrize(
    ("begin", "to"), [(begin, to) for begin in State for to in State if to not in transitions.ALLOWED[begin]]
)
def test_a_request_moves_on_no_way_that_is_not_allowed(policy: PolicyVersion, begin: State, to: State) -> None:
    states = {"new": "new, by post"}
    request = STATES[states.get(begin, begin)](policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError):
        transitions.move(request, to, among=list(State))
    assert whole(request) == before


@dataclass(frozen=True)
class Lie:
    """What no act would write into a row, and the constraint that keeps it out."""

    constraint: str
    state: str
    changes: dict[str, Any] = field(default_factory=dict)


LIES = [
    Lie("request_kind", "open", {"kind": "lunch"}),
    Lie("request_state", "open", {"state": "lost"}),
    Lie("request_source", "open", {"source": "rumour"}),
    Lie("request_outcome", "closed", {"outcome": "fine"}),
    Lie("request_ground", "open", {"kind": "erasure", "ground": "mood"}),
    Lie("request_ground_of_a_deletion", "open", {"ground": "left"}),
    Lie("request_closed_says_how_and_when", "open", {"state": "closed"}),
    Lie("request_closed_says_how_and_when", "open", {"state": "closed", "closed_on": DUE}),
    Lie("request_closed_says_how_and_when", "open", {"outcome": "fulfilled"}),
    Lie("request_closed_says_how_and_when", "closed", {"state": "open"}),
    Lie("request_waits_while_the_person_is_to_act", "open", {"paused_since": DUE}),
    Lie("request_waits_while_the_person_is_to_act", "open", {"state": "asked"}),
    Lie("request_waits_while_the_person_is_to_act", "asked", {"state": "open"}),
    Lie("request_waits_while_the_person_is_to_act", "unproven", {"paused_since": None}),
    Lie("request_safe_before_legal", "open", {"legal_on": DUE + ONE_DAY}),
    Lie("request_safe_before_legal", "open", {"safe_on": DUE - ONE_DAY}),
    Lie("request_extended_before_late", "open", {"extended_late": True}),
    Lie("request_refusal_has_a_ground", "open", {"refusal": "excessive"}),
    Lie("request_refusal_has_a_ground", "closed", {"outcome": "refused"}),
    Lie("request_refusal_has_a_ground", "closed", {"refusal": "excessive"}),
    Lie("request_refusal_has_a_ground", "closed", {"outcome": "refused", "refusal": "mood"}),
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.constraint}: {lie.changes}")
def test_the_database_itself_keeps_out_what_cannot_be(policy: PolicyVersion, lie: Lie) -> None:
    request = STATES[lie.state](policy, Kind.ACCESS)
    before = whole(request)
    # Each constraint is broken by itself: one that another hides would not be missed.
    with pytest.raises(IntegrityError, match=f'"{lie.constraint}"'), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(**lie.changes)
    assert whole(request) == before


def test_each_constraint_of_a_request_is_tried() -> None:
    assert {constraint.name for constraint in Request._meta.constraints} == {lie.constraint for lie in LIES}
