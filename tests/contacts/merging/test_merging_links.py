"""What went out before two records were merged goes on working: ways to unsubscribe, and the trail."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from contacts.base import merge_redirects
from contacts.models import (
    Addressee,
    AuditEvent,
    ChannelPermission,
    Contact,
    Interest,
    Mailing,
    Message,
    PolicyVersion,
    Registration,
)
from contacts.outbox import links, outbox
from contacts.permission.permission import Refusal, of_one
from contacts.words.addresses import hashes, keyed_hash
from contacts.words.vocabulary import Channel, MailTemplate
from dsr.package import people
from privacy_crm.merging import merge
from retention.lapses import objections
from tests.support.factories import NOON, EventFactory, RegistrationFactory, TopicFactory
from tests.support.merging import pair
from tests.support.preferring import suppressed, unsubscribe
from tests.support.visitors import send

AT: dict[str, Any] = {"at": NOON, "by": "user:7"}


@pytest.fixture
def two(policy: PolicyVersion) -> tuple[Contact, Contact]:
    """Two records of one person, both customers in all but name, so that an objection deletes nobody."""
    made = pair(policy)
    for person in (made.one, made.other):
        person.bases.update(scenario="customer")
    return made.one, made.other


def objected(contact: Contact) -> set[str]:
    said = ChannelPermission.objects.filter(contact=contact, state="objected")
    return set(said.values_list("channel", flat=True))


@pytest.mark.promise("P12")
@pytest.mark.promise("P13")
def test_an_old_link_to_unsubscribe_stops_the_mail_to_the_record_that_is_left(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    token = links.stop(gone)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    assert unsubscribe(token).status_code == 200
    assert objected(keep) == {"email"}
    assert of_one(keep, day=NOON.date())[Channel.EMAIL] == Refusal.OBJECTED
    assert suppressed(keep.address_hash) == suppressed(gone.address_hash) == {"email"}


def objects(address: str | None, policy: PolicyVersion) -> None:
    """Somebody objects to news by e-mail from an address, by no link of ours."""
    told: dict[str, Any] = {"channels": [Channel.EMAIL], "reason": "request", "policy": policy, **AT}
    objections.object_to_marketing(keyed_hash(address or ""), public_id=None, **told)


@pytest.mark.promise("P12")
@pytest.mark.parametrize("taken", [[], ["email"]])
@pytest.mark.parametrize("by", [0, 1])
def test_an_objection_under_either_address_is_the_persons_whichever_was_given_up(
    two: tuple[Contact, Contact], policy: PolicyVersion, taken: list[str], by: int
) -> None:
    keep, gone = two
    merge(keep.pk, gone.pk, taken, policy=policy, **AT)
    objects(two[by].email, policy)
    assert objected(keep) == {"email"}
    assert suppressed(keep.address_hash) == suppressed(gone.address_hash) == {"email"}


@pytest.mark.promise("P12")
def test_an_objection_under_an_address_that_was_given_up_two_merges_ago_is_the_persons(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    last = pair(policy).one
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    merge(last.pk, keep.pk, [], policy=policy, **AT)
    objects(gone.email, policy)
    assert objected(last) == {"email"}
    assert suppressed(keep.address_hash) == suppressed(last.address_hash) == {"email"}


@pytest.mark.promise("P12")
def test_an_objection_that_a_merge_brings_holds_under_an_address_given_up_before(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    last = pair(policy).one
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    objects(last.email, policy)
    merge(keep.pk, last.pk, [], policy=policy, **AT)
    assert suppressed(gone.address_hash) == suppressed(keep.address_hash) == {"email"}


@pytest.mark.promise("P13")
def test_an_old_link_about_a_topic_says_no_for_the_record_that_is_left(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    topic = TopicFactory.create()
    token = links.stop(gone, topic.slug)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    unsubscribe(token)
    assert Interest.objects.get().contact == keep
    assert not Interest.objects.get().wanted
    assert not objected(keep)


@pytest.mark.parametrize("both", [True, False])
def test_an_old_link_to_a_place_leads_to_the_place_that_is_left(
    both: bool, two: tuple[Contact, Contact], policy: PolicyVersion, client: Client
) -> None:
    keep, gone = two
    event = EventFactory.create()
    token = links.place(RegistrationFactory.create(contact=gone, event=event))
    RegistrationFactory.create(contact=keep, event=event if both else EventFactory.create())
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    with time_machine.travel(NOON, tick=False):
        assert "You have a place" in client.get(f"/places/{token}/").content.decode()
        send(client, f"/places/{token}/", {})
    assert list(Registration.objects.exclude(cancelled_at=None).values_list("contact", "event")) == [
        (keep.pk, event.pk)
    ]


@pytest.mark.promise("P12")
def test_a_record_that_was_merged_again_and_again_is_found_by_its_first_number(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    last = pair(policy).one
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    merge(last.pk, keep.pk, [], policy=policy, **AT)
    assert merge_redirects.holder(gone.public_id) == merge_redirects.holder(keep.public_id) == last.public_id
    assert set(merge_redirects.with_earlier([last.public_id])) == {last.public_id, keep.public_id, gone.public_id}
    assert merge_redirects.holder(last.public_id) == last.public_id


@pytest.mark.promise("P20")
def test_the_package_has_the_trail_of_the_record_that_went(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    keep, gone = two
    AuditEvent.objects.create(at=NOON, by="user:1", code="contact.viewed", public_id=gone.public_id)
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    who = people.find([keep.pk])
    assert set(who.public_ids) == {keep.public_id, gone.public_id}
    assert AuditEvent.objects.filter(public_id__in=who.public_ids, code="contact.viewed").exists()


def owed(contact: Contact, **fields: Any) -> Message:
    return outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=contact.pk, once="whitepaper:1", **fields)


@pytest.mark.parametrize("who_had_it", [0, 1])
def test_nobody_gets_a_second_copy_of_what_one_of_the_two_has_had(
    two: tuple[Contact, Contact], policy: PolicyVersion, who_had_it: int
) -> None:
    had, waits = owed(two[who_had_it]), owed(two[1 - who_had_it])
    Message.objects.filter(pk=had.pk).update(sent_at=NOON)
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    waits.refresh_from_db()
    assert (waits.end, waits.reason) == ("skipped", "merged")
    assert set(Message.objects.exclude(contact=None).values_list("contact", flat=True)) == {two[0].pk}


def test_of_two_copies_that_wait_one_leaves(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    for person in two:
        owed(person)
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    assert Message.objects.waiting(NOON).get(contact=two[0]).once == "whitepaper:1"
    assert Message.objects.filter(contact=two[0]).count() == 2


def test_a_mail_that_one_never_got_still_goes_to_the_other_address(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    ended, waits = owed(two[0]), owed(two[1])
    Message.objects.filter(pk=ended.pk).update(ended_at=NOON, end="gave_up")
    merge(two[0].pk, two[1].pk, ["email"], policy=policy, **AT)
    assert Message.objects.waiting(NOON).get(contact=two[0]) == waits
    assert Message.objects.get(pk=waits.pk).once == "whitepaper:1"


def test_a_second_turn_in_a_mailing_is_counted_as_not_sent(two: tuple[Contact, Contact], policy: PolicyVersion) -> None:
    both, once = (Mailing.objects.create(name="News", kind="marketing", rate=1, made_by="user:1") for _ in range(2))
    for person in two:
        Addressee.objects.create(mailing=both, contact=person)
    Addressee.objects.create(mailing=once, contact=two[1])
    merge(two[0].pk, two[1].pk, [], policy=policy, **AT)
    turns = Addressee.objects.order_by("mailing").values_list("mailing", "contact")
    assert list(turns) == [(both.pk, two[0].pk), (once.pk, two[0].pk)]
    assert list(Mailing.objects.order_by("pk").values_list("withheld", flat=True)) == [1, 0]


@pytest.mark.promise("P12")
def test_the_address_that_went_stays_suppressed_when_it_comes_in_again(
    two: tuple[Contact, Contact], policy: PolicyVersion
) -> None:
    keep, gone = two
    ChannelPermission.objects.create(contact=keep, channel="email", state="objected", given_on=NOON.date())
    merge(keep.pk, gone.pk, [], policy=policy, **AT)
    again = Contact.objects.create(email=gone.email, **hashes(gone.email))
    assert of_one(again, day=NOON.date())[Channel.EMAIL] == Refusal.SUPPRESSED
