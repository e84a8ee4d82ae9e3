"""Tasks that are done where they are asked for: what lies between is the subject of other tests."""

from collections.abc import Sequence
from typing import Any

import pytest
from celery import Task

from privacy_crm.celery import app


def at_once(monkeypatch: pytest.MonkeyPatch, *tasks: Task) -> None:
    """Have these tasks done when they are asked for; all others go to the broker."""
    done, send = {task.name: task for task in tasks}, app.send_task

    def send_or_do(name: str, args: Sequence[Any] = (), **how: Any) -> Any:
        return done[name](*args) if name in done else send(name, args, **how)

    monkeypatch.setattr(app, "send_task", send_or_do)
