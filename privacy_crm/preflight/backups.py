"""The backups: whether one can be kept, whether there are any, and whether they are as old as people were told."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from privacy_crm.backups import age, places
from privacy_crm.preflight.results import Result, ok, unknown, wrong


def place() -> Iterator[Result]:
    """Write and delete a file where backups are kept."""
    if not settings.BACKUP_URL:
        return
    kept, name = places.of(settings.BACKUP_URL), f"preflight-{uuid.uuid4().hex}"
    with NamedTemporaryFile() as file:
        kept.save(Path(file.name), name)
    kept.remove(name)
    yield ok("Place of backups", "a file was written and deleted")


def look(at: dt.datetime) -> Iterator[Result]:
    if not settings.BACKUP_URL:
        yield unknown(
            "Backups",
            "BACKUP_URL is not set",
            "Set it to where `manage.py backup` keeps them, so that their age is known.",
        )
        return
    made = age.backups()
    problem = age.problem(at=at)
    if not made:  # before the site opens there need not be one
        yield unknown("Backups", "there is none yet", "Run `manage.py backup` each day.")
    elif problem:
        yield wrong("Backups", problem, "See docs/operations.md, Backup.")
    else:
        days = (at - made[0]).days
        yield ok("Backups", f"the oldest is {days} days old; people were told {settings.BACKUP_DAYS}")
