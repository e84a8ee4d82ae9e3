"""How a request comes in: what is typed changes nothing for anyone until the address is proven."""

import datetime as dt

import pytest

from contacts.models import Contact, Message, PolicyVersion
from dsr.intake import intake, proving
from dsr.intake.intake import Asked
from dsr.intake.proving import EndedProofError
from dsr.models import Paper, Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Source
from retention.models import Hold
from tests.support.factories import DUE, NOON, ContactFactory, everything_about, held_for, is_held, run
from tests.support.objecting import suppressed
from tests.support.requesting import STRANGE, asked_by, close, entered, fresh, posted, press, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

ONE_DAY = dt.timedelta(days=1)
WITHOUT_THE_CLAIM = {"name": "Aino Lindqvist", "old_address": "aino@before.example"}
STOPS_MARKETING = {Kind.MARKETING_OBJECTION, Kind.ERASURE}  # to the proven address, whoever has it
FOREVER = dt.date(9999, 12, 31)


def holds_of(contact: Contact) -> list[tuple[str, dt.date | None]]:
    return list(Hold.objects.filter(contact=contact).order_by("pk").values_list("reason", "until"))


def about(request: Request) -> list[int]:
    return list(request.subjects.order_by("pk").values_list("contact", flat=True))


def pass_on(policy: PolicyVersion, contact: Contact | None, on: dt.date = DUE, kind: Kind = Kind.ERASURE) -> Request:
    return intake.pass_on(
        Asked(kind, "She called."), contact, source=Source.PHONE, received_on=on, policy=policy, at=NOON, by="user:7"
    )


# Typed into the form.


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_typed_changes_nothing_for_whoever_has_the_address(policy: PolicyVersion, kind: Kind) -> None:
    person = ContactFactory.create()
    before = everything_about(person)
    request = posted(policy, person.email, kind, **WITHOUT_THE_CLAIM)
    assert request.state == "unproven"
    assert everything_about(person) == before
    assert not suppressed(person.email)


def test_the_mail_is_the_same_whether_or_not_somebody_has_the_address(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    posted(policy, person.email)
    posted(policy, STRANGE)
    known, unknown = Message.objects.order_by("pk").values("template", "purpose", "contact", "written", "not_before")
    assert known == unknown
    assert list(Message.objects.order_by("pk").values_list("address", flat=True)) == [person.email, STRANGE]


def test_the_clock_starts_when_the_form_is_posted_and_waits_for_the_proof(policy: PolicyVersion) -> None:
    request = posted(policy)
    assert (request.received_on, request.paused_since) == (DUE, DUE)
    request = press(request, policy, at=NOON + dt.timedelta(hours=23))
    assert (request.received_on, request.paused_since, request.paused_days) == (DUE, None, 1)
    assert request.safe_on == dt.date(2026, 12, 25)


def test_proven_by_somebody_on_file_it_is_open_and_about_them(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = press(posted(policy, person.email), policy)
    assert (request.state, about(request)) == ("open", [person.pk])
    assert request.address_hash == person.address_hash
    assert steps(request) == ["received", "proven"]
    assert set(request.papers.values_list("kind", "contact")) == {("statement", person.pk)}


def test_proven_by_somebody_who_is_not_it_is_for_the_officer_and_about_nobody(policy: PolicyVersion) -> None:
    request = press(posted(policy), policy)
    assert (request.state, about(request)) == ("new", [])
    assert not Hold.objects.exists()
    assert set(request.papers.values_list("contact", flat=True)) == {None}


@pytest.mark.parametrize("kind", list(Kind))
def test_who_says_to_be_somebody_at_another_address_changes_nothing_until_identified(
    policy: PolicyVersion, kind: Kind
) -> None:
    person = ContactFactory.create(email="aino@before.example")
    holder = ContactFactory.create(email=STRANGE)
    before = everything_about(person), everything_about(holder)
    request = posted(policy, STRANGE, kind, **WITHOUT_THE_CLAIM)
    assert (everything_about(person), everything_about(holder)) == before
    request = press(request, policy)
    request.proofs.all().delete()  # it is the visit of whoever holds the address
    assert (request.state, about(request)) == ("new", [])
    assert everything_about(person) == before[0]
    assert not suppressed(person.email)
    if kind not in STOPS_MARKETING:
        assert everything_about(holder) == before[1]
        assert not suppressed(STRANGE)


def test_a_link_works_once(policy: PolicyVersion) -> None:
    request = posted(policy)
    token = proving.token_of(request.proofs.get())
    press(request, policy)
    before = whole(request)
    with pytest.raises(EndedProofError):
        intake.confirm(token, policy=policy, at=NOON, by="visitor")
    assert whole(request) == before


def test_a_link_is_dead_after_a_day(policy: PolicyVersion) -> None:
    request = posted(policy)
    before = whole(request)
    with pytest.raises(EndedProofError):
        press(request, policy, at=NOON + ONE_DAY)
    assert whole(request) == before


def test_who_did_not_write_it_has_it_forgotten(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = posted(policy, person.email, Kind.ERASURE)
    proof = intake.confirm(proving.token_of(request.proofs.get()), wanted=False, policy=policy, at=NOON, by="visitor")
    assert not Request.objects.exists()
    assert not Paper.objects.exists()
    assert proof.visit_until
    assert not holds_of(person)


@pytest.mark.promise("P12")
@pytest.mark.parametrize("on_file", [True, False])
def test_a_proven_objection_to_marketing_is_done_at_once(policy: PolicyVersion, on_file: bool) -> None:
    address = held_for("customer", policy).email if on_file else STRANGE
    request = press(posted(policy, address, Kind.MARKETING_OBJECTION), policy)
    assert (request.state, request.outcome, request.closed_on) == ("closed", "fulfilled", DUE)
    assert set(suppressed(address)) == {"email", "phone", "post"}
    assert not Hold.objects.exists()


# Asked for on "My data".


def test_what_is_asked_on_my_data_is_open_at_once(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = asked_by(person, policy)
    assert (request.state, request.source, about(request)) == ("open", "my_data", [person.pk])
    assert steps(request) == ["received", "proven"]
    assert holds_of(person) == [("request", None)]


def test_nothing_is_taken_in_for_somebody_who_is_gone(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    Contact.objects.filter(pk=person.pk).delete()
    with pytest.raises(RequestError, match="not on file any more"):
        asked_by(person, policy)
    assert not Request.objects.exists()


# Entered and passed on.


def test_what_the_officer_enters_counts_from_the_day_of_receipt_and_is_about_nobody_yet(policy: PolicyVersion) -> None:
    request = entered(policy, received_on=DUE - 10 * ONE_DAY)
    assert (request.state, request.source, about(request)) == ("new", "post", [])
    assert request.safe_on == dt.date(2026, 12, 14)
    assert steps(request) == ["received"]


def test_what_staff_pass_on_freezes_the_person_at_once_and_says_who_did(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = pass_on(policy, person)
    assert (request.state, request.passed_on_by, about(request)) == ("new", "user:7", [person.pk])
    assert holds_of(person) == [("request", None)]
    assert steps(request) == ["passed_on"]


def test_what_staff_pass_on_may_be_about_somebody_they_do_not_find(policy: PolicyVersion) -> None:
    assert about(pass_on(policy, None)) == []
    assert not Hold.objects.exists()


def test_nothing_is_received_on_a_day_to_come(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    with pytest.raises(RequestError, match="day to come"):
        entered(policy, received_on=DUE + ONE_DAY)
    with pytest.raises(RequestError, match="day to come"):
        pass_on(policy, person, on=DUE + ONE_DAY)
    assert not Request.objects.exists()
    assert not holds_of(person)


# What a request does to its people.


def test_the_night_does_not_empty_a_request_under_the_officers_hands(policy: PolicyVersion) -> None:
    person = held_for("prospect", policy)
    request = asked_by(person, policy)
    run(DUE + ONE_DAY, policy)
    assert is_held(person)
    close(request, policy, at=NOON + ONE_DAY)
    run(DUE + 2 * ONE_DAY, policy)
    assert not is_held(person)


@pytest.mark.parametrize("kind", [Kind.ERASURE, Kind.OBJECTION, Kind.ACCESS])
def test_a_proven_request_stops_marketing_while_it_is_answered(policy: PolicyVersion, kind: Kind) -> None:
    person = ContactFactory.create()
    press(posted(policy, person.email, kind), policy)
    person.refresh_from_db()
    assert person.frozen_through == FOREVER


@pytest.mark.promise("L6")
def test_an_objection_restricts_while_it_is_weighed_and_other_requests_do_not(policy: PolicyVersion) -> None:
    objector, asker = ContactFactory.create_batch(2)
    asked_by(objector, policy, Kind.OBJECTION)
    asked_by(asker, policy, Kind.ACCESS)
    assert holds_of(objector) == [("request", None), ("restriction", None)]
    assert holds_of(asker) == [("request", None)]


def test_a_request_keeps_no_word_of_a_person_who_is_gone(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    request = asked_by(person, policy)
    Contact.objects.filter(pk=person.pk).delete()
    assert not request.papers.exists()
    assert about(request) == []
    assert fresh(request).address_hash == person.address_hash
