"""Several senders share a mailing: who objects gets nothing from then on, and who is untold is told first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import Error, connection, connections, transaction

from contacts.base import budgets
from contacts.delivery import order, sending
from contacts.delivery.order import Mails
from contacts.models import ChannelPermission, Contact, CountryRule, Message, PolicyVersion
from privacy_crm.mail import mailer
from tests.support.factories import NOON, hold
from tests.support.lengthening import lengthen
from tests.support.mail_sink import Sink
from tests.support.mailing import confirmation, information, send
from tests.support.mailings import MINUTE, approved, bound, fresh, left, mailing_to, scheduled, tick

SWEDEN = {"country": "SE", "channel": "email", "source": "the law"}
SECONDS_OF_A_MAIL = dt.timedelta(seconds=5)


class Telling(Sink):
    """A mail server that tells over how many connections its mails came."""

    def __init__(self) -> None:
        super().__init__()
        self.peers: set[Any] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.peers.add(session.peer)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def sink(settings: Any) -> Iterator[Telling]:
    sink = Telling()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    with sink.open():
        yield sink


def in_a_thread(act: Any) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


@pytest.mark.promise("P12")
@pytest.mark.django_db(transaction=True)
def test_who_objects_while_two_senders_are_at_work_gets_nothing_from_the_next_mail_on(
    sink: Telling, policy: PolicyVersion
) -> None:
    mailing = mailing_to(12, policy)
    tick(policy)
    objected: list[str] = []

    def all_object() -> None:
        """All whose mail is in nobody's hands, nor comes into any meanwhile."""
        said = {"channel": "email", "state": "objected", "given_on": NOON.date()}
        with transaction.atomic():
            waiting = Message.objects.filter(claimed_until=None, sent_at=None, ended_at=None)
            free = list(waiting.select_for_update(skip_locked=True, of=("self",)))
            people = list(Contact.objects.filter(messages__in=free))
            objected.extend(str(person.email) for person in people)
            ChannelPermission.objects.bulk_create(ChannelPermission(contact=person, **said) for person in people)

    with ThreadPoolExecutor(2) as senders, ThreadPoolExecutor(1) as objectors:
        # Django refuses its database to the thread of the server, which has a loop of events.
        sink.taken = lambda _: len(sink.raw) == 3 and objectors.submit(in_a_thread, all_object).result()
        list(senders.map(in_a_thread, [send, send]))
    assert len(objected) >= 8
    assert not set(objected) & set(sink.recipients)
    assert len(sink.recipients) == len(set(sink.recipients)) == 12 - len(objected)
    assert (fresh(mailing).sent, fresh(mailing).withheld) == (12 - len(objected), len(objected))
    assert len(sink.peers) <= 2  # each sender kept its connection


@pytest.mark.promise("P11")
@pytest.mark.django_db
def test_a_rule_of_a_country_that_comes_while_a_mailing_is_sent_holds_from_the_next_portion_on(
    sink: Sink, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "PORTION", 2)
    mailing = mailing_to(4, policy)
    ChannelPermission.objects.all().delete()
    CountryRule.objects.create(**SWEDEN, ground="legitimate_interest", valid_from="2020-01-01")
    tick(policy)

    def now() -> dt.datetime:
        if len(sink.raw) == 1:
            CountryRule.objects.update_or_create(**SWEDEN, valid_from="2026-11-24", defaults={"ground": "consent"})
        return NOON

    sending.send_due(at=NOON, now=now)
    assert len(sink.raw) == 2
    withheld = Message.objects.filter(mailing=mailing, sent_at=None)
    assert list(withheld.values_list("reason", flat=True)) == ["no_consent"] * 2


@pytest.mark.promise("L13")
@pytest.mark.django_db
def test_a_policy_that_comes_while_a_mailing_is_sent_holds_from_the_next_portion_on(
    sink: Sink, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "PORTION", 2)
    mailing = mailing_to(4, policy)
    tick(policy)

    def now() -> dt.datetime:
        if len(sink.raw) == 1:
            lengthen("whitepaper", uses=["service", "other"])
        return NOON

    sending.send_due(at=NOON, now=now)
    assert len(sink.raw) == 2
    withheld = Message.objects.filter(mailing=mailing, sent_at=None)
    assert list(withheld.values_list("reason", flat=True)) == ["no_purpose"] * 2


@pytest.mark.promise("L5")
@pytest.mark.django_db
def test_who_is_untold_is_told_first_though_another_queue_sends_the_letter(sink: Sink, policy: PolicyVersion) -> None:
    person = bound(policy)
    hold(person, "prospect", NOON.date(), policy=policy, source="the trade register", source_kind="public")
    scheduled(approved(), policy)
    tick(policy)
    sending.send_due(at=NOON, now=lambda: NOON, of=Mails.TO_MANY)
    first, second = (str(mail["Subject"]) for mail in sink.mails)
    assert "What is new in the cloud" == second != first
    assert not Message.objects.exclude(sent_at=NOON).exists()


# A server that takes five seconds a mail


@pytest.mark.django_db
def test_a_task_stops_once_its_time_is_over_and_asks_for_another_sender_after_its_first_mail(
    sink: Sink, policy: PolicyVersion
) -> None:
    mailing = mailing_to(30, policy)
    tick(policy)
    asked_after: list[int] = []

    def now() -> dt.datetime:
        return NOON + len(sink.raw) * SECONDS_OF_A_MAIL

    sent = sending.send_due(
        at=NOON, now=now, is_over=budgets.of_a_task(NOON, now), ask_others=lambda: asked_after.append(len(sink.raw))
    )
    assert sent == len(left(mailing)) == budgets.LONGEST / SECONDS_OF_A_MAIL == 10
    assert asked_after == [1]


@pytest.mark.django_db
def test_nobody_is_asked_for_help_with_a_single_mail_or_where_the_server_is_away(
    settings: Any, sink: Sink, policy: PolicyVersion
) -> None:
    asked: list[int] = []
    confirmation(policy)
    sending.send_due(at=NOON, now=lambda: NOON, ask_others=lambda: asked.append(1))
    assert len(sink.raw) == 1
    settings.MAILERS = {"default": mailer("smtp://127.0.0.1:1", Path("/nowhere"))}
    for _ in range(3):
        confirmation(policy)
    sending.send_due(at=NOON, now=lambda: NOON, ask_others=lambda: asked.append(1))
    assert asked == []


@pytest.mark.django_db
def test_each_queue_sends_its_own_mails(sink: Sink, policy: PolicyVersion) -> None:
    confirmation(policy)
    information(policy)
    mailing_to(1, policy)
    tick(policy)
    sending.send_due(at=NOON, now=lambda: NOON, of=Mails.AWAITED)
    sent = Message.objects.filter(sent_at__isnull=False)
    assert set(sent.values_list("purpose", flat=True)) == {"service", "information"}
    sending.send_due(at=NOON, now=lambda: NOON, of=Mails.TO_MANY)
    assert set(sent.values_list("purpose", flat=True)) == {"service", "information", "marketing"}


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_loses_the_database_with_a_mail_in_its_hands_sends_nobody_a_second_copy(
    sink: Sink, policy: PolicyVersion
) -> None:
    mailing = mailing_to(6, policy)
    tick(policy)
    connection.close()  # the sender's is another, which can be lost

    def lose() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'EXECUTE %'")

    with ThreadPoolExecutor(1) as senders, ThreadPoolExecutor(1) as others:
        sink.taken = lambda _: len(sink.raw) == 3 and others.submit(in_a_thread, lose).result()
        assert isinstance(senders.submit(in_a_thread, send).exception(), Error)
    assert len(left(mailing)) == 2
    for minutes in range(12):
        tick(policy, NOON + minutes * MINUTE)
        send(NOON + minutes * MINUTE)
    assert len(sink.recipients) == len(set(sink.recipients)) == 6
    assert (fresh(mailing).sent, fresh(mailing).state) == (5, "sent")
    assert list(Message.objects.exclude(end="").values_list("end", flat=True)) == ["broken_off"]
