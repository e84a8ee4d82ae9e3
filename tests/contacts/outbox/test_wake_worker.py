"""Asking a worker to send now: heard or not, it never keeps anybody waiting."""

import datetime as dt
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from contacts.outbox import wake_worker
from contacts.tasks import send_messages
from privacy_crm.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue() -> Iterator[redis.Redis]:
    """The queue of the broker, empty."""
    with app.connection_for_write() as connection:
        broker = connection.default_channel.client
        broker.delete("people", "bulk")
        wake_worker.heard()
        wake_worker.heard(wake_worker.TO_MANY)
        yield broker
        broker.delete("people", "bulk")


@pytest.fixture
def broker_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say where the broker is to be."""
    wake_worker.heard()

    def at(port: int) -> None:
        for name in ("broker_url", "broker_write_url"):
            monkeypatch.setitem(app.conf, name, f"redis://127.0.0.1:{port}/0")
        monkeypatch.setitem(app.conf, "broker_transport", "redis")  # that of the embedded servers reads no address

    return at


def took() -> float:
    began = time.monotonic()
    wake_worker.nudge()
    return time.monotonic() - began


def test_a_worker_is_asked_once_what_is_written_has_committed(queue: redis.Redis) -> None:
    with transaction.atomic():
        wake_worker.nudge()
        assert queue.llen("people") == 0
    assert queue.llen("people") == 1
    assert send_messages.name.encode() in queue.lindex("people", 0)


def test_a_worker_that_was_asked_and_has_not_begun_is_not_asked_again(queue: redis.Redis) -> None:
    for _ in range(3):
        wake_worker.nudge()
    assert queue.llen("people") == 1
    send_messages()  # it begins: from here on, what is committed may be news to it
    wake_worker.nudge()
    assert queue.llen("people") == 2


def test_nobody_is_asked_about_what_was_not_written_after_all(queue: redis.Redis) -> None:
    with transaction.atomic():
        wake_worker.nudge()
        transaction.set_rollback(True)
    assert queue.llen("people") == 0


def test_a_broker_that_is_down_keeps_nobody_waiting(broker_at: Any) -> None:
    broker_at(1)
    assert took() < 2
    assert took() < 0.5


def test_a_broker_that_does_not_answer_keeps_nobody_waiting_for_long(broker_at: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        broker_at(deaf.getsockname()[1])
        assert took() < 5


def test_a_broker_that_comes_back_is_heard_again(queue: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        for name in ("broker_url", "broker_write_url"):
            away.setitem(app.conf, name, "redis://127.0.0.1:1/0")
        wake_worker.nudge()
    wake_worker.nudge()
    assert queue.llen("people") == 1


@pytest.mark.parametrize("task", [wake_worker.AWAITED, wake_worker.TO_MANY])
def test_a_word_that_nobody_heard_is_gone_before_it_is_said_again(task: str, queue: redis.Redis) -> None:
    wake_worker.nudge(task)
    name = "people" if task == wake_worker.AWAITED else "bulk"
    (said,) = queue.lrange(name, 0, -1)
    headers = json.loads(said)["headers"]
    lasts = dt.datetime.fromisoformat(headers["expires"]) - timezone.now()
    assert headers["task"] == task
    assert dt.timedelta() < lasts <= dt.timedelta(seconds=60 if name == "people" else 9)
    assert 0 < redis.Redis.from_url(settings.REDIS_URL).ttl(f"asked:{task}") <= 60
