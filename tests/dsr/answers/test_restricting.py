"""Details are only stored, and are used again once the person was told on an earlier day (Art. 18 GDPR)."""

import datetime as dt
from dataclasses import replace

import pytest

from contacts.models import Contact, Message, PolicyVersion
from contacts.permission import permission
from contacts.words.vocabulary import Channel
from dsr.answers import restricting
from dsr.letters import restrictions
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, RestrictionGround, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, ada, asks, draft, letters
from tests.support.factories import NOON, is_held, run
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, moment, steps, whole
from tests.support.sharing import RecipientFactory, gave, owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L6"), pytest.mark.promise("P19")]

IN_A_WEEK = TODAY + dt.timedelta(days=7)


def restrict(request: Request, policy: PolicyVersion) -> Request:
    letter = draft(restrictions.restricted, request, policy, "sv", reasons=BECAUSE)
    ground = RestrictionGround.CLAIMS
    restricting.restrict(request.pk, ground, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def announce(request: Request, policy: PolicyVersion, on: dt.date = TOMORROW, reasons: str = BECAUSE) -> None:
    letter = draft(restrictions.to_be_lifted, request, policy, "sv", on=on, reasons=reasons)
    restricting.announce(request.pk, on, reasons, letter, policy=policy, at=NOON, by=OFFICER)


def lift(request: Request, policy: PolicyVersion, day: dt.date = TOMORROW) -> None:
    restricting.lift(request.pk, policy=policy, at=moment(day), by=OFFICER)


def lift_due(policy: PolicyVersion, day: dt.date) -> int:
    return restricting.lift_due(policy=policy, at=moment(day), by="test")


def sent() -> None:
    """The mail server took every letter at noon."""
    Message.objects.filter(sent_at__isnull=True).update(sent_at=NOON, written=None, address="")


def restricted(policy: PolicyVersion, **about: str) -> Request:
    return restrict(asks(policy, Kind.RESTRICTION, **about), policy)


def person() -> Contact:
    return Contact.objects.get(email="ada@fjordkraft.example")


def is_restricted(day: dt.date) -> bool:
    through = person().restricted_through
    return through is not None and through >= day


def test_a_restriction_stands_and_answers_the_request(policy: PolicyVersion) -> None:
    request = restricted(policy)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert is_restricted(dt.date(2099, 1, 1))
    assert request.entries.get(step="restricted").rule == "art18-1:c"
    (text,) = letters(request)
    assert BECAUSE in text
    assert "Vi skriver till dig innan det ändras." in text


def test_nobody_writes_to_the_restricted_and_no_night_deletes_them(policy: PolicyVersion) -> None:
    restricted(policy)
    long_after = dt.date(2035, 1, 1)
    (row,) = permission.judged(Channel.EMAIL, day=TOMORROW, people=Contact.objects.all()).values("refusal")
    assert row["refusal"] == "restricted"
    run(long_after, policy, approve=True)
    assert is_held(person())


@pytest.mark.promise("L4")
def test_recipients_hear_of_its_beginning_and_its_end(policy: PolicyVersion) -> None:
    request, recipient = asks(policy, Kind.RESTRICTION), RecipientFactory.create()
    gave(recipient, person())
    restrict(request, policy)
    announce(request, policy)
    sent()
    assert [kind for kind, *_ in owed(recipient)] == ["restricted"]
    lift(request, policy)
    assert [kind for kind, *_ in owed(recipient)] == ["restricted", "restriction_lifted"]


def test_another_request_stays_open_beside_its_restriction(policy: PolicyVersion) -> None:
    request = restrict(asks(policy, Kind.RECTIFICATION), policy)
    assert request.state == State.OPEN
    assert is_restricted(TOMORROW)


def test_who_is_not_found_is_not_restricted(policy: PolicyVersion) -> None:
    request = entered(policy, Kind.RESTRICTION)
    before = whole(request)
    with pytest.raises(MovedError):
        restrict(request, policy)
    assert whole(request) == before


def test_a_closed_request_restricts_nothing(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RESTRICTION)
    close(request, policy)
    before = whole(request)
    with pytest.raises(MovedError):
        restrict(request, policy)
    assert whole(request) == before


def test_it_ends_on_the_day_after_the_person_was_told(policy: PolicyVersion) -> None:
    request = restricted(policy)
    announce(request, policy)
    sent()
    lift(request, policy)
    assert not is_restricted(TOMORROW)
    assert "lifted" in steps(request)
    assert "Från och med den 25 november 2026 använder vi dem igen" in letters(request)[-1]


def test_it_does_not_end_before_the_person_was_told(policy: PolicyVersion) -> None:
    request = restricted(policy)
    before = whole(request)
    with pytest.raises(RequestError, match="Tell the person first"):
        lift(request, policy)
    assert whole(request) == before


def test_it_does_not_end_while_the_letter_waits_for_the_mail_server(policy: PolicyVersion) -> None:
    request = restricted(policy)
    announce(request, policy)
    before = whole(request)
    with pytest.raises(RequestError, match="has not gone out"):
        lift(request, policy)
    assert lift_due(policy, IN_A_WEEK) == 0
    assert whole(request) == before


@pytest.mark.parametrize(("on", "day"), [(TOMORROW, TODAY), (IN_A_WEEK, TOMORROW)])
def test_it_does_not_end_before_the_day_that_the_person_was_told(
    policy: PolicyVersion, on: dt.date, day: dt.date
) -> None:
    request = restricted(policy)
    announce(request, policy, on)
    sent()
    before = whole(request)
    with pytest.raises(RequestError, match="later day"):
        lift(request, policy, day)
    assert whole(request) == before


def test_a_letter_that_left_late_counts_from_the_day_on_which_it_left(policy: PolicyVersion) -> None:
    request = restricted(policy)
    announce(request, policy)
    Message.objects.update(sent_at=moment(IN_A_WEEK), written=None, address="")
    with pytest.raises(RequestError, match="later day"):
        lift(request, policy, IN_A_WEEK)
    lift(request, policy, IN_A_WEEK + dt.timedelta(days=1))
    assert not is_restricted(IN_A_WEEK + dt.timedelta(days=1))


@pytest.mark.parametrize("on", [TODAY, TODAY - dt.timedelta(days=1)])
def test_nobody_is_told_of_a_day_that_is_not_to_come(policy: PolicyVersion, on: dt.date) -> None:
    request = restricted(policy)
    before = whole(request)
    with pytest.raises(RequestError, match="earliest day is tomorrow"):
        announce(request, policy, on)
    with pytest.raises(RequestError, match="Say why"):
        announce(request, policy, TOMORROW, " ")
    assert whole(request) == before


def test_what_is_not_restricted_is_not_lifted(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RESTRICTION)
    before = whole(request)
    with pytest.raises(RequestError, match="Nothing is restricted"):
        announce(request, policy)
    assert whole(request) == before


def test_it_ends_by_itself_on_the_day_that_was_told_and_once(policy: PolicyVersion) -> None:
    request = restricted(policy)
    announce(request, policy, IN_A_WEEK)
    sent()
    assert lift_due(policy, IN_A_WEEK - dt.timedelta(days=1)) == 0
    assert is_restricted(IN_A_WEEK)
    assert (lift_due(policy, IN_A_WEEK), lift_due(policy, IN_A_WEEK)) == (1, 0)
    assert not is_restricted(IN_A_WEEK)


def test_what_another_request_needs_is_not_lifted(policy: PolicyVersion) -> None:
    request = restricted(policy)
    asked_by(person(), policy, Kind.OBJECTION)
    with pytest.raises(RequestError, match="needs the restriction, too"):
        announce(request, policy)
    assert is_restricted(TOMORROW)


def test_a_letter_by_post_tells_on_the_day_it_is_posted(policy: PolicyVersion) -> None:
    request = restricted(policy)
    letter = draft(restrictions.to_be_lifted, request, policy, on=TOMORROW, reasons=BECAUSE)
    posted = replace(letter, posted_on=TODAY)
    restricting.announce(request.pk, TOMORROW, BECAUSE, posted, policy=policy, at=NOON, by=OFFICER)
    lift(request, policy)
    assert not is_restricted(TOMORROW)


def test_an_objection_restricts_from_the_day_it_comes_in(policy: PolicyVersion) -> None:
    recipient = RecipientFactory.create()
    someone = ada(policy)
    gave(recipient, someone)
    asked_by(someone, policy, Kind.OBJECTION)
    assert is_restricted(TODAY)
    assert [kind for kind, *_ in owed(recipient)] == ["restricted"]
    assert set(Hold.objects.values_list("reason", flat=True)) == {"request", "restriction"}
