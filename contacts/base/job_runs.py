"""Which tasks came to their end and which failed, for alarms and the page "System": no argument of any is kept."""

import datetime as dt

from django.db import connection

# What a task returns that did nothing of its work: neither its end nor its failure is noted, and alarms go by its last.
DROPPED = "dropped"

# Of many that end within seconds, one is noted: they would wait for each other's row. What a clock that was ahead has
# noted gives way to the first end after it is right again: an alarm that reads it would be silent until that day.
_SUCCEEDED = """
    INSERT INTO contacts_jobrun AS job (task, succeeded_at, error) VALUES (%(task)s, %(at)s, '')
    ON CONFLICT (task) DO UPDATE SET succeeded_at = excluded.succeeded_at
        WHERE job.succeeded_at IS NULL OR job.succeeded_at < excluded.succeeded_at - interval '5 seconds'
            OR job.succeeded_at > excluded.succeeded_at + interval '1 minute'"""
_FAILED = """
    INSERT INTO contacts_jobrun (task, failed_at, error) VALUES (%(task)s, %(at)s, %(error)s)
    ON CONFLICT (task) DO UPDATE SET failed_at = excluded.failed_at, error = excluded.error"""


def succeeded(task: str, *, at: dt.datetime) -> None:
    """Note that a task came to its end."""
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEEDED, {"task": task, "at": at})


def failed(task: str, error: type[BaseException], *, at: dt.datetime) -> None:
    """Note that a task failed, and with which kind of error."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, {"task": task, "at": at, "error": error.__name__})
