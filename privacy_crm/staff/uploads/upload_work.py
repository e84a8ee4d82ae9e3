"""Hand an upload to a worker, once what is being written has committed."""

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import KombuError

from contacts.base import background
from contacts.models import Upload

log = structlog.get_logger(__name__)


def ask_for(task: Task, upload: Upload, by: str) -> None:
    """Have a worker do it. Where no broker hears of it, the sweep gives the upload back."""

    def ask() -> None:
        try:
            background.ask(task.name, (upload.pk, by))
        except (KombuError, OSError) as error:
            log.warning("upload.no_broker", code=type(error).__name__)

    transaction.on_commit(ask)
