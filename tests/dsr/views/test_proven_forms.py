"""A proven form takes effect for the proven address, whatever else was typed into it (P12, P4, P19)."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from contacts.permission import permission
from dsr.answers import refusing
from dsr.intake import identity
from dsr.letters import refusals
from dsr.models import Request
from dsr.words.vocabulary import Kind, RefusalGround
from tests.support.deciding import TODAY, TOMORROW, ada, draft
from tests.support.factories import NOON, everything_about, is_held, run
from tests.support.objecting import suppressed
from tests.support.requesting import KNOWN, OFFICER, STRANGE, asked_by, close, entered, fresh, posted, press, steps

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

ADA = "ada@fjordkraft.example"
ALL = {"email", "phone", "post"}
MARKETING = {"country": "GB", "address": "Street 1", "city": "London", "postal_code": "N1"}


def marketing_to(person: Contact) -> bool:
    person.refresh_from_db()
    return not all(permission.of_one(person, day=TOMORROW + dt.timedelta(days=1)).values())


def about(request: Request) -> list[int]:
    return list(request.subjects.values_list("contact", flat=True))


def refuse(request: Request, policy: PolicyVersion, ground: RefusalGround = RefusalGround.EXCESSIVE) -> Request:
    letter = draft(refusals.refused, request, policy, ground=ground, reasons="The tenth time.")
    refusing.refuse(request.pk, ground, "The tenth time.", letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


# A name besides the address.


@pytest.mark.parametrize("old", ["", ADA])
def test_who_gives_a_name_and_the_address_on_file_is_found_by_the_address(policy: PolicyVersion, old: str) -> None:
    person = ada(policy)
    request = press(posted(policy, ADA, Kind.ERASURE, name="Ada Berg", old_address=old), policy)
    assert (request.state, about(request)) == ("open", [person.pk])
    person.refresh_from_db()
    assert person.frozen_through


@pytest.mark.parametrize("old", ["", ADA])
def test_an_objection_with_a_name_is_done_at_once(policy: PolicyVersion, old: str) -> None:
    person = ada(policy, "customer")
    request = press(posted(policy, ADA, Kind.MARKETING_OBJECTION, name="Ada Berg", old_address=old), policy)
    assert (request.state, request.outcome) == ("closed", "fulfilled")
    assert set(suppressed(ADA)) == ALL
    assert not marketing_to(person)


@pytest.mark.parametrize("said", [{"name": "Ada Berg"}, {"name": "Ada Berg", "old_address": "ada@before.example"}])
def test_an_objection_holds_for_the_proven_address_and_the_officer_looks_for_the_other(
    policy: PolicyVersion, said: dict[str, str]
) -> None:
    other = ada(policy, "customer", email="ada@before.example")
    before = everything_about(other)
    request = press(posted(policy, STRANGE, Kind.MARKETING_OBJECTION, **said), policy)
    assert (request.state, about(request)) == ("new", [])
    assert set(suppressed(STRANGE)) == ALL
    assert not suppressed("ada@before.example")
    assert everything_about(other) == before
    assert steps(request) == ["received", "proven", "objected"]


def test_an_objection_with_an_old_address_ends_a_prospect_under_the_proven_one(policy: PolicyVersion) -> None:
    person = ada(policy)
    said = {"name": "Ada Berg", "old_address": "ada@before.example"}
    request = press(posted(policy, ADA, Kind.MARKETING_OBJECTION, **said), policy)
    assert not is_held(person)
    assert request.papers.get().data["old_address"] == "ada@before.example"


# Who asks to be deleted gets no more marketing, whatever comes of it.


@pytest.mark.parametrize("way", ["form", "my data"])
def test_who_asks_to_be_deleted_gets_no_marketing_even_if_it_is_refused(policy: PolicyVersion, way: str) -> None:
    person = ada(policy, "customer", **MARKETING)
    assert marketing_to(person)
    form = way == "form"
    request = press(posted(policy, ADA, Kind.ERASURE), policy) if form else asked_by(person, policy, Kind.ERASURE)
    assert set(suppressed(ADA)) == ALL
    assert refuse(request, policy).outcome == "refused"
    assert not marketing_to(person)


def test_a_stranger_who_asks_to_be_deleted_is_remembered_by_the_address(policy: PolicyVersion) -> None:
    press(posted(policy, STRANGE, Kind.ERASURE), policy)
    assert set(suppressed(STRANGE)) == ALL


def test_it_holds_for_whom_the_officer_found_once_it_is_refused(policy: PolicyVersion) -> None:
    person = ada(policy, "customer", **MARKETING)
    request = press(posted(policy, STRANGE, Kind.ERASURE, name="Ada Berg", old_address=ADA), policy)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    assert not suppressed(ADA)  # it could not be undone, were it not about them
    refuse(request, policy)
    assert set(suppressed(ADA)) == ALL


def test_it_holds_for_who_asked_by_letter(policy: PolicyVersion) -> None:
    person = ada(policy, "customer", **MARKETING)
    request = entered(policy, Kind.ERASURE)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    refuse(fresh(request), policy)
    assert not marketing_to(person)


def test_nobody_is_muted_by_whom_nobody_can_identify(policy: PolicyVersion) -> None:
    person = ada(policy, "customer", **MARKETING)
    request = entered(policy, Kind.ERASURE)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    refuse(fresh(request), policy, RefusalGround.NOT_IDENTIFIED)
    assert not suppressed(ADA)


def test_a_prospect_who_asks_to_be_deleted_stays_while_the_officer_decides(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = asked_by(person, policy, Kind.ERASURE)
    run(TOMORROW, policy)
    assert is_held(person)
    close(request, policy)
    assert is_held(person)


# Who has left.


@pytest.mark.promise("P4")
def test_who_has_left_as_the_officer_entered_gets_no_marketing_even_if_deletion_is_refused(
    policy: PolicyVersion,
) -> None:
    person = ada(policy, "customer", **MARKETING)
    request = entered(policy, Kind.LEAVER)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    person.refresh_from_db()
    assert person.left_on == TODAY
    refuse(request, policy)
    assert not marketing_to(person)
