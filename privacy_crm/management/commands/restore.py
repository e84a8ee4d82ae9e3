from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from contacts.base import command_line
from privacy_crm.backups import bringing_back
from privacy_crm.backups.bringing_back import Restored
from privacy_crm.backups.places import BackupError


class Command(command_line.Command):
    help = "Restore a backup. The product stays closed until it has replayed what the journal knows beyond it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", help="the file, or s3://bucket/prefix/name")
        parser.add_argument("--replace", action="store_true", help="delete what the database has first")
        parser.add_argument(
            "--journal-lost", action="store_true", help="go on without the journal, which is lost for good"
        )

    def handle(self, *_args: Any, backup: str, replace: bool, journal_lost: bool, **_: Any) -> None:
        options = {"replace": replace, "journal_lost": journal_lost}
        try:
            done = bringing_back.restore(backup, **options, at=timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror}.") from error
        for line in (f"Restored: the backup of {done.made_at}.", _told(done), *done.notes):
            self.stdout.write(line)


def _told(done: Restored) -> str:
    if done.journal_number is None:
        return "The journal cannot be read: the product stays closed until it can (JOURNAL_URL)."
    behind = max(done.journal_number - done.database_number, 0)
    if not behind:
        return "Nothing has to be replayed."
    entries = "1 entry of the journal is" if behind == 1 else f"{behind:,} entries of the journal are"
    return f"{entries} replayed at the next start. To do it now: `manage.py replay`."
