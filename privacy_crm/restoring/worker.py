"""Workers do nothing but replay while something is pending. What was asked of them meanwhile is dropped.

It was about a database that is gone, and beat asks again for all that still has to be done.
"""

from typing import Any

from celery.contrib.django.task import DjangoTask

from contacts.base.job_runs import DROPPED


class Guarded(DjangoTask):  # type: ignore[misc]  # Celery has no types
    """A task that begins once the doors are open."""

    abstract = True

    def __call__(self, *args: Any, **options: Any) -> Any:
        return super().__call__(*args, **options) if look() else DROPPED


def look(**_options: Any) -> bool:
    """Replay what is pending, and tell whether the doors are open: also what worker and beat do first of all."""
    from privacy_crm.restoring import opening  # noqa: PLC0415 - acts of all apps, for those alone who run (ADR 0032)

    return opening.attempt()
