"""Notices that a recipient has acknowledged go after 24 months; those that it has not are chased on."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from contacts.base import held
from contacts.models import PolicyVersion, RecipientNotice
from dsr import tasks
from dsr.answers import forgetting
from tests.support.factories import NOON
from tests.support.sharing import RecipientFactory, notice

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L4")]

LONG_AGO = NOON - dt.timedelta(days=2000)


def acknowledged(at: dt.datetime | None) -> RecipientNotice:
    by = "recipient" if at else ""
    recipient = RecipientFactory.create()
    return notice(recipient, created_at=LONG_AGO, sent_at=LONG_AGO, acknowledged_at=at, acknowledged_by=by)


def forget(policy: PolicyVersion) -> int:
    return forgetting.forget_notices(months=24, policy=policy, at=NOON)


def left() -> set[int]:
    return set(RecipientNotice.objects.values_list("pk", flat=True))


def test_what_was_acknowledged_24_months_ago_goes_on_that_day(policy: PolicyVersion) -> None:
    last_moment = dt.datetime(2024, 11, 24, 23, 59, 59, tzinfo=policy.zone)
    acknowledged(last_moment)
    kept = acknowledged(last_moment + dt.timedelta(seconds=1))
    assert forget(policy) == 1
    assert left() == {kept.pk}


def test_what_nobody_has_acknowledged_stays_however_old(policy: PolicyVersion) -> None:
    kept = acknowledged(None)
    assert forget(policy) == 0
    assert left() == {kept.pk}


def test_the_day_is_the_company_s(policy: PolicyVersion) -> None:
    late_in_utc = dt.datetime(2024, 11, 24, 23, 30, tzinfo=dt.UTC)  # the next day in Stockholm
    assert late_in_utc.astimezone(policy.zone).date() == dt.date(2024, 11, 25)
    kept = acknowledged(late_in_utc)
    assert policy.zone == ZoneInfo("Europe/Stockholm")
    assert forget(policy) == 0
    assert left() == {kept.pk}


def test_more_than_a_batch_goes(policy: PolicyVersion) -> None:
    recipient, when = RecipientFactory.create(), {"created_at": LONG_AGO, "not_before": LONG_AGO, "sent_at": LONG_AGO}
    RecipientNotice.objects.bulk_create(
        RecipientNotice(
            recipient=recipient,
            reference=uuid.uuid4(),
            kind="erased",
            acknowledged_at=LONG_AGO,
            acknowledged_by="recipient",
            **when,
        )
        for _ in range(held.BATCH + 1)
    )
    assert forget(policy) == held.BATCH + 1
    assert left() == set()


@pytest.mark.usefixtures("at_noon")
def test_the_task_does_it(policy: PolicyVersion) -> None:
    acknowledged(LONG_AGO)
    kept = acknowledged(NOON)
    tasks.forget_notices()
    assert left() == {kept.pk}
