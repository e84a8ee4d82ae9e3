"""A row that somebody else holds stops no deletion by time: the others go, and it goes the next time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Model

from contacts.base import audit, held
from contacts.models import AuditEvent, Contact, Message, PolicyVersion, RecipientNotice, SignUp, Tombstone
from contacts.outbox import outbox
from contacts.people import tombstones
from contacts.signups import sign_ups
from dsr.answers import forgetting
from dsr.freeze import freezes
from dsr.intake import proving
from dsr.models import Proof, Request
from privacy_crm import tasks
from retention.audit import trail
from retention.models import Hold
from tests.dsr.answers.test_statistics import closed_after
from tests.support.factories import NOON, ContactFactory, SignUpFactory, place
from tests.support.requesting import moment
from tests.support.sharing import RecipientFactory, notice
from tests.support.waiting import locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L11")]

OLD = NOON - dt.timedelta(days=4000)
DAY = NOON.date()


@pytest.fixture(autouse=True)
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWEEP_LOCK_TIMEOUT = "20ms"
    monkeypatch.setattr(held, "BRIEF", "10ms")


def tombstone(number: int) -> None:
    Tombstone.objects.create(address_hash=str(number), mailbox_hash="m", erased_on=OLD.date(), ends_on=OLD.date())


def letter(number: int) -> None:
    with_words = {"subject": "Hello", "number": number}
    outbox.enqueue_written(with_words, address=f"person{number}@fjordkraft.example", at=OLD)


def answered(_number: int) -> None:
    place(ContactFactory.create(), "freeze", "request", until=DAY + dt.timedelta(days=9))


def entry(_number: int) -> None:
    audit.record("contact.looked_at", at=OLD, by="user:1")


def acknowledged(_number: int) -> None:
    notice(RecipientFactory.create(), created_at=OLD, sent_at=OLD, acknowledged_at=OLD, acknowledged_by="user:1")


def months(act: Callable[..., object]) -> Callable[[PolicyVersion], object]:
    return lambda policy: act(months=24, policy=policy, at=NOON)


# Name → how a row comes about, what is left of it, and what deletes it or ends it by time.
SWEEPS: dict[str, tuple[Callable[[int], object], Callable[[], Any], Callable[[PolicyVersion], object]]] = {
    "sign-ups": (
        lambda _: SignUpFactory.create(created_at=OLD, policy_version=PolicyVersion.objects.in_force()),
        SignUp.objects.all,
        lambda _: sign_ups.sweep(NOON),
    ),
    "tombstones": (tombstone, Tombstone.objects.all, lambda _: tombstones.sweep(DAY)),
    "links": (
        lambda n: Proof.objects.create(address=f"{n}@x.example", language="en", created_at=OLD, expires_at=OLD),
        Proof.objects.all,
        lambda _: proving.sweep(NOON),
    ),
    "letters": (letter, lambda: Message.objects.filter(ended_at=None), lambda _: outbox.forget(NOON)),
    "requests": (
        lambda _: closed_after(3, OLD.date()),
        Request.objects.all,
        months(forgetting.forget),
    ),
    "notices": (
        acknowledged,
        RecipientNotice.objects.all,
        months(forgetting.forget_notices),
    ),
    "sessions": (
        lambda n: Session.objects.create(session_key=str(n), session_data="", expire_date=OLD),
        Session.objects.all,
        lambda _: tasks.sweep_sessions(),
    ),
    "trail": (
        entry,
        lambda: AuditEvent.objects.filter(code="contact.looked_at"),
        lambda policy: trail.shorten(months=24, policy=policy, at=NOON),
    ),
    "freezes": (
        answered,
        lambda: Contact.objects.filter(holds__in=Hold.objects.standing(DAY + dt.timedelta(days=1))),
        lambda policy: freezes.release_answered(policy=policy, at=moment(DAY), by="test"),
    ),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_what_is_held_is_left_for_the_next_time_and_all_else_goes(policy: PolicyVersion, name: str) -> None:
    make, left, sweep = SWEEPS[name]
    for number in range(3):
        make(number)
    assert left().count() == 3
    one: Model = left().order_by("pk")[1]
    key = one._meta.pk.column
    with locked(one._meta.db_table, f"{key} = %s", one.pk):
        sweep(policy)
        assert [each.pk for each in left()] == [one.pk]
    sweep(policy)
    assert not left().exists()
