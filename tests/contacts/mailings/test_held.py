"""Somebody whom another transaction holds, or a mailing of which it holds something, keeps no other waiting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contacts.base.limits import limits
from contacts.models import Addressee, Mailing, Message, PolicyVersion
from tests.support.factories import NOON
from tests.support.mailings import MINUTE, fresh, mailing_to, minute, tick
from tests.support.waiting import locked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(db: None) -> Iterator[None]:
    with limits(lock="20ms"):
        yield


def owed(mailing: Mailing) -> int:
    return Message.objects.filter(mailing=mailing).count()


def test_a_mailing_passes_over_who_is_held_and_writes_to_them_once_they_are_free(policy: PolicyVersion) -> None:
    mailing = mailing_to(3, policy, rate=1)
    minute(policy, NOON)
    held = Addressee.objects.order_by("contact")[0].contact_id
    with locked("contacts_contact", "id = %s", held):
        for number in range(1, 4):
            minute(policy, NOON + number * MINUTE)
        assert list(Addressee.objects.values_list("contact", flat=True)) == [held]
        assert owed(mailing) == 2
    for number in range(4, 6):
        minute(policy, NOON + number * MINUTE)
    assert (owed(mailing), fresh(mailing).sent, fresh(mailing).state) == (3, 3, "sent")


def test_a_mailing_that_cannot_begin_keeps_no_other_from_it(policy: PolicyVersion) -> None:
    first, second = mailing_to(1, policy), mailing_to(1, policy)
    with locked("contacts_mailing", "id = %s", second.pk):
        tick(policy)
        assert (fresh(first).state, owed(first), fresh(second).state) == ("sending", 1, "scheduled")
    tick(policy)
    assert (fresh(second).state, owed(second)) == ("sending", 1)


def test_a_mail_of_a_stopped_mailing_that_is_held_keeps_no_other_mailing_from_going_on(policy: PolicyVersion) -> None:
    stopped = mailing_to(1, policy)
    tick(policy)
    Mailing.objects.filter(pk=stopped.pk).update(state="stopped", ended_at=NOON)
    other = mailing_to(1, policy)
    with locked("contacts_message", "mailing_id = %s", stopped.pk):
        tick(policy, NOON + MINUTE)
        assert owed(other) == 1
    tick(policy, NOON + MINUTE)
    assert Message.objects.get(mailing=stopped).reason == "called back"
