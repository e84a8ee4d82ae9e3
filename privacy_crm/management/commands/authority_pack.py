import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import audit, command_line
from contacts.base.days import day_of
from privacy_crm.authority import pack
from privacy_crm.authority.tables import as_of


class Command(command_line.Command):
    help = "Write the authority pack: every register as of a day, as a ZIP with an index page. It names nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path, help="the file to write, such as pack.zip; it must not be there yet")
        parser.add_argument("--at", metavar="DAY", type=dt.date.fromisoformat, help="a date; default: today")

    def handle(self, *_args: Any, out: Path, at: dt.date | None, **_options: Any) -> None:
        policy, now = command_line.policy_in_force(), timezone.now()
        try:
            asked = as_of(at or day_of(now, policy.zone), policy=policy, at=now)
        except ValueError:
            command_line.refuse(f"{at} is a day to come: nobody knows yet what the records will say.")
        try:
            with out.open("xb") as file:
                file.write(pack.made(asked))
        except OSError as error:
            command_line.refuse(f"{out}: cannot be written ({error.strerror}).")
        audit.record("authority_pack.fetched", at=now, by="command", rule=f"day:{asked.day}")
        self.stdout.write(f"{out}: the authority pack as of {asked.day}.")
