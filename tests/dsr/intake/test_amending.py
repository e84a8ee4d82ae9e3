"""The officer corrects the day or the kind of a request that staff typed; its dates and what it does follow."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion
from dsr.intake import amending, identity, intake
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Source
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.deciding import TODAY, TOMORROW, ada, url
from tests.support.factories import NOON
from tests.support.requesting import (
    KNOWN,
    OFFICER,
    asked_by,
    close,
    entered,
    fresh,
    posted,
    press,
    question,
    steps,
    whole,
)

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

EARLIER = dt.date(2026, 11, 3)

l1 = pytest.mark.promise("L1")


def amend(
    request: Request, policy: PolicyVersion, *, kind: Kind | None = None, received_on: dt.date | None = None
) -> Request:
    to = {"kind": kind or Kind(request.kind), "received_on": received_on or request.received_on}
    amending.amend(request.pk, **to, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def identified(policy: PolicyVersion, person: Contact, kind: Kind) -> Request:
    return identity.identify(entered(policy, kind).pk, [person], KNOWN, at=NOON, by=OFFICER)


def reasons(person: Contact) -> set[str]:
    tomorrow = TOMORROW
    return set(Hold.objects.standing(tomorrow).filter(contact=person).values_list("reason", flat=True))


@l1
def test_the_dates_follow_the_day(policy: PolicyVersion) -> None:
    request = amend(entered(policy), policy, received_on=EARLIER)
    assert (request.received_on, request.safe_on) == (EARLIER, dt.date(2026, 12, 3))
    assert request.legal_on == dt.date(2026, 12, 3)


@l1
def test_a_pause_that_was_counted_stays_counted(policy: PolicyVersion) -> None:
    request = identified(policy, ada(policy), Kind.ACCESS)
    Request.objects.filter(pk=request.pk).update(paused_days=5)
    assert amend(fresh(request), policy, received_on=EARLIER).safe_on == dt.date(2026, 12, 8)


def test_the_timeline_says_what_it_was_before(policy: PolicyVersion) -> None:
    request = amend(entered(policy), policy, kind=Kind.ERASURE, received_on=EARLIER)
    entry = request.entries.last()
    assert entry
    assert (entry.step, entry.rule, entry.by) == ("received", "amended:access:2026-11-24", OFFICER)


def test_a_kind_that_was_wrong_is_corrected(policy: PolicyVersion) -> None:
    request = identified(policy, ada(policy), Kind.ACCESS)
    assert amend(request, policy, kind=Kind.ERASURE).kind == "erasure"
    assert request.subjects.exists()


@pytest.mark.promise("L6")
def test_what_turns_out_to_be_an_objection_restricts(policy: PolicyVersion) -> None:
    person = ada(policy)
    amend(identified(policy, person, Kind.ACCESS), policy, kind=Kind.OBJECTION)
    assert reasons(person) == {"request", "restriction"}


@pytest.mark.promise("L6")
def test_what_turns_out_to_be_none_restricts_no_more_and_stays_frozen(policy: PolicyVersion) -> None:
    person = ada(policy)
    amend(identified(policy, person, Kind.OBJECTION), policy, kind=Kind.ACCESS)
    assert reasons(person) == {"request"}


@pytest.mark.promise("L6")
def test_a_restriction_that_another_objection_needs_stays(policy: PolicyVersion) -> None:
    person = ada(policy)
    asked_by(person, policy, Kind.OBJECTION)
    amend(identified(policy, person, Kind.OBJECTION), policy, kind=Kind.ACCESS)
    assert reasons(person) == {"request", "restriction"}


@pytest.mark.promise("L6")
def test_hearsay_restricts_nobody_by_its_kind_either(policy: PolicyVersion) -> None:
    person = ada(policy)
    came = {"source": Source.PHONE, "received_on": TODAY, "policy": policy, "at": NOON, "by": "user:7"}
    request = intake.pass_on(Asked(Kind.ACCESS, "She called."), person, **came)
    amend(request, policy, kind=Kind.OBJECTION)
    assert reasons(person) == {"request"}


@pytest.mark.promise("P4")
def test_who_turns_out_to_have_left_gets_no_marketing_and_who_has_not_does_again(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = amend(identified(policy, person, Kind.ACCESS), policy, kind=Kind.LEAVER)
    person.refresh_from_db()
    assert person.left_on == TODAY
    amend(request, policy, kind=Kind.ACCESS)
    person.refresh_from_db()
    assert person.left_on is None


def refused(request: Request, act: Callable[[], object], why: str) -> None:
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        act()
    assert whole(request) == before


@pytest.mark.parametrize(
    ("day", "why"), [(TOMORROW, "day to come"), (dt.date(2018, 5, 24), "25 May 2018"), (TODAY, "as it is")]
)
def test_what_cannot_be_or_changes_nothing_is_refused(policy: PolicyVersion, day: dt.date, why: str) -> None:
    request = entered(policy)
    refused(request, lambda: amend(request, policy, received_on=day), why)


def test_nothing_was_received_after_we_asked_back(policy: PolicyVersion) -> None:
    request = identified(policy, ada(policy), Kind.ACCESS)
    earlier = NOON - dt.timedelta(days=3)
    Request.objects.filter(pk=request.pk).update(received_on=EARLIER)
    request = question(request, policy, at=earlier)
    refused(request, lambda: amend(request, policy, received_on=TODAY), "after we had asked")


def test_what_a_person_chose_on_our_own_pages_is_nobodys_to_change(policy: PolicyVersion) -> None:
    for request in (asked_by(ada(policy), policy), press(posted(policy), policy)):
        refused(request, lambda request=request: amend(request, policy, kind=Kind.ERASURE), "our own pages")


def test_what_is_closed_stays_as_it_was(policy: PolicyVersion) -> None:
    request = close(entered(policy), policy)
    refused(request, lambda: amend(request, policy, kind=Kind.ERASURE), "moved on")


@pytest.mark.parametrize("decided", [{"ground": "objected"}, {"agreed_by": TODAY}])
def test_the_kind_stays_once_something_was_decided(policy: PolicyVersion, decided: dict[str, object]) -> None:
    request = identified(policy, ada(policy), Kind.OBJECTION)
    Request.objects.filter(pk=request.pk).update(**decided)
    request = fresh(request)
    refused(request, lambda: amend(request, policy, kind=Kind.ACCESS), "decided")
    assert amend(request, policy, received_on=EARLIER).received_on == EARLIER


def test_nothing_was_received_before_there_was_a_right_to_ask(policy: PolicyVersion) -> None:
    with pytest.raises(RequestError, match="25 May 2018"):
        entered(policy, received_on=dt.date(1926, 11, 24))
    assert not Request.objects.exists()


# The officer's form.


def test_the_officer_corrects_both_on_the_page_of_the_request(log_in: LogIn, policy: PolicyVersion) -> None:
    request, client = entered(policy), log_in("privacy officer")
    shown = client.get(url(request, "change")).content.decode()
    assert "Correct the day or the kind" in shown
    answer = client.post(url(request, "amend"), {"kind": "erasure", "received_on": "2026-11-03"}, follow=True)
    shown = answer.content.decode()
    assert "Answer by 3 December 2026" in shown
    assert "Day or kind corrected; before: access to their details, received on 24 November 2026" in shown
    assert fresh(request).kind == "erasure"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "", "received_on": "2026-11-03"},
        {"kind": "lunch", "received_on": "2026-11-03"},
        {"kind": "access", "received_on": "2026-11-25"},
        {"kind": "access", "received_on": "1926-11-24"},
        {"kind": "access", "received_on": "2026-11-24"},
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(log_in: LogIn, policy: PolicyVersion, wrong: dict[str, str]) -> None:
    request, client = entered(policy), log_in("privacy officer")
    before = contents()
    assert client.post(url(request, "amend"), wrong).status_code == 200
    assert contents() == before
    assert steps(request) == ["received"]


def test_no_button_for_what_came_by_our_own_pages(log_in: LogIn, policy: PolicyVersion) -> None:
    request = asked_by(ada(policy), policy)
    shown = log_in("privacy officer").get(url(request, "change")).content.decode()
    assert "Correct the day or the kind" not in shown
