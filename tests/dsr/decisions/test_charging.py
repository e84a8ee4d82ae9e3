"""A fee for what is excessive (Art. 12(5)): with reasons, with where to complain, and while the clock runs."""

import pytest

from contacts.models import PolicyVersion
from dsr.decisions import charging
from dsr.letters import free
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind
from tests.support.deciding import BECAUSE, asks, draft, letters
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, close, fresh, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L3")]


def charge(request: Request, policy: PolicyVersion, fee: str = "250 kr", reasons: str = BECAUSE) -> Request:
    letter = draft(free.fee, request, policy, "en", fee=fee, reasons=reasons)
    return charging.ask(request.pk, fee, reasons, letter, policy=policy, at=NOON, by=OFFICER)


def test_the_person_reads_how_much_why_and_where_to_complain(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    charge(request, policy)
    (text,) = letters(request)
    for said in ("250 kr", BECAUSE, "Article 12(5)", "go to court"):
        assert said in text
    assert steps(request)[-2:] == ["fee", "letter"]
    assert request.papers.get(kind="reason").data == {"fee": "250 kr"}


def test_the_clock_does_not_wait_for_a_fee(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    charge(request, policy)
    after = fresh(request)
    assert (after.state, after.paused_since, after.safe_on) == ("open", None, request.safe_on)


@pytest.mark.parametrize("kind", [Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL])
def test_stopping_marketing_is_free_in_any_case(policy: PolicyVersion, kind: Kind) -> None:
    request = asks(policy, Kind.ACCESS)
    Request.objects.filter(pk=request.pk).update(kind=kind)
    with pytest.raises(RequestError, match="free in any case"):
        charge(fresh(request), policy)


@pytest.mark.parametrize(("fee", "reasons", "why"), [(" ", BECAUSE, "how much"), ("250 kr", " ", "Say why")])
def test_a_fee_without_amount_or_reasons_changes_nothing(
    policy: PolicyVersion, fee: str, reasons: str, why: str
) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        charge(request, policy, fee, reasons)
    assert whole(request) == before


def test_what_is_answered_costs_nothing_any_more(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    close(request, policy)
    with pytest.raises(MovedError):
        charge(request, policy)
