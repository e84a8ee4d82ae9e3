from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from contacts.base import command_line
from contacts.journal import numbers
from contacts.journal.stores import JournalError
from privacy_crm.restoring import replay
from privacy_crm.restoring.replay import ReplayError


class Command(command_line.Command):
    help = (
        "Replay what the journal knows beyond a database that was restored. Web, worker and beat do so at their start."
    )

    def handle(self, *_args: Any, **_: Any) -> None:
        before = numbers.in_database()
        try:
            done = replay.run(now=timezone.now)
        except (JournalError, ReplayError) as error:
            raise CommandError(f"{error} The product stays closed.") from error
        if not done:
            raise CommandError("Another process is replaying the journal.")
        self.stdout.write(f"The database is at entry {numbers.in_database()} of the journal; it was at {before}.")
