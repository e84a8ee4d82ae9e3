import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from contacts.base import command_line
from contacts.words.addresses import MalformedAddressError
from dsr.checks import OF_REQUESTS
from dsr.package import packing
from dsr.package.packing import NobodyError

NOT_HELD = 1


class Command(command_line.Command):
    help = "Write everything held about the person of an address into a ZIP. Exit 1: nothing is held."
    requires_system_checks = (OF_REQUESTS,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("out", type=Path, metavar="OUT.zip", help="a file that does not exist yet")
        parser.add_argument(
            "--language", choices=[code for code, _ in settings.LANGUAGES], help="default: the person's own"
        )

    def handle(self, *_args: Any, email: str, out: Path, language: str | None, **_options: Any) -> None:
        _check(out)
        policy = command_line.policy_in_force()
        at = command_line.moment(None, policy)
        try:
            made = packing.for_operator(email, policy=policy, language=language, at=at, by="operator")
        except MalformedAddressError:
            command_line.refuse("EMAIL is no e-mail address.")
        except NobodyError:
            raise CommandError("Nothing is held about this address.", returncode=NOT_HELD) from None
        _save(made.content, out)
        self.stdout.write(f"Written: {made.entries} entries of {made.tables} tables. Delete the file once it is sent.")


def _check(out: Path) -> None:
    try:
        if out.exists():
            command_line.refuse("There is such a file already. Name one that does not exist.")
        if not out.parent.is_dir():
            command_line.refuse("There is no such folder. Make it first.")
    except OSError as error:
        command_line.refuse(f"OUT.zip cannot be written there: {error.strerror}.")


def _save(content: bytes, out: Path) -> None:
    """Write a file that is there whole or not at all, and that nobody else on the machine can read."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=".access-")
    except OSError as error:
        command_line.refuse(f"OUT.zip cannot be written there: {error.strerror}.")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.rename(out)
    except OSError as error:
        command_line.refuse(f"OUT.zip cannot be written there: {error.strerror}.")
    finally:
        unfinished.unlink(missing_ok=True)
