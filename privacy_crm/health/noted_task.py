"""The kind of task that all of ours are: its end is noted, whichever it is."""

from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from contacts.base import job_runs
from contacts.base.job_runs import DROPPED
from privacy_crm.restoring.worker import Guarded


class NotedTask(Guarded):
    """A note that cannot be written ends no task: what is missing from it is what alarms."""

    abstract = True

    def on_success(self, returned: Any, _task_id: str, _args: Any, _kwargs: Any) -> None:
        if returned == DROPPED:
            return
        with suppress(DatabaseError):
            job_runs.succeeded(self.name, at=timezone.now())

    def on_failure(self, exc: BaseException, _task_id: str, _args: Any, _kwargs: Any, _trace: Any) -> None:
        with suppress(DatabaseError):
            job_runs.failed(self.name, type(exc), at=timezone.now())
