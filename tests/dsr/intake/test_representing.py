"""Somebody acts for the person of a request: who may, what is kept, who is told, and what waits for it."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import package
from dsr.answers import answering, correspondence
from dsr.answers.answering import Draft
from dsr.answers.correspondence import Enclosed
from dsr.decisions import correcting, erasing, handing_over
from dsr.decisions.erasing import Order
from dsr.evidence import sealing
from dsr.intake import identity, representing
from dsr.letters import free, handovers, paper, representatives
from dsr.models import Attachment, Evidence, Handover, Representative, Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Authority, ErasureGround, Kind, Outcome, RepresentativeEnd, RepresentativeKind
from tests.support.deciding import TODAY, TOMORROW, ada, asks, draft
from tests.support.factories import NOON, ContactFactory
from tests.support.packaged import data_of
from tests.support.representing import ADDRESS, LAWYER, acts_for, told
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, moment, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L17")]

SCAN = Enclosed("power.pdf", b"%PDF-1.7 power")
WEEK = dt.timedelta(days=7)
LETTER = Draft("About your request", "We have done it.", "You asked us.", "en")


def hand_over(request: Request, policy: PolicyVersion, on: dt.date = TODAY, *, by_post: bool = True) -> None:
    posted_on = on if by_post else None
    letter = draft(handovers.enclosed, request, policy)
    letter = Draft(letter.subject, letter.text, letter.why, "en", posted_on=posted_on)
    handing_over.hand_over(request.pk, letter, policy=policy, at=moment(on), by=OFFICER)


def refused(request: Request, policy: PolicyVersion, on: dt.date, because: str) -> None:
    before = whole(request)
    with pytest.raises(RequestError, match=because):
        hand_over(request, policy, on)
    assert whole(request) == before


def test_who_acts_is_on_record_with_proof_scope_and_end_and_the_person_stays_as_they_are(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = Contact.objects.values().get()
    acts_for(request, policy, ends_on=TOMORROW, file=SCAN)
    kept = Representative.objects.get()
    assert (kept.name, kept.email, kept.kind, kept.proof) == (LAWYER, ADDRESS, "lawyer", "power")
    assert (kept.issued_by, kept.issued_on, kept.seen_by, kept.seen_on) == ("Ada Berg", TODAY, OFFICER, TODAY)
    assert (kept.scope, kept.ends_on) == (["access"], TOMORROW)
    assert bytes(Attachment.objects.get().content) == SCAN.content
    assert Contact.objects.values().get() == before
    assert steps(request)[-1] == "represented"


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"proof": Authority.COURT, "file": SCAN}, "Only a power of attorney is kept"),
        ({"file": Enclosed("power.exe", b"MZ")}, "Choose a file"),
        ({"email": "", "post": " "}, "Say where the answers go"),
        ({"email": "nowhere"}, "no e-mail address"),
        ({"scope": [Kind.ERASURE]}, "does not cover"),
        ({"ends_on": TODAY - dt.timedelta(days=1)}, "Their proof ended"),
        ({"seen_on": TOMORROW}, "it was seen by today"),
        ({"issued_on": TOMORROW}, "issued before it was seen"),
    ],
)
def test_what_does_not_reach_is_refused(policy: PolicyVersion, said: dict[str, Any], because: str) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match=because):
        acts_for(request, policy, **said)
    assert whole(request) == before


def test_nobody_acts_for_who_is_not_known_and_one_alone_for_who_is(policy: PolicyVersion) -> None:
    unknown, request = entered(policy), asks(policy, Kind.ACCESS)
    with pytest.raises(RequestError, match="Find the person first"):
        acts_for(unknown, policy)
    acts_for(request, policy)
    with pytest.raises(RequestError, match="already"):
        acts_for(request, policy)


def test_answers_go_to_them_while_it_stands_and_to_the_person_again_once_it_has_ended(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    correspondence.write(request.pk, draft(free.free, request, policy, template="working"), at=NOON, by=OFFICER)
    assert answering.reach(request) == answering.Reach(None, ADDRESS)
    assert "This letter is for Ada Berg." in request.papers.last().text  # type: ignore[union-attr]
    representing.end(request.pk, RepresentativeEnd.OBJECTED, at=NOON, by=OFFICER)
    assert answering.reach(request).address == "ada@fjordkraft.example"
    assert request.entries.last().rule == "objected"  # type: ignore[union-attr]
    with pytest.raises(RequestError, match="Nobody acts"):
        representing.end(request.pk, RepresentativeEnd.ENDED, at=NOON, by=OFFICER)


def test_letters_on_paper_are_addressed_to_them_and_the_notice_to_the_person(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acting = acts_for(request, policy, email="", post="Lagvägen 1\n111 22 Stockholm")
    assert "Lagvägen 1" in paper.html(request, LETTER, policy=policy, at=NOON)
    with pytest.raises(RequestError, match="by post"):
        answering.reach(request)
    notice = draft(representatives.acting, request, policy, acting=acting)
    assert "Lagvägen 1" not in paper.html(request, notice, policy=policy, at=NOON)


def test_the_person_reads_at_the_address_on_file_who_acts_in_what_and_how_long_they_can_object(
    policy: PolicyVersion,
) -> None:
    request = asks(policy, Kind.ACCESS)
    identity.answer_to(request.pk, "else@where.example", "They said so.", at=NOON, by=OFFICER)
    acts_for(request, policy)
    told(request, policy, sent=False)
    notice = request.papers.get(kind="notice")
    for part in (
        LAWYER,
        "lawyer",
        "access to your details",
        "power of attorney",
        "Ada Berg",
        "7 days",
        request.number,
    ):
        assert part in notice.text
    swedish = draft(representatives.acting, request, policy, "sv", acting=Representative.objects.get())
    assert "ombud" in swedish.text
    mail = request.subjects.get().contact.messages.get()
    assert str(mail.public_id) == notice.data["message"]
    with pytest.raises(RequestError, match="for the person"):
        representing.tell(request.pk, LETTER, at=NOON, by=OFFICER)


def test_nothing_is_handed_over_before_the_letter_has_left_and_the_days_are_over(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    refused(request, policy, TODAY + 2 * WEEK, "has not been told")
    told(request, policy, sent=False)
    refused(request, policy, TODAY + 2 * WEEK, "has not left yet")
    told(request, policy)
    refused(request, policy, TODAY + WEEK, "can object until")
    with pytest.raises(RequestError, match="can object until"):
        handing_over.take_out(request.pk, language="en", policy=policy, at=NOON, by=OFFICER)
    hand_over(request, policy, TODAY + WEEK + dt.timedelta(days=1))
    assert fresh(request).outcome == "fulfilled"


def test_a_letter_of_which_the_mail_came_back_has_told_nobody(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    told(request, policy)
    Contact.objects.filter(requests__request=request).update(bounced_on=TODAY)
    refused(request, policy, TODAY + 2 * WEEK, "has not been told")
    representing.could_not_tell(request.pk, "Mail comes back.", at=NOON, by=OFFICER)
    hand_over(request, policy, TODAY + 2 * WEEK)


def test_a_yes_of_the_person_or_a_reason_why_they_cannot_be_told_ends_the_waiting(policy: PolicyVersion) -> None:
    agrees, child = asks(policy, Kind.ACCESS), asks(policy, Kind.ACCESS, email="c@fjordkraft.example")
    acts_for(agrees, policy)
    with pytest.raises(RequestError, match="between the day"):
        representing.agreed(agrees.pk, TOMORROW, policy=policy, at=NOON, by=OFFICER)
    representing.agreed(agrees.pk, TODAY, policy=policy, at=NOON, by=OFFICER)
    acts_for(child, policy, kind=RepresentativeKind.PARENT, proof=Authority.BIRTH)
    with pytest.raises(RequestError, match="Say why"):
        representing.could_not_tell(child.pk, " ", at=NOON, by=OFFICER)
    representing.could_not_tell(child.pk, "A child of four.", at=NOON, by=OFFICER)
    for request in (agrees, child):
        hand_over(request, policy)
        assert fresh(request).state == "closed"


def test_who_was_written_to_is_not_said_to_be_out_of_reach(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    told(request, policy)
    with pytest.raises(RequestError, match="written to already"):
        representing.could_not_tell(request.pk, "No address.", at=NOON, by=OFFICER)


def test_a_correction_a_deletion_and_any_other_answer_wait_as_well(policy: PolicyVersion) -> None:
    wrong = asks(policy, Kind.RECTIFICATION)
    gone = asks(policy, Kind.ERASURE, email="b@fjordkraft.example")
    cross = asks(policy, Kind.COMPLAINT, email="c@fjordkraft.example")
    for request in (wrong, gone, cross):
        acts_for(request, policy)
    values = {wrong.subjects.get().contact_id: {"first_name": "Adela"}}
    with pytest.raises(RequestError, match="not been told"):
        correcting.correct(wrong.pk, values, LETTER, policy=policy, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="not been told"):
        erasing.erase(gone.pk, Order(ErasureGround.NOT_NEEDED), policy=policy, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="not been told"):
        close(cross, policy, Outcome.ANSWERED)
    assert Contact.objects.filter(first_name="Ada").count() == 3
    assert close(cross, policy, Outcome.WITHDRAWN).state == "closed"


def test_the_proof_is_looked_at_again_on_the_day_of_the_answer(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy, ends_on=TODAY)
    representing.agreed(request.pk, TODAY, policy=policy, at=NOON, by=OFFICER)
    refused(request, policy, TOMORROW, "Their proof ended")
    Request.objects.filter(pk=request.pk).update(kind=Kind.PORTABILITY)
    refused(request, policy, TODAY, "does not cover")


def test_a_proof_that_has_ended_ends_it_by_itself(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy, ends_on=TODAY)
    assert representing.end_lapsed(day=TODAY, at=NOON, by="test") == 0
    assert representing.end_lapsed(day=TOMORROW, at=NOON, by="test") == 1
    assert Representative.objects.get().end == "lapsed"
    assert request.entries.last().rule == "lapsed"  # type: ignore[union-attr]


def test_a_package_goes_to_them_by_post_alone(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    representing.agreed(request.pk, TODAY, policy=policy, at=NOON, by=OFFICER)
    with pytest.raises(RequestError, match="by post"):
        hand_over(request, policy, by_post=False)
    assert not Handover.objects.exists()


def test_it_is_sealed_with_the_answer_and_in_the_persons_package(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    representing.agreed(request.pk, TODAY, policy=policy, at=NOON, by=OFFICER)
    hand_over(request, policy)
    sealed = sealing.read(Evidence.objects.get(kind="answer"))
    assert [each["name"] for each in sealed["representatives"]] == [LAWYER]
    person = request.subjects.get().contact
    made = package.write([person.pk], policy=policy, language="en", at=NOON)
    assert LAWYER in str(data_of(made))


def test_it_goes_with_the_person_and_with_who_is_taken_off(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    acts_for(request, policy, file=SCAN)
    request.subjects.get().contact.delete()
    assert not Representative.objects.exists()
    assert not Attachment.objects.exists()
    wrong = ContactFactory.create()
    other = asked_by(wrong, policy, Kind.ACCESS)
    acts_for(other, policy)
    identity.mistaken(other.pk, [wrong], policy=policy, at=NOON, by=OFFICER)
    assert not Representative.objects.exists()


def test_what_only_stops_something_waits_for_nobody(policy: PolicyVersion) -> None:
    request = entered(policy, Kind.MARKETING_OBJECTION)
    identity.identify(request.pk, [ada(policy)], "They called.", at=NOON, by=OFFICER)
    acts_for(request, policy)
    assert close(request, policy).state == "closed"
