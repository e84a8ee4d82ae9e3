"""A package is made ready for the person, who fetches it; or goes by post."""

import datetime as dt
import io
import zipfile
from dataclasses import replace

import pytest

from contacts.models import AuditEvent, Message, PolicyVersion
from dsr import tasks
from dsr.answers import refusing
from dsr.decisions import handing_over
from dsr.freeze import freezes
from dsr.intake import identity
from dsr.letters import handovers, refusals
from dsr.models import Handover, Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, ada, asks, draft, letters, owed_mails
from tests.support.factories import NOON, ContactFactory, hold, is_held, run, stockholm
from tests.support.mailing import send
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, moment, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20"), pytest.mark.promise("P19")]

LAST_DAY = dt.date(2026, 12, 8)
WRITERS = {Kind.ACCESS: handovers.access_ready, Kind.PORTABILITY: handovers.portability_ready}


def hand_over(request: Request, policy: PolicyVersion, posted_on: dt.date | None = None) -> Request:
    letter = draft(WRITERS[Kind(request.kind)], request, policy, "sv", until=LAST_DAY)
    handing_over.hand_over(request.pk, replace(letter, posted_on=posted_on), policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


@pytest.mark.parametrize(("kind", "portable"), [(Kind.ACCESS, False), (Kind.PORTABILITY, True)])
def test_a_package_is_ready_for_two_weeks_and_the_request_is_done(
    policy: PolicyVersion, kind: Kind, portable: bool
) -> None:
    request = hand_over(asks(policy, kind), policy)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    ready = request.handovers.get()
    assert (ready.portable, ready.expires_at) == (portable, stockholm(2026, 12, 9, 0, 0))
    assert steps(request)[-3:] == ["handed_over", "letter", "closed"]
    assert Hold.objects.get().until == LAST_DAY


def test_the_night_deletes_nobody_while_their_package_can_be_fetched(policy: PolicyVersion) -> None:
    request = hand_over(_overdue(policy), policy)
    send()
    person = request.subjects.get().contact
    for day in (TOMORROW, LAST_DAY):
        freezes.release_answered(policy=policy, at=moment(day), by="test")
        run(day, policy, approve=True)
        assert [ready.request for ready in Handover.objects.ready(person, moment(day))] == [request]
    run(LAST_DAY + dt.timedelta(days=1), policy, approve=True)
    assert not is_held(person)


def test_a_package_that_is_handed_over_again_is_there_as_long_once_more(policy: PolicyVersion) -> None:
    request = hand_over(_overdue(policy), policy)
    person, later = request.subjects.get().contact, LAST_DAY - dt.timedelta(days=1)
    letter = draft(handovers.access_ready, request, policy, until=LAST_DAY)
    handing_over.again(request.pk, letter, policy=policy, at=moment(later), by=OFFICER)
    send(moment(later))
    last = later + dt.timedelta(days=14)
    run(last, policy, approve=True)
    assert is_held(person)
    run(last + dt.timedelta(days=1), policy, approve=True)
    assert not is_held(person)


def test_once_the_letter_about_a_package_by_post_is_written_nothing_keeps_them(policy: PolicyVersion) -> None:
    request = hand_over(_overdue(policy), policy, posted_on=TODAY)
    person = request.subjects.get().contact
    run(TOMORROW, policy, approve=True)
    assert not is_held(person)


@pytest.mark.promise("L3")
def test_an_answer_that_waits_for_the_mail_server_keeps_its_reader_until_it_has_left(policy: PolicyVersion) -> None:
    request = _overdue(policy, Kind.RECTIFICATION)
    person = request.subjects.get().contact
    told = {"ground": RefusalGround.CORRECT, "reasons": BECAUSE}
    letter = draft(refusals.refused, request, policy, "en", **told)
    refusing.refuse(request.pk, RefusalGround.CORRECT, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    freezes.release_answered(policy=policy, at=NOON, by="test")
    run(TOMORROW, policy, approve=True)
    assert is_held(person)
    send(moment(TOMORROW))
    freezes.release_answered(policy=policy, at=moment(TOMORROW), by="test")
    run(TOMORROW + dt.timedelta(days=1), policy, approve=True)
    assert not is_held(person)


def test_an_answer_that_no_server_takes_keeps_nobody_for_longer_than_its_words(policy: PolicyVersion) -> None:
    request = _overdue(policy, Kind.RECTIFICATION)
    told = {"ground": RefusalGround.CORRECT, "reasons": BECAUSE}
    letter = draft(refusals.refused, request, policy, "en", **told)
    refusing.refuse(request.pk, RefusalGround.CORRECT, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    assert Hold.objects.get().until == LAST_DAY


@pytest.mark.usefixtures("at_noon")
def test_the_job_releases_who_was_answered(policy: PolicyVersion) -> None:
    tasks.release_answered()
    request = _overdue(policy, Kind.RECTIFICATION)
    told = {"ground": RefusalGround.CORRECT, "reasons": BECAUSE}
    letter = draft(refusals.refused, request, policy, "en", **told)
    refusing.refuse(request.pk, RefusalGround.CORRECT, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    other = asks(policy, Kind.ACCESS, email="other@fjordkraft.example")
    send()
    tasks.release_answered()
    assert set(Hold.objects.values_list("contact", "until")) == {
        (request.subjects.get().contact_id, TODAY),
        (other.subjects.get().contact_id, None),
    }


def _overdue(policy: PolicyVersion, kind: Kind = Kind.ACCESS) -> Request:
    """Asked a fortnight ago by somebody whose own time has run out meanwhile."""
    person = ContactFactory.create(first_name="Ada", last_name="Berg", email="ada@fjordkraft.example")
    hold(person, "prospect", dt.date(2025, 5, 20), policy=policy)
    return asked_by(person, policy, kind, at=moment(dt.date(2026, 11, 10)))


def test_the_letter_says_where_and_until_when_and_carries_no_secret(policy: PolicyVersion) -> None:
    request = hand_over(asks(policy, Kind.ACCESS), policy)
    (text,) = letters(request)
    assert "till och med den 8 december 2026" in text
    assert "bekräfta din e-postadress en gång till" in text
    letter = draft(handovers.access_ready, request, policy, until=LAST_DAY)
    ((label, url),) = letter.buttons
    assert (label, url.partition(":")[0]) == ("Download my details", "http")
    assert "/my-data/ready/" in url
    assert "/my-data/ready/" in str(Message.objects.get(contact=request.subjects.get().contact).written)
    assert str(request.handovers.get().public_id) not in text


def test_handed_over_again_the_earlier_one_is_dead(policy: PolicyVersion) -> None:
    request = hand_over(asks(policy, Kind.ACCESS), policy)
    person, earlier = request.subjects.get().contact, request.handovers.get()
    later = moment(LAST_DAY)
    letter = draft(handovers.access_ready, request, policy, until=LAST_DAY)
    handing_over.again(request.pk, letter, policy=policy, at=later, by=OFFICER)
    (ready,) = Handover.objects.ready(person, later)
    assert ready.public_id != earlier.public_id
    assert ready.expires_at == stockholm(2026, 12, 23, 0, 0)
    assert fresh(request).state == State.CLOSED
    assert owed_mails() == 2


def test_a_package_by_post_is_not_there_to_be_fetched(policy: PolicyVersion) -> None:
    request = hand_over(asks(policy, Kind.ACCESS), policy, posted_on=TODAY)
    assert not request.handovers.exists()
    assert owed_mails() == 0
    assert request.papers.get(kind="letter").data["posted_on"] == "2026-11-24"
    assert request.entries.get(step="handed_over").rule == "post"


def test_the_officer_takes_it_out_and_that_is_written_down(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    made = handing_over.take_out(request.pk, language="sv", policy=policy, at=NOON, by=OFFICER)
    assert "access.pdf" in " ".join(zipfile.ZipFile(io.BytesIO(made)).namelist())
    entry = request.entries.get(step="fetched")
    assert (entry.by, entry.rule) == (OFFICER, "officer")
    assert AuditEvent.objects.filter(code="request.fetched", by=OFFICER).count() == 1


def test_who_is_answered_at_another_address_fetches_nothing(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    identity.answer_to(request.pk, "new@elsewhere.example", "we called them", at=NOON, by=OFFICER)
    before = whole(request)
    with pytest.raises(RequestError, match="not on file"):
        hand_over(request, policy)
    assert whole(request) == before


def test_what_asks_for_no_package_gets_none(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = draft(handovers.access_ready, request, policy, until=LAST_DAY)
    before = whole(request)
    for act in (handing_over.hand_over, handing_over.again):
        with pytest.raises(RequestError, match="does not ask for a package"):
            act(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="does not ask for a package"):
        handing_over.take_out(request.pk, language="sv", policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_nothing_is_handed_over_before_it_is_known_to_whom(policy: PolicyVersion) -> None:
    request = entered(policy)
    before = whole(request)
    with pytest.raises(RequestError, match="whom the request is about"):
        hand_over(request, policy)
    assert whole(request) == before


def test_what_is_closed_is_handed_over_no_more_and_what_was_refused_never_again(policy: PolicyVersion) -> None:
    request = close(asks(policy, Kind.ACCESS), policy, Outcome.WITHDRAWN)
    letter = draft(handovers.access_ready, request, policy, until=LAST_DAY)
    before = whole(request)
    with pytest.raises(MovedError):
        hand_over(request, policy)
    with pytest.raises(RequestError, match="Nothing was handed over"):
        handing_over.again(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="gets no package"):
        handing_over.take_out(request.pk, language="sv", policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_the_package_of_a_person_with_two_records_is_handed_over_once(policy: PolicyVersion) -> None:
    one, two = ada(policy), ada(policy, email="ada.old@fjordkraft.example")
    request = entered(policy)
    identity.identify(request.pk, [one, two], "called back", at=NOON, by=OFFICER)
    request = hand_over(request, policy)
    assert request.handovers.get().contact == one


def test_who_fetches_is_the_record_that_has_an_address(policy: PolicyVersion) -> None:
    gone = ContactFactory.create(email=None, minimised_on=TODAY)
    person = ada(policy)
    request = entered(policy)
    identity.identify(request.pk, [gone, person], "called back", at=NOON, by=OFFICER)
    request = hand_over(request, policy)
    assert request.handovers.get().contact == person
