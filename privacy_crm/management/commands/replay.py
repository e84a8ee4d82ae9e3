from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.journal import numbers, shipping
from contacts.journal.stores import JournalError
from privacy_crm.restoring import replay
from privacy_crm.restoring.replay import ReplayError


class Command(command_line.Command):
    help = (
        "Replay what the journal knows beyond a database that was restored. Web, worker and beat do so at their start."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        lost = "write the journal anew from the database first, since the one at JOURNAL_URL is lost for good"
        parser.add_argument("--journal-lost", action="store_true", help=lost)

    def handle(self, *_args: Any, journal_lost: bool, **_: Any) -> None:
        try:
            if journal_lost:
                shipping.renew(at=timezone.now())
            before = numbers.in_database()
            done = replay.run(now=timezone.now)
        except (JournalError, ReplayError) as error:
            raise CommandError(f"{error} The product stays closed.") from error
        if not done:
            raise CommandError("Another process is replaying the journal.")
        self.stdout.write(f"The database is at entry {numbers.in_database()} of the journal; it was at {before}.")
