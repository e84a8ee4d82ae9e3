"""A mailing on its way: its rate, pauses and stops, and that nobody gets a second copy."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from contacts.delivery import sending
from contacts.mailings import schedule
from contacts.mailings import sending as mailing_sending
from contacts.models import Addressee, Contact, Mailing, Message, PolicyVersion
from privacy_crm.mail import mailer
from tests.support.embedded_users import eventually
from tests.support.factories import NOON
from tests.support.mail_sink import Sink
from tests.support.mailing import confirmation, send
from tests.support.mailings import (
    AUTHOR,
    MINUTE,
    approved,
    bound,
    drafted,
    fresh,
    left,
    mailing_to,
    minute,
    scheduled,
    tick,
    written_to,
)
from tests.support.waiting import somebody_waits_for_us

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    with sink.open():
        yield sink


# When, and how fast


def test_a_mailing_leaves_at_its_time_and_not_before(policy: PolicyVersion) -> None:
    mailing = mailing_to(2, policy, when=NOON + MINUTE)
    assert minute(policy, NOON) == 0
    assert fresh(mailing).state == "scheduled"
    assert minute(policy, NOON + MINUTE) == 2
    assert (fresh(mailing).state, fresh(mailing).started_at, fresh(mailing).people) == ("sending", NOON + MINUTE, 2)
    minute(policy, NOON + 2 * MINUTE)
    assert (fresh(mailing).state, fresh(mailing).ended_at) == ("sent", NOON + 2 * MINUTE)


def test_no_minute_has_more_mails_than_the_rate_however_often_it_is_asked(policy: PolicyVersion) -> None:
    mailing, step = mailing_to(25, policy, rate=4), dt.timedelta(seconds=7)
    for number in range(70):
        minute(policy, NOON + number * step)
    times = left(mailing)
    assert len(times) == 25
    busiest = max(sum(at <= each < at + MINUTE for each in times) for at in times)
    assert busiest == 4


def test_after_a_mail_server_was_away_the_mails_do_not_leave_as_one_burst(settings: Any, policy: PolicyVersion) -> None:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    mailing = mailing_to(10, policy, rate=2)
    for number in range(5):
        minute(policy, NOON + number * MINUTE)
    assert Message.objects.filter(mailing=mailing).count() == 2
    hour = NOON + dt.timedelta(hours=1)
    with sink.open():
        for number in range(12):
            minute(policy, hour + number * MINUTE)
    times = left(mailing)
    assert len(times) == 10
    assert max(times.count(each) for each in times) == 2


def test_an_address_that_is_tried_again_later_does_not_hold_the_others_up(sink: Sink, policy: PolicyVersion) -> None:
    mailing = mailing_to(3, policy, rate=1)
    first = Contact.objects.order_by("pk")[0]
    sink.answers[str(first.email)] = "451 later, please"
    for number in range(1, 9):
        minute(policy, NOON + number * MINUTE)
    assert len(sink.recipients) == 2
    assert fresh(mailing).state == "sending"


def test_a_confirmation_leaves_before_a_mailing(policy: PolicyVersion) -> None:
    mailing = mailing_to(3, policy)
    important = scheduled(approved(), policy)
    customer = bound(policy)
    tick(policy)
    asked = confirmation(policy, at=NOON)
    send(limit=2)
    assert Message.objects.get(pk=asked.pk).sent_at
    assert written_to(important) == {customer.pk}
    assert not written_to(mailing)


# Paused, resumed, stopped


def test_a_pause_holds_back_what_is_owed_already_and_what_is_resumed_goes_on(policy: PolicyVersion) -> None:
    mailing = mailing_to(4, policy, rate=2)
    tick(policy)
    schedule.pause(mailing, at=NOON, by=AUTHOR)
    for number in range(3):
        assert minute(policy, NOON + number * MINUTE) == 0
    assert Message.objects.filter(mailing=mailing).count() == 2
    schedule.resume(mailing, at=NOON, by=AUTHOR)
    for number in range(3, 8):
        minute(policy, NOON + number * MINUTE)
    assert len(written_to(mailing)) == 4
    assert fresh(mailing).state == "sent"


def test_a_stop_calls_back_what_has_not_left(policy: PolicyVersion) -> None:
    mailing = mailing_to(5, policy, rate=2)
    minute(policy, NOON)
    tick(policy, NOON + 2 * MINUTE)
    schedule.stop(mailing, at=NOON + 2 * MINUTE, by=AUTHOR)
    assert send(NOON + 2 * MINUTE) == 0
    minute(policy, NOON + 3 * MINUTE)
    assert len(written_to(mailing)) == 2
    assert not Addressee.objects.exists()
    assert set(Message.objects.filter(sent_at=None).values_list("end", "reason")) == {("skipped", "called back")}
    assert (fresh(mailing).state, fresh(mailing).sent) == ("stopped", 2)


def test_a_mailing_that_reaches_nobody_ends(policy: PolicyVersion) -> None:
    mailing = scheduled(drafted(), policy)
    tick(policy)
    tick(policy, NOON + MINUTE)
    assert (fresh(mailing).state, fresh(mailing).people) == ("sent", 0)


# Once, whatever happens


def test_a_start_that_comes_twice_begins_once(policy: PolicyVersion) -> None:
    mailing = mailing_to(2, policy)
    people = Contact.objects.all()
    assert mailing_sending.start(mailing, people, policy=policy, at=NOON)
    assert not mailing_sending.start(mailing, people, policy=policy, at=NOON)
    assert (Addressee.objects.count(), fresh(mailing).people) == (2, 2)


def test_what_breaks_off_while_mails_are_owed_leaves_everybody_in_their_place(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = mailing_to(3, policy, rate=2)

    def die(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("contacts.outbox.outbox.enqueue_each", die)
        with pytest.raises(KeyboardInterrupt):
            tick(policy)
    assert (Addressee.objects.count(), Message.objects.count()) == (3, 0)
    for number in range(4):
        minute(policy, NOON + number * MINUTE)
    assert len(left(mailing)) == 3


def test_who_has_a_mailing_is_owed_no_second_one(policy: PolicyVersion) -> None:
    mailing = mailing_to(1, policy)
    minute(policy, NOON)
    Addressee.objects.create(mailing=mailing, contact=Contact.objects.get())
    Mailing.objects.filter(pk=mailing.pk).update(state="sending", ended_at=None)
    for number in range(1, 4):
        minute(policy, NOON + number * MINUTE)
    assert Message.objects.count() == 1
    assert len(left(mailing)) == 1


def test_a_mail_whose_sender_died_is_not_sent_again(sink: Sink, policy: PolicyVersion) -> None:
    mailing = mailing_to(2, policy)
    tick(policy)
    held = Message.objects.order_by("pk")[0]
    Message.objects.filter(pk=held.pk).update(claimed_until=NOON + sending.CLAIM)  # and then nothing more
    send()
    later = NOON + sending.CLAIM
    assert send(later) == 0
    for number in range(3):
        minute(policy, later + number * MINUTE)
    held.refresh_from_db()
    assert (held.end, held.claimed_until) == ("broken_off", None)
    assert len(sink.ids) == 1
    assert (fresh(mailing).state, fresh(mailing).sent, fresh(mailing).people) == ("sent", 1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_keep_to_the_rate_and_send_each_mail_once(sink: Sink, policy: PolicyVersion) -> None:
    mailing = mailing_to(30, policy, rate=20)
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait(10)
            minute(policy, NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(work) for _ in range(2)]:
            done.result()
    send()
    assert len(sink.ids) == len(set(sink.ids)) == 20
    assert fresh(mailing).sent == 20


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_being_deleted_holds_nobody_up(policy: PolicyVersion) -> None:
    mailing = mailing_to(3, policy)
    gone = Contact.objects.order_by("pk")[1]
    mailing_sending.start(mailing, Contact.objects.all(), policy=policy, at=NOON)
    with ThreadPoolExecutor(1) as worker, transaction.atomic():
        Contact.objects.select_for_update().get(pk=gone.pk)
        assert worker.submit(in_a_thread, lambda: release(mailing, policy)).result(60) == 2
        gone.delete()
    assert (release(mailing, policy), Addressee.objects.count()) == (0, 0)
    assert fresh(mailing).withheld == 0  # who is gone is not somebody whom it left out


def release(mailing: Mailing, policy: PolicyVersion) -> int:
    return mailing_sending.release(fresh(mailing), policy=policy, at=NOON)


def in_a_thread(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_being_deleted_while_a_mailing_starts_is_passed_over(policy: PolicyVersion) -> None:
    mailing = mailing_to(3, policy)
    gone, everyone = Contact.objects.order_by("pk")[1], Contact.objects.all()
    assert while_deleting(gone, lambda: mailing_sending.start(mailing, everyone, policy=policy, at=NOON))
    assert fresh(mailing).people == Addressee.objects.count() == 2


def while_deleting(gone: Contact, act: Callable[[], Any]) -> Any:
    """Do something while a person is being deleted, and return what it led to once they are gone."""
    begun = threading.Event()

    def slowly() -> Any:
        begun.wait(10)
        return act()

    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(in_a_thread, slowly)
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=gone.pk)
            begun.set()
            eventually(somebody_waits_for_us)
            Contact.objects.filter(pk=gone.pk).delete()
        return done.result(60)
