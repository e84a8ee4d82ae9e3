"""Who was on a request by mistake is as free as if they had never been, and recipients hear of it (Art. 19 GDPR)."""

import datetime as dt

import pytest

from contacts.models import Contact, Message, PolicyVersion, RecipientNotice
from dsr.answers import restricting
from dsr.decisions import objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.intake import identity
from dsr.letters import restrictions
from dsr.models import Request
from dsr.words.vocabulary import Kind, RestrictionGround
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, ada, draft
from tests.support.factories import NOON, ContactFactory
from tests.support.requesting import KNOWN, OFFICER, asked_by, entered, fresh, moment
from tests.support.sharing import RecipientFactory, gave, owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L6"), pytest.mark.promise("P20")]

LATER = TODAY + dt.timedelta(days=10)


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return ada(policy)


def attached(person: Contact, policy: PolicyVersion, kind: Kind = Kind.OBJECTION, day: dt.date = TODAY) -> Request:
    request = entered(policy, kind, at=moment(day))
    return identity.identify(request.pk, [person], KNOWN, at=moment(day), by=OFFICER)


def take_off(request: Request, person: Contact, policy: PolicyVersion, day: dt.date = TODAY) -> None:
    identity.mistaken(request.pk, [person], policy=policy, at=moment(day), by=OFFICER)


def restrict(request: Request, policy: PolicyVersion) -> Request:
    letter = draft(restrictions.restricted, request, policy, reasons=BECAUSE)
    ground = RestrictionGround.ACCURACY
    restricting.restrict(request.pk, ground, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def reject(request: Request, policy: PolicyVersion) -> None:
    letter = draft(restrictions.not_upheld, request, policy, on=TOMORROW, reasons=BECAUSE)
    balance = Balance("ours", "theirs", BECAUSE)
    objection_balancing.reject(request.pk, balance, TOMORROW, letter, policy=policy, at=NOON, by=OFFICER)


def is_restricted(person: Contact, day: dt.date) -> bool:
    through = Contact.objects.get(pk=person.pk).restricted_through
    return through is not None and through >= day


@pytest.mark.promise("L4")
def test_recipients_hear_that_the_restriction_was_none(policy: PolicyVersion, person: Contact) -> None:
    recipient = RecipientFactory.create()
    gave(recipient, person)
    request = attached(person, policy)
    RecipientNotice.objects.update(sent_at=NOON)
    take_off(request, person, policy)
    assert not is_restricted(person, TOMORROW)
    assert [kind for kind, *_ in owed(recipient)] == ["restricted", "restriction_lifted"]


def test_an_objection_that_is_settled_long_since_restricts_nobody_anew(policy: PolicyVersion, person: Contact) -> None:
    earlier = asked_by(person, policy, Kind.OBJECTION)
    reject(earlier, policy)
    Message.objects.update(sent_at=NOON, written=None, address="", forget_at=None)
    restricting.lift(earlier.pk, policy=policy, at=moment(TOMORROW), by=OFFICER)
    request = attached(person, policy, day=LATER)
    assert is_restricted(person, LATER)
    take_off(request, person, policy, LATER)
    assert not is_restricted(person, LATER + dt.timedelta(days=1))


def test_what_the_officer_restricted_for_any_other_request_ends_as_well(policy: PolicyVersion, person: Contact) -> None:
    request = restrict(asked_by(person, policy, Kind.RECTIFICATION), policy)
    take_off(request, person, policy)
    assert not is_restricted(person, TOMORROW)


@pytest.mark.parametrize("other", ["objection", "announced objection", "restriction"])
def test_what_another_request_of_theirs_needs_goes_on(policy: PolicyVersion, person: Contact, other: str) -> None:
    recipient = RecipientFactory.create()
    gave(recipient, person)
    if other == "restriction":
        restrict(asked_by(person, policy, Kind.RESTRICTION), policy)
    else:
        objection = asked_by(person, policy, Kind.OBJECTION)
        if other == "announced objection":  # whose letter has not left
            reject(objection, policy)
    request = attached(person, policy, day=LATER)
    take_off(request, person, policy, LATER)
    assert is_restricted(person, LATER + dt.timedelta(days=1))
    assert "restriction_lifted" not in [kind for kind, *_ in owed(recipient)]


def test_a_request_that_restricted_nobody_ends_no_restriction(policy: PolicyVersion, person: Contact) -> None:
    restrict(asked_by(person, policy, Kind.RESTRICTION), policy)
    request = attached(person, policy, Kind.ACCESS)
    other = ContactFactory.create()
    identity.identify(request.pk, [other], KNOWN, at=NOON, by=OFFICER)
    take_off(request, person, policy)
    assert is_restricted(person, TOMORROW)
