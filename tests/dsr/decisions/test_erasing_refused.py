"""Deletions that may not be, not yet or not in whole; and the requests beside an erasure that end in one."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from dsr.models import Certificate, Request
from dsr.records.transitions import MovedError, RequestError
from dsr.traces import proposal
from dsr.words.vocabulary import ErasureGround, Kind
from tests.support.deleting import DAY, counted, erased, letter, under_a_duty, wish
from tests.support.factories import NOON, ContactFactory, customer, held_for, is_held, place
from tests.support.requesting import asked_by, entered, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

TODAY = NOON.date()


@pytest.mark.parametrize(("until", "lasts"), [(DAY, "until 31 December 2031"), (None, "with no end set")])
def test_a_legal_claim_stands_in_the_way(policy: PolicyVersion, until: dt.date | None, lasts: str) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    place(contact, "freeze", "legal_claim", until=until)
    _refused(request, policy, f"A legal claim stands in the way, {lasts}")


def test_a_claim_that_is_over_does_not(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "legal_claim", until=TODAY - dt.timedelta(days=1))
    erased(wish(contact, policy), policy)
    assert not is_held(contact)


def test_another_open_request_has_to_be_answered_first_and_is_named(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    other = asked_by(contact, policy, Kind.ACCESS)
    _refused(wish(contact, policy), policy, f"Other requests of this person are open: {other.number}.")


def test_nobody_is_deleted_before_it_is_known_who_asks(policy: PolicyVersion) -> None:
    _refused(entered(policy, Kind.ERASURE), policy, "moved on", MovedError)


def test_a_request_for_something_else_deletes_nobody(policy: PolicyVersion) -> None:
    _refused(asked_by(ContactFactory.create(), policy, Kind.ACCESS), policy, "does not ask for a deletion")


def test_what_the_officer_did_not_see_is_not_done(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    seen = proposal.of(request, TODAY).mark
    place(contact, "duty", "tax")
    _refused(request, policy, "What stays, or who is told, has changed", mark=seen)


def test_a_closed_request_deletes_nobody_again(policy: PolicyVersion) -> None:
    request = wish(ContactFactory.create(), policy)
    erased(request, policy)
    _refused(request, policy, "moved on", MovedError)
    assert Certificate.objects.count() == 1


def _refused(
    request: Request, policy: PolicyVersion, why: str, error: type[RequestError] = RequestError, mark: str = ""
) -> None:
    before = (whole(request), counted())
    with pytest.raises(error, match=why.replace("(", r"\(")):
        erased(request, policy, mark=mark)
    assert (whole(request), counted()) == before


# Leavers, and the others whose request ends in a deletion


@pytest.mark.promise("P4")
def test_whoever_has_left_a_customer_is_deleted_before_the_24_months(policy: PolicyVersion) -> None:
    contact = customer(policy)
    certificate = erased(wish(contact, policy, Kind.LEAVER), policy, ErasureGround.LEFT)
    assert not is_held(contact)
    assert certificate.ground == ErasureGround.LEFT
    assert "You have left your organisation" in letter()


@pytest.mark.promise("P4")
def test_a_duty_outlasts_the_leaving(policy: PolicyVersion) -> None:
    erased(wish(under_a_duty(policy), policy, Kind.LEAVER), policy, ErasureGround.LEFT)
    assert Contact.objects.get().minimised_on == TODAY


@pytest.mark.promise("P22")
def test_an_objection_that_nothing_outweighs_ends_in_a_deletion(policy: PolicyVersion) -> None:
    contact = held_for("webinar", policy)
    request = wish(contact, policy, Kind.OBJECTION)
    Request.objects.filter(pk=request.pk).update(ground=ErasureGround.OBJECTED)  # weighed
    erased(request, policy, ErasureGround.OBJECTED)
    assert not is_held(contact)
