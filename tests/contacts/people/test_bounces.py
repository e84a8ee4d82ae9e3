"""A mass of bounces that was a mistake is undone in one act; each is trusted as before, and no objection goes."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from contacts.base import audit
from contacts.models import AuditEvent, Bounce, BounceUndoing, Contact, PolicyVersion, Suppression
from contacts.people import address_trust, bounces, change_email
from contacts.people.bounces import BounceError
from contacts.permission import permission
from contacts.words.addresses import hashes
from contacts.words.vocabulary import MailTemplate, TrustReason
from privacy_crm.merging import merge
from retention.lapses import objections
from tests.support.factories import DOUBTED, NOON, PROVEN, SPRING, UNPROVEN, ContactFactory
from tests.support.mailing import owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15")]
MINUTE = dt.timedelta(minutes=1)
REPLY = "550 relaying denied"
BY = "user:7"


def bounced(policy: PolicyVersion, reply: str = REPLY, at: dt.datetime = NOON, **fields: Any) -> Contact:
    message = owed(MailTemplate.REGISTERED, policy, **fields)
    bounces.bounced(message.public_id, day=at.date(), reply=reply, at=at, by="task:mail")
    found: Contact = Contact.objects.get(pk=message.contact_id)
    return found


def trusted(contact: Contact) -> dict[str, Any]:
    contact.refresh_from_db()
    return {name: getattr(contact, name) for name in address_trust.COLUMNS}


def undo(reply: str = REPLY, since: dt.datetime = NOON, until: dt.datetime = NOON + MINUTE) -> BounceUndoing:
    return bounces.undo(reply, since, until, reason="the relay was set up wrongly", at=NOON + 10 * MINUTE, by=BY)


@pytest.mark.parametrize("before", [PROVEN, UNPROVEN])
def test_who_was_marked_by_mistake_gets_mail_again_and_is_trusted_as_before(
    before: dict[str, Any], policy: PolicyVersion
) -> None:
    contact = bounced(policy, **before)
    assert (contact.address_trust, contact.address_trust_reason) == ("doubted", "bounced")
    undone = undo()
    assert trusted(contact) == before
    assert contact.bounced_on is None
    assert not Bounce.objects.exists()
    assert (undone.number, undone.reason, undone.by) == (1, "the relay was set up wrongly", BY)
    trail = AuditEvent.objects.filter(by=BY).order_by("pk").values_list("code", "public_id", "rule")
    rule = f"undoing:{undone.pk}"
    assert list(trail) == [("bounces.undone", None, rule), ("address.bounce_undone", contact.public_id, rule)]


def test_only_the_reply_and_the_time_that_were_named_are_undone(policy: PolicyVersion) -> None:
    others = [
        bounced(policy, reply="550 5.1.1 user unknown"),
        bounced(policy, at=NOON - MINUTE),
        bounced(policy, at=NOON + 2 * MINUTE),
    ]
    one = bounced(policy)
    assert bounces.standing(REPLY, NOON, NOON + MINUTE) == 1
    undo()
    one.refresh_from_db()
    assert one.bounced_on is None
    for other in others:
        other.refresh_from_db()
        assert other.bounced_on
        assert other.address_trust_reason == "bounced"


def test_a_doubt_for_another_reason_stays(policy: PolicyVersion) -> None:
    contact = bounced(policy, **DOUBTED)
    undo()
    assert trusted(contact) == DOUBTED
    assert contact.bounced_on is None


def test_a_doubt_that_came_since_stays(policy: PolicyVersion) -> None:
    contact = bounced(policy)
    address_trust.contest(contact.public_id, "another", at=NOON, by="visitor")
    undo()
    assert trusted(contact)["address_trust_reason"] == TrustReason.CONTESTED


def test_who_has_answered_or_has_another_address_since_is_not_touched(policy: PolicyVersion) -> None:
    answered, moved = bounced(policy), bounced(policy)
    address_trust.prove(answered.pk, TrustReason.PHONED, at=NOON, by=BY)
    change_email.change(moved.pk, "new@elsewhere.example", evidence=TrustReason.PHONED, at=NOON, by=BY)
    before = trusted(answered), trusted(moved)
    with pytest.raises(BounceError, match="Nobody bounces"):
        undo()
    assert (trusted(answered), trusted(moved)) == before
    assert not Bounce.objects.exists()
    assert not BounceUndoing.objects.exists()


@pytest.mark.promise("P12")
def test_an_objection_is_never_undone(policy: PolicyVersion) -> None:
    contact = bounced(policy, country="SE")
    objections.object_to_marketing(
        **hashes(contact.email),
        public_id=contact.public_id,
        channels=["email"],
        reason="letter",
        policy=policy,
        at=NOON,
        by=BY,
    )
    before = list(Suppression.objects.values())
    undo()
    assert list(Suppression.objects.values()) == before
    assert permission.of_one(Contact.objects.get(pk=contact.pk), day=NOON.date())["email"] == "objected"


@pytest.mark.parametrize("chosen", ["own", "other"])
def test_of_two_records_that_are_one_the_chosen_address_bounces_and_undone_it_opens_nothing(
    chosen: str, policy: PolicyVersion
) -> None:
    """It was proven for one record alone, which is not the same any more."""
    keep, gone = bounced(policy, **PROVEN), bounced(policy, reply="550 5.1.1 user unknown", **PROVEN)
    merge(keep.pk, gone.pk, ["email"] if chosen == "other" else [], policy=policy, at=NOON, by=BY)
    [bounce] = Bounce.objects.all()
    assert (bounce.contact_id, bounce.reply) == (keep.pk, REPLY if chosen == "own" else "550 5.1.1 user unknown")
    undo(reply=bounce.reply)
    assert (trusted(keep)["address_trust"], keep.address_trust_reason) == ("unproven", "merged")
    assert keep.bounced_on is None


def test_a_mistake_shows_as_one_wave(policy: PolicyVersion) -> None:
    bounced(policy, reply="550 5.1.1 user unknown", at=NOON - dt.timedelta(hours=2))
    for minutes in range(3):
        bounced(policy, at=NOON + minutes * MINUTE)
    wave, earlier = bounces.waves(most=10)
    assert (wave.reply, wave.since, wave.until, wave.number) == (REPLY, NOON, NOON + 2 * MINUTE, 3)
    assert earlier.number == 1


def test_statements_do_not_grow_with_people(policy: PolicyVersion, django_assert_num_queries: Any) -> None:
    for _ in range(8):
        bounced(policy)
    with django_assert_num_queries(9):
        undo()


MIGRATION = import_module("contacts.migrations.0036_bounces_on_record")


@pytest.mark.parametrize(("said_before", "then"), [
    ("proven:phoned", ("proven", "phoned")),
    ("", ("unproven", "not_known")),
])  # fmt: skip
def test_who_bounced_before_this_was_on_record_can_be_helped_too(
    said_before: str, then: tuple[str, str], policy: PolicyVersion
) -> None:
    known = {"address_trust": "doubted", "address_trust_reason": "bounced", "address_trust_since": SPRING}
    contact = ContactFactory.create(bounced_on=NOON.date(), **known)
    if said_before:
        audit.record("address.trust", at=NOON - MINUTE, by=BY, public_id=contact.public_id, rule=said_before)
    audit.record("address.bounced", at=NOON, by="task:mail", public_id=contact.public_id)
    audit.record("address.trust", at=NOON, by="task:mail", public_id=contact.public_id, rule="doubted:bounced")
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.RECORD)
    undo(reply="")
    assert (trusted(contact)["address_trust"], contact.address_trust_reason) == then
    assert contact.bounced_on is None
