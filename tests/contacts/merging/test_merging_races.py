"""Two records are merged while something else happens to one of them. Real connections in threads."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

from contacts.merging.merging import MergeError
from contacts.models import ChannelPermission, Contact, PolicyVersion
from contacts.people import erasure
from contacts.words.vocabulary import Channel
from privacy_crm.merging import merge
from retention.lapses import objections
from tests.retention.nights.test_purge_races import await_waiting, meanwhile, the_night, uncommitted
from tests.support.factories import DUE, NOON, ContactFactory, do, everything_about, held_for, hold, is_held

__all__ = ["meanwhile"]  # the fixture

pytestmark = pytest.mark.django_db(transaction=True)

type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def two(policy: PolicyVersion) -> tuple[Contact, Contact]:
    keep, gone = ContactFactory.create(), ContactFactory.create()
    for person in (keep, gone):
        hold(person, "customer", NOON.date(), policy=policy)
    return keep, gone


def merging(keep: Contact, gone: Contact, policy: PolicyVersion) -> Callable[[], bool]:
    return partial(merge, keep.pk, gone.pk, ["phone"], policy=policy, at=NOON, by="user:7")


@pytest.mark.promise("P12")
@pytest.mark.parametrize("by_link", [True, False])
def test_an_objection_that_waits_for_the_merge_reaches_who_is_left(
    two: tuple[Contact, Contact], policy: PolicyVersion, meanwhile: Start, by_link: bool
) -> None:
    keep, gone = two
    named = gone.public_id if by_link else None
    told = {"channels": [Channel.EMAIL], "reason": "clicked", "policy": policy, "at": NOON, "by": "visitor"}
    objecting = partial(
        objections.object_to_marketing, str(gone.address_hash), public_id=named, **told
    )  # fmt: skip
    with uncommitted(merging(keep, gone, policy), meanwhile):
        heard = meanwhile(objecting)
        await_waiting(1)
    heard.result()
    assert ChannelPermission.objects.get(state="objected").contact == keep


@pytest.mark.parametrize("number", [0, 1])
def test_who_is_deleted_meanwhile_is_not_merged_and_nothing_changes(
    two: tuple[Contact, Contact], policy: PolicyVersion, meanwhile: Start, number: int
) -> None:
    going, staying = two[number], two[1 - number]
    before = everything_about(staying)
    deletion = partial(erasure.delete, {going.pk: going.public_id}, at=NOON, by="test", rule="test")
    with uncommitted(deletion, meanwhile):
        merged = meanwhile(merging(*two, policy))
        await_waiting(1)
    with pytest.raises(MergeError):
        merged.result()
    assert everything_about(staying) == before


def test_two_who_merge_the_same_two_the_other_way_round_make_one(
    two: tuple[Contact, Contact], policy: PolicyVersion, meanwhile: Start
) -> None:
    with uncommitted(merging(*two, policy), meanwhile):
        second = meanwhile(merging(two[1], two[0], policy))
        await_waiting(1)
    with pytest.raises(MergeError):
        second.result()
    assert Contact.objects.get() == two[0]


@pytest.mark.promise("P6")
def test_a_night_that_waits_for_the_merge_finds_the_latest_activity_of_both(
    policy: PolicyVersion, meanwhile: Start
) -> None:
    keep, gone = held_for("webinar", policy), held_for("webinar", policy)
    do(gone, "call", dt.datetime.combine(DUE, dt.time(0, 30), dt.UTC) - dt.timedelta(days=9), policy)
    with uncommitted(merging(keep, gone, policy), meanwhile):
        run = meanwhile(the_night(policy))
        await_waiting(1)
    run.result()
    assert is_held(keep)
    assert Contact.objects.count() == 1
