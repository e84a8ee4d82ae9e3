"""Deleting a person on request: what goes, counted table by table, and what stays with others."""

import pytest
from django.db import models

from contacts.models import AuditEvent, Contact, Message, PolicyVersion, RecipientNotice, SignUp, Suppression
from contacts.people import erasure
from contacts.words.vocabulary import Channel
from dsr.intake import identity, proving
from dsr.models import Paper, Request
from dsr.traces import counting, proposal
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, State
from tests.support.deleting import BY, counted, doubled, dump, erased, full, hash_of, wish
from tests.support.factories import NOON, ContactFactory, SignUpFactory, customer, hold, is_held
from tests.support.objecting import objects, suppressed
from tests.support.requesting import entered, fresh, posted
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21")]

TODAY = NOON.date()

# Where a deletion adds rows: the trail, the notices, the letter, the timeline and the certificate.
GROWING = {
    *("contacts_auditevent", "contacts_journalline", "contacts_recipientnotice", "contacts_strike"),
    *("dsr_entry", "dsr_certificate", "dsr_evidence"),
}


@pytest.mark.promise("L11")
def test_everything_goes_and_the_certificate_counts_it_table_by_table(policy: PolicyVersion) -> None:
    request = wish(full(policy), policy)
    before = counted()
    certificate = erased(request, policy)
    after = counted()
    gone = {table: before[table] - after[table] for table in before if table not in GROWING}
    gone["contacts_message"] += 1  # the letter that tells the person
    counts = {table: rows for table, rows in certificate.deleted.items() if table not in GROWING}
    assert counts == {table: rows for table, rows in gone.items() if rows}


def test_the_cast_has_a_row_in_every_table_that_hangs_on_a_person(policy: PolicyVersion) -> None:
    deleted = erased(wish(doubled(full(policy)), policy), policy).deleted
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
    ours = (
        *("organisation", "agreement", "event", "meeting", "paper", "print", "topic", "Print Ltd", "decision", "rule"),
        *("campaign", "news", "breach", "number", "system"),
    )
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


def test_a_visit_to_my_data_ends_with_the_person(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    link = proving.begin(contact.email or "", "en", request=None, at=NOON)
    proving.prove(proving.token_of(link), then=lambda _proof: None, at=NOON)
    assert proving.visit(str(link.public_id), at=NOON)
    erased(wish(contact, policy), policy)
    assert proving.visit(str(link.public_id), at=NOON) is None


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
    request = entered(policy, Kind.LEAVER)
    identity.identify(request.pk, [ContactFactory.create()], "They signed the letter.", at=NOON, by=BY)
    erased(request, policy)
    assert not Suppression.objects.exists()


@pytest.mark.promise("L4")
def test_recipients_are_told_in_the_same_transaction(policy: PolicyVersion) -> None:
    contact, recipient = ContactFactory.create(), RecipientFactory.create()
    gave(recipient, contact)
    erased(wish(contact, policy), policy)
    notice = RecipientNotice.objects.get(kind="erased")
    assert (notice.recipient, notice.reference, notice.kind) == (recipient, contact.public_id, "erased")


def test_the_trail_names_the_ground_and_nobody(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    erased(wish(contact, policy), policy, ErasureGround.CHILD)
    event = AuditEvent.objects.get(code="contact.deleted")
    assert (event.public_id, event.rule, event.by) == (contact.public_id, "erasure:child", BY)


def test_no_paper_is_left_of_other_requests_of_the_person(policy: PolicyVersion) -> None:
    contact = full(policy)
    closed = Request.objects.filter(state=State.CLOSED).get()
    erased(wish(contact, policy), policy)
    assert fresh(closed).outcome == Outcome.REFUSED
    assert not Paper.objects.exists()
