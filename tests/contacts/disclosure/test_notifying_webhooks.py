"""Notices by webhook: what they carry, what acknowledges them, and what becomes of them while the server is away."""

import datetime as dt
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from contacts.base import budgets
from contacts.disclosure import notifying, webhook_client
from contacts.models import RecipientNotice
from contacts.outbox import notices
from contacts.words.vocabulary import NoticeKind
from tests.support.factories import NOON, ContactFactory
from tests.support.sharing import Server, by_webhook, gave, notice, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("policy")]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def server(settings: Any) -> Server:
    settings.WEBHOOKS_MAY_BE_LOCAL = True
    return Server()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.mark.promise("L4")
def test_a_webhook_carries_number_kind_and_moment_and_is_acknowledged_by_its_answer(server: Server) -> None:
    server.answer = lambda: (200, {}, b'{"acknowledged": true}')
    with server.open() as port:
        made = notice(by_webhook(port), "rectified", details=["email"])
        assert tell() == 1
    ((headers, body),) = server.received
    made.refresh_from_db()
    told = json.loads(body)
    assert headers["webhook-id"] == str(made.public_id)
    link = told.pop("acknowledge")
    assert "/notices/" in link
    assert told == {
        "id": str(made.public_id),
        "kind": "rectified",
        "reference": str(made.reference),
        "at": NOON.isoformat(),
        "details": ["email"],
    }
    assert (made.acknowledged_at, made.acknowledged_by) == (NOON, f"recipient:{made.recipient_id}")


@pytest.mark.promise("L4")
def test_a_recipient_that_is_down_for_a_week_gets_its_notice_exactly_once(server: Server) -> None:
    port = free_port()
    made = notice(by_webhook(port))
    hours = 0
    while hours < 8 * 24:
        tell(NOON + hours * HOUR)
        hours += 1
    made.refresh_from_db()
    assert made.sent_at is None
    assert made.attempts > 10
    with server.open(port=port):
        for later in range(hours, hours + 3 * 24):
            tell(NOON + later * HOUR)
    made.refresh_from_db()
    assert [headers["webhook-id"] for headers, _ in server.received] == [str(made.public_id)]
    assert made.sent_at is not None
    assert (made.attempts, made.reason) == (0, "")


def test_a_server_that_is_down_is_asked_once_for_all_that_waits(server: Server) -> None:
    server.answer = lambda: (503, {}, b"")
    with server.open() as port:
        recipient = by_webhook(port)
        for _ in range(5):
            notice(recipient)
        assert tell() == 5
    assert len(server.received) == 1
    assert set(RecipientNotice.objects.values_list("attempts", "reason")) == {(1, "status:503")}


def test_a_notice_that_the_server_does_not_take_keeps_no_other_from_going_out(server: Server) -> None:
    answers = iter([(400, {}, b""), (204, {}, b"")])
    server.answer = lambda: next(answers)
    with server.open() as port:
        recipient = by_webhook(port)
        refused, taken = notice(recipient), notice(recipient)
        tell()
    refused.refresh_from_db(), taken.refresh_from_db()
    assert (refused.sent_at, refused.reason, taken.sent_at) == (None, "status:400", NOON)


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_notice_once(server: Server) -> None:
    with server.open() as port:
        recipient = by_webhook(port)
        for _ in range(30):
            notice(recipient)

        def send(_number: int) -> int:
            try:
                return tell()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as threads:
            assert sum(threads.map(send, range(2))) == 30
    ids = [headers["webhook-id"] for headers, _ in server.received]
    assert len(ids) == len(set(ids)) == 30


def test_what_comes_to_say_more_while_it_is_sent_is_sent_again_whole(server: Server) -> None:
    person = ContactFactory.create()

    def post_while_more_changes(*arguments: Any) -> webhook_client.Answer:
        answer = webhook_client.post(*arguments)
        if len(server.received) == 1:
            notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["email"], at=NOON)
        return answer

    server.answer = lambda: (200, {}, b'{"acknowledged": true}')
    with server.open() as port:
        gave(by_webhook(port), person)
        notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["phone"], at=NOON)
        tell(post=post_while_more_changes)
    assert len(server.received) == 2
    assert b'"details": ["email", "phone"]' in server.received[1][1]
    made = RecipientNotice.objects.get()
    assert made.acknowledged_at == NOON


def test_a_server_that_takes_ten_seconds_a_notice_leaves_the_rest_to_the_next_tick(server: Server) -> None:
    recipient = by_webhook(free_port())
    for _ in range(8):
        notice(recipient)
    posted: list[str] = []

    def now() -> dt.datetime:
        return NOON + 10 * len(posted) * dt.timedelta(seconds=1)

    def post(_recipient: object, reference: str, *_: object) -> webhook_client.Answer:
        posted.append(reference)
        return webhook_client.Answer(202, acknowledged=False)

    is_over = budgets.of_a_task(NOON, now)
    notifying.send_due(at=NOON, now=now, post=post, is_over=is_over)
    assert len(posted) == RecipientNotice.objects.filter(sent_at__isnull=False).count() == 5
    assert not RecipientNotice.objects.filter(claimed_until__isnull=False).exists()
    notifying.send_due(at=now(), now=now, post=post)
    assert len(set(posted)) == 8
