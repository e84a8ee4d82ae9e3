"""Somebody whom another transaction holds keeps nobody else from being owed a mail, and is owed theirs afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from contacts.base.limits import limits
from contacts.events import reminders
from contacts.information import informing
from contacts.models import Contact, Message, PolicyVersion
from tests.support.factories import NOON, ONE_DAY, ContactFactory, EventFactory, customer, hold, register
from tests.support.waiting import locked

pytestmark = pytest.mark.django_db(transaction=True)

type Owe = Callable[[], int]


def owed_to() -> set[int | None]:
    return set(Message.objects.filter(template__in=["reminder", "inform"]).values_list("contact", flat=True))


def guests(policy: PolicyVersion) -> tuple[list[Contact], Owe]:
    event = EventFactory.create(starts_at=NOON + dt.timedelta(hours=20), ends_at=NOON + dt.timedelta(hours=22))
    people = [customer(policy) for _ in range(3)]
    for person in people:
        register(person, event, NOON - 5 * ONE_DAY, policy=policy)
    return people, lambda: reminders.enqueue_due(at=NOON)


def strangers(policy: PolicyVersion) -> tuple[list[Contact], Owe]:
    people = [ContactFactory.create() for _ in range(3)]
    for person in people:
        hold(person, "prospect", NOON.date(), policy=policy, source_kind="public", source="the trade register")
    return people, lambda: informing.enqueue_due(most=100, policy=policy, at=NOON)


@pytest.mark.promise("L5")
@pytest.mark.parametrize("cast", [guests, strangers])
def test_who_is_held_is_passed_over_and_owed_theirs_by_the_next_call(
    policy: PolicyVersion, cast: Callable[[PolicyVersion], tuple[list[Contact], Owe]]
) -> None:
    (first, *others), owe = cast(policy)
    with locked("contacts_contact", "id = %s", first.pk), limits(lock="20ms"):
        assert owe() == 2
        assert owed_to() == {other.pk for other in others}
    assert [owe(), owe()] == [1, 0]
    assert first.pk in owed_to()
