"""Deleting a person on request: what goes, what the law has us keep, what stands in the way, what they are told."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import models

from contacts import erasure
from contacts.models import AuditEvent, Contact, Message, PolicyVersion, RecipientNotice, SignUp, Suppression
from contacts.vocabulary import Channel
from dsr import counting, erasing, identity, proposal
from dsr.erasing import Order
from dsr.models import Certificate, Paper, Request
from dsr.moving import MovedError, RequestError
from dsr.vocabulary import ErasureGround, Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.deleting import BY, counted, dump, erased, full, hash_of, wish
from tests.factories import NOON, ContactFactory, SignUpFactory, customer, held_for, hold, is_held, place, run
from tests.objecting import objects, suppressed
from tests.requesting import asked_by, entered, fresh, posted, steps, whole
from tests.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

DAY = dt.date(2031, 12, 31)
TODAY = NOON.date()

# Where a deletion adds rows: the trail, the notices, the letter, the timeline and the certificate.
_GROWING = {"contacts_auditevent", "contacts_recipientnotice", "dsr_entry", "dsr_certificate"}


# What goes


@pytest.mark.promise("L11")
def test_everything_goes_and_the_certificate_counts_it_table_by_table(policy: PolicyVersion) -> None:
    request = wish(full(policy), policy)
    before = counted()
    certificate = erased(request, policy)
    after = counted()
    gone = {table: before[table] - after[table] for table in before if table not in _GROWING}
    gone["contacts_message"] += 1  # the letter that tells the person
    counts = {table: rows for table, rows in certificate.deleted.items() if table not in _GROWING}
    assert counts == {table: rows for table, rows in gone.items() if rows}


def test_the_cast_has_a_row_in_every_table_that_hangs_on_a_person(policy: PolicyVersion) -> None:
    deleted = erased(wish(full(policy), policy), policy).deleted
    assert len(erasure.traces()) > 10
    assert {model._meta.db_table for model in _hanging(Contact)} <= set(deleted)


def _hanging(model: type[models.Model]) -> set[type[models.Model]]:
    """Every table that loses rows with a row of this one, found in the database's own foreign keys."""
    children = {child for child, _column in counting.cascading(model)}
    return children.union(*(_hanging(child) for child in children)) if children else children


def test_the_proposal_counts_what_the_certificate_says_later(policy: PolicyVersion) -> None:
    request = wish(full(policy), policy)
    assert proposal.of(request, TODAY).rows == erased(request, policy).deleted


@pytest.mark.promise("L11")
def test_no_row_of_the_database_says_anything_of_the_person_afterwards(policy: PolicyVersion) -> None:
    mark = "Zyxmark"
    contact = full(policy, mark)
    request = wish(contact, policy)
    # Things that are not the person's, and go by the same word in this cast.
    ours = ("organisation", "agreement", "event", "meeting", "paper", "print", "topic", "Print Ltd", "decision", "rule")
    erased(request, policy)
    letter = Message.objects.get(address=contact.email)
    Message.objects.filter(pk=letter.pk).delete()
    left = [line for line in dump().splitlines() if mark.lower() in line.lower()]
    assert [line for line in left if not any(f"{mark} {thing}" in line for thing in ours)] == []
    assert contact.email not in dump()


def test_a_request_keeps_only_its_codes_and_dates_and_a_keyed_hash(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    erased(request, policy, ErasureGround.UNLAWFUL)
    left = fresh(request)
    assert (left.state, left.outcome, left.ground) == (State.CLOSED, Outcome.FULFILLED, ErasureGround.UNLAWFUL)
    assert left.address_hash == hash_of(contact)
    assert not left.papers.exists()
    assert not left.subjects.exists()


def test_several_records_of_one_person_go_together(policy: PolicyVersion) -> None:
    people = [ContactFactory.create() for _ in range(3)]
    request = entered(policy, Kind.ERASURE)
    identity.identify(request.pk, people, "They signed the letter.", at=NOON, by=BY)
    certificate = erased(request, policy)
    assert certificate.deleted["contacts_contact"] == 3
    assert not Contact.objects.exists()


def test_others_stay_as_they_are(policy: PolicyVersion) -> None:
    other = ContactFactory.create()
    hold(other, "prospect", TODAY, policy=policy)
    mine = posted(policy, other.email or "")
    waiting = SignUpFactory.create(policy_version=policy)
    erased(wish(ContactFactory.create(), policy), policy)
    assert is_held(other)
    assert other.bases.count() == 1
    assert fresh(mine).papers.count() == 1
    assert SignUp.objects.get() == waiting


def test_what_waits_under_the_address_goes_too_since_they_have_shown_that_it_is_theirs(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    SignUpFactory.create(policy_version=policy, email=contact.email)
    unproven = posted(policy, contact.email or "")
    erased(request, policy)
    assert not SignUp.objects.exists()
    assert not Request.objects.filter(pk=unproven.pk).exists()
    assert Message.objects.count() == 1  # the letter


def test_an_address_that_was_established_for_the_answers_counts_as_theirs(policy: PolicyVersion) -> None:
    request = wish(ContactFactory.create(), policy)
    identity.answer_to(request.pk, "new@home.example", "They called from the number on file.", at=NOON, by=BY)
    SignUpFactory.create(policy_version=policy, email="new@home.example")
    erased(request, policy)
    assert not SignUp.objects.exists()
    assert Message.objects.get().address == "new@home.example"


@pytest.mark.promise("P12")
def test_an_objection_outlives_the_person(policy: PolicyVersion) -> None:
    contact = customer(policy)
    objects(contact, policy)
    erased(wish(contact, policy), policy)
    assert suppressed(contact.email or "") == dict.fromkeys(Channel.values, TODAY)


def test_without_an_objection_none_is_made_up(policy: PolicyVersion) -> None:
    erased(wish(ContactFactory.create(), policy), policy)
    assert not Suppression.objects.exists()


@pytest.mark.promise("L4")
def test_recipients_are_told_in_the_same_transaction(policy: PolicyVersion) -> None:
    contact, recipient = ContactFactory.create(), RecipientFactory.create()
    gave(recipient, contact)
    erased(wish(contact, policy), policy)
    notice = RecipientNotice.objects.get()
    assert (notice.recipient, notice.reference, notice.kind) == (recipient, contact.public_id, "erased")


def test_the_trail_names_the_ground_and_nobody(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    erased(wish(contact, policy), policy, ErasureGround.CHILD)
    event = AuditEvent.objects.get(code="contact.deleted")
    assert (event.public_id, event.rule, event.by) == (contact.public_id, "erasure:child", BY)


# What the law has us keep


@pytest.fixture
def dutiful(policy: PolicyVersion) -> Contact:
    contact = customer(policy, phone="+46 70 555 01 23", job_title="CFO", company="Fjordkraft AB")
    held = place(contact, "duty", "bookkeeping", until=DAY)
    Hold.objects.filter(pk=held.pk).update(legal_reference="Bookkeeping Act 7:2")
    return contact


@pytest.mark.promise("P5")
def test_a_duty_leaves_what_it_names_and_the_rest_goes(policy: PolicyVersion, dutiful: Contact) -> None:
    request = wish(dutiful, policy)
    certificate = erased(request, policy)
    left = Contact.objects.get(pk=dutiful.pk)
    assert (left.email, left.phone, left.job_title, left.minimised_on) == (None, "", "", TODAY)
    assert (left.first_name, left.company) == (dutiful.first_name, "Fjordkraft AB")
    assert (fresh(request).outcome, fresh(request).refusal) == (Outcome.PARTLY_REFUSED, RefusalGround.LEGAL_DUTY)
    (kept,) = certificate.kept
    assert kept == {
        "reason": "bookkeeping",
        "legal_reference": "Bookkeeping Act 7:2",
        "categories": ["company", "name"],
        "until": "2031-12-31",
    }


@pytest.mark.promise("L11")
def test_the_counts_are_true_for_a_reduced_person_too(policy: PolicyVersion) -> None:
    request = wish(full(policy, duty=True), policy)
    before = counted()
    deleted = erased(request, policy).deleted
    after = counted()
    gone = {table: before[table] - after[table] for table in before if table not in _GROWING}
    gone["contacts_message"] += 1
    assert {t: n for t, n in deleted.items() if t not in _GROWING} == {t: n for t, n in gone.items() if n}
    assert "contacts_contact" not in deleted


@pytest.mark.promise("L3")
def test_the_reason_and_the_ways_out_are_told(policy: PolicyVersion, dutiful: Contact) -> None:
    erased(wish(dutiful, policy), policy)
    told = _letter()
    assert (
        "On 24 November 2026 we deleted everything that we held about you, except this: name and company, which the law"
        " makes us keep (Bookkeeping Act 7:2) until 31 December 2031." in told
    )
    assert "go to court" in told
    assert "IMY" in told


@pytest.mark.promise("P5")
def test_the_reduced_go_the_day_after_their_duty_ends(policy: PolicyVersion, dutiful: Contact) -> None:
    erased(wish(dutiful, policy), policy)
    run(DAY, policy)
    assert is_held(dutiful)
    run(DAY + dt.timedelta(days=1), policy)
    assert not is_held(dutiful)


def test_the_freeze_of_the_request_ends_with_it_and_a_restriction_too(policy: PolicyVersion, dutiful: Contact) -> None:
    place(dutiful, "freeze", "restriction")
    erased(wish(dutiful, policy), policy)
    tomorrow = TODAY + dt.timedelta(days=1)
    assert set(Hold.objects.standing(tomorrow).values_list("kind", flat=True)) == {"duty"}


def test_one_record_may_be_kept_in_part_while_another_goes(policy: PolicyVersion, dutiful: Contact) -> None:
    other = ContactFactory.create()
    request = entered(policy, Kind.ERASURE)
    identity.identify(request.pk, [other, dutiful], "They signed the letter.", at=NOON, by=BY)
    erased(request, policy)
    assert not is_held(other)
    assert Contact.objects.get().minimised_on == TODAY
    assert {"erased", "reduced"} <= set(steps(request))


# What stands in the way


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
    _refused(request, policy, "What has to stay has changed", mark=seen)


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
    assert "You have left your organisation" in _letter()


@pytest.mark.promise("P4")
def test_a_duty_outlasts_the_leaving(policy: PolicyVersion, dutiful: Contact) -> None:
    erased(wish(dutiful, policy, Kind.LEAVER), policy, ErasureGround.LEFT)
    assert Contact.objects.get().minimised_on == TODAY


@pytest.mark.promise("P22")
def test_an_objection_that_nothing_outweighs_ends_in_a_deletion(policy: PolicyVersion) -> None:
    contact = held_for("webinar", policy)
    request = wish(contact, policy, Kind.OBJECTION)
    Request.objects.filter(pk=request.pk).update(ground=ErasureGround.OBJECTED)  # weighed
    erased(request, policy, ErasureGround.OBJECTED)
    assert not is_held(contact)


# What the person is told


def test_the_letter_outlasts_the_person_and_hangs_on_nobody(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    erased(wish(contact, policy), policy)
    message = Message.objects.get()
    assert (message.contact, message.address) == (None, contact.email)
    assert message.forget_at == NOON + dt.timedelta(days=14)


@pytest.mark.parametrize("ground", list(ErasureGround))
def test_the_letter_says_when_why_and_until_when_a_backup_has_it(policy: PolicyVersion, ground: ErasureGround) -> None:
    request = wish(ContactFactory.create(), policy)
    erased(request, policy, ground)
    told = _letter()
    assert "On 24 November 2026 we deleted everything that we held about you." in told
    assert "gone on 24 December 2026" in told
    assert request.number in told
    assert ("Art" in told) == (ground != ErasureGround.LEFT)


def test_the_letter_is_in_the_persons_language(policy: PolicyVersion, dutiful: Contact) -> None:
    Contact.objects.filter(pk=dutiful.pk).update(language="sv")
    objects(dutiful, policy)
    erased(wish(dutiful, policy), policy)
    told = _letter()
    assert "Den 24 november 2026 raderade vi allt vi hade om dig, utom detta: namn och företag" in told
    assert "till och med den 31 december 2031" in told
    for english in ("deleted", "until", "coded", "backup", "article"):
        assert english not in told.lower()


def test_a_coded_form_that_is_kept_is_told(policy: PolicyVersion) -> None:
    contact = customer(policy)
    objects(contact, policy)
    erased(wish(contact, policy), policy)
    assert "You had asked us not to write to you" in _letter()


def _letter() -> str:
    written = Message.objects.get(template="written").written
    assert written
    return "\n".join([written["subject"], *(part.get("text", "") for part in written["parts"])])


def test_a_letter_that_goes_by_post_is_not_mailed(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    request = wish(contact, policy)
    planned = proposal.of(request, TODAY)
    draft = erasing.letter(request, planned, ErasureGround.NOT_NEEDED, policy=policy, at=NOON)
    order = Order(ErasureGround.NOT_NEEDED, replace(draft, posted_on=TODAY))
    erasing.erase(request.pk, order, policy=policy, at=NOON, by=BY)
    assert not Message.objects.exists()
    assert not is_held(contact)


def test_no_paper_is_left_of_other_requests_of_the_person(policy: PolicyVersion) -> None:
    contact = full(policy)
    closed = Request.objects.filter(state=State.CLOSED).get()
    erased(wish(contact, policy), policy)
    assert fresh(closed).outcome == Outcome.REFUSED
    assert not Paper.objects.exists()
