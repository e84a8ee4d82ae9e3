from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from contacts.base import command_line, two_clocks
from privacy_crm.backups import making
from privacy_crm.backups.places import BackupError


class Command(command_line.Command):
    help = "Back up the database and the media into one file, and delete backups that are older than BACKUP_DAYS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "where", nargs="?", default="", help="a directory or s3://bucket/prefix; default: BACKUP_URL"
        )

    def handle(self, *_args: Any, where: str, **_: Any) -> None:
        place = where or settings.BACKUP_URL
        if not place:
            command_line.refuse("Say where, or set BACKUP_URL: a directory, or s3://bucket/prefix.")
        try:
            self.stdout.write(making.make(place, at=timezone.now()))
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror}.") from error
        if at := two_clocks.agreed(timezone.now):
            making.expire(place, at=at)
        else:
            self.stderr.write("The machine's clock and the database's differ: no older backup was deleted.")
