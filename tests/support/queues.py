"""What waits at the broker in the queue of what people wait for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis

from contacts.base import asked_once
from privacy_crm.celery import app

_NAME = "people"


class Waiting:
    """The messages that ask for a task."""

    def __init__(self, broker: redis.Redis, task: str) -> None:
        self._broker, self._task = broker, task

    def __len__(self) -> int:
        return len(self._headers())

    def expire(self) -> bool:
        """Tell whether each of them is worth nothing after a while."""
        return all(headers["expires"] for headers in self._headers())

    def _headers(self) -> list[dict[str, Any]]:
        said = [json.loads(message)["headers"] for message in self._broker.lrange(_NAME, 0, -1)]
        return [headers for headers in said if headers["task"] == self._task]


@contextmanager
def asked(task: str) -> Iterator[Waiting]:
    """Begin with an empty queue, and a task that nobody has asked for."""
    with app.connection_for_write() as connection:
        broker = connection.default_channel.client
        broker.delete(_NAME)
        asked_once.heard(task)
        yield Waiting(broker, task)
        broker.delete(_NAME)
