"""The project's Celery app, by which work is handed to a worker. It is loaded with the first module of tasks."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from kombu.pools import producers

app: Any = import_string(settings.TASK_APP)

# A visitor waits for this: no second try, and no longer than a broker needs that is there.
_QUICK = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1, "retry_on_timeout": False}


def ask(task: str, args: Sequence[Any] = (), *, expires: float | None = None) -> None:
    """Ask a worker to do a task soon, unless none has within `expires` seconds.

    Nothing else publishes a task: Celery would wait for a broker without end. Raises KombuError or OSError where it is
    away.
    """
    with producers[app.connection_for_write(transport_options=_QUICK)].acquire(block=False) as producer:
        app.send_task(task, args, producer=producer, retry=False, ignore_result=True, expires=expires)
