"""Whether an address is trusted is one state with its reason: each door says which, and no button says more (L15)."""

import datetime as dt
from itertools import product
from typing import Any

import pytest
from django.test import Client

from contacts.events import check_in
from contacts.models import AuditEvent, Contact, Message, PolicyVersion, SignUp
from contacts.outbox import links, outbox
from contacts.people import address_trust, bounces, change_email, erasure
from contacts.people.activities import ContactGoneError
from contacts.people.address_trust import TrustError
from contacts.permission import permission
from contacts.signups import entering, proof
from contacts.signups.entering import Reason
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.vocabulary import EVIDENCE, REASONS_OF, Channel, MailTemplate, TrustReason
from privacy_crm.merging import merge
from tests.support import visitors
from tests.support.factories import (
    DOUBTED,
    NOON,
    ONE_DAY,
    PROVEN,
    SPRING,
    UNPROVEN,
    ContactFactory,
    WhitepaperFactory,
    customer,
    everything_about,
)
from tests.support.import_files import bring, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]

TODAY = NOON.date()
NAMES = {"first_name": "Aino", "last_name": "Lindqvist"}


def trust(contact: Contact) -> tuple[str, str]:
    contact.refresh_from_db()
    return contact.address_trust, contact.address_trust_reason


def says(reason: str, day: dt.date = SPRING) -> dict[str, Any]:
    return address_trust.says(TrustReason(reason), day)


def signed_up(policy: PolicyVersion, **typed: Any) -> SignUp:
    return visitors.asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, **typed)


def pressed(policy: PolicyVersion, **typed: Any) -> Contact:
    made = signed_up(policy, **typed)
    return proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor").contact


def on_file(policy: PolicyVersion, reason: str, **fields: Any) -> Contact:
    return visitors.on_file(policy, **NAMES | says(reason) | fields)


def test_each_reason_stands_for_one_state() -> None:
    assert sorted(reason for reasons in REASONS_OF.values() for reason in reasons) == sorted(TrustReason)


def test_what_staff_type_is_unproven(policy: PolicyVersion) -> None:
    reason = Reason("prospect", "fair", "person", TODAY)
    contact = entering.enter(Typed("aino@fjordkraft.example"), reason, policy=policy, at=NOON, by="user:1")
    assert trust(contact) == ("unproven", "staff")
    assert contact.address_trust_since == TODAY


def test_what_a_list_brings_is_unproven_and_what_it_brings_again_stays_as_it_is(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()])
    contact = Contact.objects.get()
    assert trust(contact) == ("unproven", "list")
    assert contact.address_trust_since == TODAY
    Contact.objects.update(**PROVEN)
    bring(policy, contacts=[person(city="Umeå")])
    assert trust(contact) == ("proven", "form_button")


def test_whom_staff_let_in_at_the_door_is_unproven_until_they_press_a_button(policy: PolicyVersion) -> None:
    event = visitors.event(starts_at=NOON)
    made = visitors.asked(Wish.of_event(event), policy)
    check_in.admit(event, made, policy=policy, at=NOON, by="user:1")
    contact = Contact.objects.get()
    assert trust(contact) == ("unproven", "door")
    assert trust(pressed(policy)) == ("proven", "form_button")


def test_staff_who_vouch_end_no_doubt(policy: PolicyVersion) -> None:
    contact = on_file(policy, "changed")
    proof.confirm(signed_up(policy).public_id, consent=False, own=False, policy=policy, at=NOON, by="user:1")
    assert trust(contact) == ("doubted", "changed")


def test_the_button_of_their_own_form_proves_a_newcomer(policy: PolicyVersion) -> None:
    contact = pressed(policy)
    assert trust(contact) == ("proven", "form_button")
    assert contact.address_trust_since == TODAY


@pytest.mark.parametrize("reason", ["list", "staff", "door", "not_known"])
def test_the_button_proves_what_came_in_where_they_have_the_name_on_file(policy: PolicyVersion, reason: str) -> None:
    contact = on_file(policy, reason)
    pressed(policy, first_name=" aino ")
    assert trust(contact) == ("proven", "form_button")
    assert AuditEvent.objects.get(code="address.trust").rule == "proven:form_button"


@pytest.mark.parametrize(
    "typed", [{"first_name": "Bo"}, {"last_name": "Ek"}, {"first_name": "", "last_name": ""}], ids=str
)
def test_whoever_has_another_name_or_none_proves_nothing_about_the_record(
    policy: PolicyVersion, typed: dict[str, str]
) -> None:
    """A list with shifted rows puts a stranger's address on somebody's record."""
    contact = on_file(policy, "list")
    pressed(policy, **typed)
    assert trust(contact) == ("unproven", "list")


@pytest.mark.parametrize("reason", ["list", "answered", "merged"])
def test_who_has_another_name_changes_nothing_by_a_yes_and_never_opens_the_record(
    policy: PolicyVersion, client: Client, reason: str
) -> None:
    """Found: a yes to "Your name becomes Bo" renamed the record, and the next form under that name opened it."""
    contact = on_file(policy, reason, phone="070 1")
    for _time in range(2):
        made = signed_up(policy, first_name="Bo", phone="070 666")
        page = f"/confirm/{links.confirm(made)}/"
        assert "becomes" not in client.get(page).content.decode()
        for _press in range(2):
            visitors.send(client, page, {"right-name": "yes", "right-phone": "yes"})
        assert trust(contact) == ("unproven", reason)
        assert (contact.first_name, contact.phone) == ("Aino", "070 1")
    assert set(contact.proposed.values_list("detail", flat=True)) == {"name", "phone", "company"}


@pytest.mark.promise("L14")
@pytest.mark.parametrize(("name", "channels"), [("Bo", {"email"}), ("Aino", {"email", "phone", "post"})])
def test_who_may_be_somebody_else_consents_for_the_mailbox_alone(
    policy: PolicyVersion, name: str, channels: set[str]
) -> None:
    """The phone number and the street on the record may be another's than the reader's."""
    contact = on_file(policy, "list", phone="070 1", address="Storgatan 1", city="Umeå")
    made = signed_up(policy, first_name=name, consents=dict.fromkeys(Channel.values, "Yes."))
    proof.confirm(made.public_id, consent=True, policy=policy, at=NOON, by="visitor")
    assert set(contact.permissions.filter(state="consented").values_list("channel", flat=True)) == channels


def test_who_has_the_name_on_file_is_asked_about_the_rest(policy: PolicyVersion, client: Client) -> None:
    contact = on_file(policy, "list", phone="070 1")
    page = f"/confirm/{links.confirm(signed_up(policy, phone='070 2'))}/"
    assert "Your phone number becomes 070 2" in client.get(page).content.decode()
    visitors.send(client, page, {"right-phone": "yes"})
    assert trust(contact) == ("proven", "form_button")
    assert contact.phone == "070 2"


@pytest.mark.parametrize("reason", ["changed", "denied", "bounced", "complained"])
def test_a_button_ends_a_doubt_and_never_proves_however_often_it_is_pressed(policy: PolicyVersion, reason: str) -> None:
    """Whoever talked staff into another address knows the name as well."""
    contact = on_file(policy, reason)
    for _time in range(2):
        pressed(policy)
        assert trust(contact) == ("unproven", "answered")
    assert permission.of_one(contact, day=TODAY)[Channel.EMAIL] != "unconfirmed"


def mailed(policy: PolicyVersion, contact: Contact) -> Message:
    return outbox.enqueue(MailTemplate.REGISTERED, contact=contact, at=NOON)


@pytest.mark.parametrize("before", ["form_button", "list", "merged", "changed", "contested"])
def test_mail_that_comes_back_doubts_whose_mailbox_it_is(policy: PolicyVersion, before: str) -> None:
    """A mailbox that was closed may be opened again for somebody else."""
    contact = on_file(policy, before)
    bounces.bounced(mailed(policy, contact).public_id, day=TODAY, at=NOON, by="job")
    doubted = before in {"changed", "contested"}
    assert trust(contact) == ("doubted", before if doubted else "bounced")
    assert contact.bounced_on == TODAY


@pytest.mark.parametrize("lifted", [True, False], ids=["by evidence", "by staff who vouch"])
def test_what_came_back_gets_mail_again_once_it_is_known_to_be_theirs(policy: PolicyVersion, lifted: bool) -> None:
    contact = on_file(policy, "list")
    bounces.bounced(mailed(policy, contact).public_id, day=TODAY, at=NOON, by="job")
    if lifted:
        address_trust.prove(contact.pk, TrustReason.PHONED, at=NOON, by="user:1")
    else:
        proof.confirm(signed_up(policy).public_id, consent=False, own=False, policy=policy, at=NOON, by="user:1")
    assert (trust(contact)[0], contact.bounced_on) == (("proven", None) if lifted else ("doubted", TODAY))


def test_mail_that_was_unwanted_is_sent_no_more_by_mail_alone(policy: PolicyVersion) -> None:
    contact = customer(policy, country="GB", phone="1", **says("complained"))
    reached = permission.of_one(contact, day=TODAY)
    assert reached[Channel.EMAIL] == "unconfirmed" != reached[Channel.PHONE]


def test_mail_that_comes_back_says_nothing_of_the_phone(policy: PolicyVersion) -> None:
    contact = on_file(policy, "list", country="GB", phone="1")
    before = permission.of_one(contact, day=TODAY)
    bounces.bounced(mailed(policy, contact).public_id, day=TODAY, at=NOON, by="job")
    after = permission.of_one(contact, day=TODAY)
    assert after[Channel.PHONE] == before[Channel.PHONE] != "unconfirmed"


@pytest.mark.parametrize(("before", "after"), [
    ("list", "complained"), ("answered", "complained"), ("form_button", "form_button"), ("denied", "denied"),
])  # fmt: skip
def test_that_mail_was_unwanted_doubts_what_nobody_has_proven(policy: PolicyVersion, before: str, after: str) -> None:
    contact = on_file(policy, before)
    address_trust.complained(contact.public_id, "another", at=NOON, by="provider:x")
    assert trust(contact)[1] == before
    address_trust.complained(contact.public_id, str(contact.address_hash), at=NOON, by="provider:x")
    assert trust(contact)[1] == after


def test_a_merged_record_is_opened_by_no_button(policy: PolicyVersion) -> None:
    contact = on_file(policy, "merged")
    pressed(policy)
    assert trust(contact) == ("unproven", "merged")


@pytest.mark.parametrize("evidence", EVIDENCE)
@pytest.mark.parametrize("before", [UNPROVEN, DOUBTED], ids=["unproven", "doubted"])
def test_staff_prove_it_by_evidence(evidence: TrustReason, before: dict[str, Any]) -> None:
    contact = ContactFactory.create(**before)
    address_trust.prove(contact.pk, evidence, at=NOON, by="user:1")
    assert trust(contact) == ("proven", evidence)
    said = AuditEvent.objects.get(code="address.trust")
    assert (said.public_id, said.by, said.rule) == (contact.public_id, "user:1", f"proven:{evidence}")


def test_what_is_no_evidence_or_says_nothing_new_is_refused() -> None:
    known, unknown = ContactFactory.create(), ContactFactory.create(**UNPROVEN)
    before = everything_about(known), everything_about(unknown)
    with pytest.raises(TrustError, match="known already"):
        address_trust.prove(known.pk, TrustReason.MET, at=NOON, by="user:1")
    with pytest.raises(TrustError, match="says nothing"):
        address_trust.prove(unknown.pk, TrustReason.LIST, at=NOON, by="user:1")
    with pytest.raises(ContactGoneError):
        address_trust.prove(0, TrustReason.MET, at=NOON, by="user:1")
    assert (everything_about(known), everything_about(unknown)) == before


def test_an_unproven_address_gets_the_mail_that_the_law_allows_and_a_doubted_none(policy: PolicyVersion) -> None:
    unproven, doubted = (customer(policy, country="GB", phone="1", **each) for each in (UNPROVEN, DOUBTED))
    answers = [permission.of_one(each, day=TODAY)[Channel.EMAIL] for each in (unproven, doubted)]
    assert answers[1] == "unconfirmed" != answers[0]


STATES = {"proven": PROVEN, "unproven": UNPROVEN, "doubted": DOUBTED}


@pytest.mark.parametrize(("kept", "other"), list(product(STATES, STATES)))
@pytest.mark.parametrize("taken", [[], ["email"]], ids=["the older stays", "the newer stays"])
def test_of_two_mailboxes_neither_opens_what_the_other_had(
    policy: PolicyVersion, kept: str, other: str, taken: list[str]
) -> None:
    """Found: a merge handed a record to another mailbox, whose owner read it under My data."""
    keep, gone = ContactFactory.create(**STATES[kept]), ContactFactory.create(**STATES[other])
    chosen = other if taken else kept
    merge(keep.pk, gone.pk, taken, policy=policy, at=NOON, by="user:1")
    assert trust(keep) == (("doubted", "changed") if chosen == "doubted" else ("unproven", "merged"))


@pytest.mark.promise("L16")
@pytest.mark.parametrize(("other", "state"), [("proven", "proven"), ("unproven", "unproven"), ("doubted", "unproven")])
def test_within_one_mailbox_the_most_doubtful_opens(policy: PolicyVersion, other: str, state: str) -> None:
    keep = ContactFactory.create(email="ada@fjordkraft.example")
    gone = ContactFactory.create(email="ada+crm@fjordkraft.example", **STATES[other])
    merge(keep.pk, gone.pk, [], policy=policy, at=NOON, by="user:1")
    assert trust(keep)[0] == state


def test_whom_a_duty_reduces_has_no_address_to_trust(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    erasure.minimise({contact.pk: contact.public_id}, ["name"], day=TODAY, at=NOON, by="test", rule="test")
    assert trust(contact) == ("unproven", "not_known")
    assert contact.address_trust_since is None


def test_a_change_that_nobody_made_sure_of_is_doubted_and_asks_nobody_by_itself() -> None:
    contact = ContactFactory.create()
    change_email.change(contact.pk, "new@fjordkraft.example", evidence=None, at=NOON + ONE_DAY, by="user:1")
    assert trust(contact) == ("doubted", "changed")
    assert contact.address_trust_since == TODAY + ONE_DAY
