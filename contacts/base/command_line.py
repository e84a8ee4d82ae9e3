"""What all commands share: the moment they act for, the policy they act by, how they answer and how they refuse.

Their JSON is a contract: it goes to stdout alone. Exit 2 is wrong use, with one line on stderr and no traceback.
"""

import dataclasses
import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.utils import timezone

from contacts.base.days import parse_moment
from contacts.models import PolicyVersion

WRONG_USE = 2


def refuse(reason: str) -> NoReturn:
    """End a command as wrongly used."""
    raise CommandError(reason, returncode=WRONG_USE)


class Command(BaseCommand):
    """A command whose refusals are one line.

    It checks the settings that it names, rather than all that Django checks, which loads each page of the site: web,
    workers and `manage.py check` do that (ADR 0032).
    """

    requires_system_checks: list[str] | tuple[str, ...] = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            parser.error = self._refuse  # type: ignore[method-assign]
        return parser

    def _refuse(self, message: str) -> NoReturn:
        self.stderr.write(f"{message} (--help lists what this command takes)")
        raise SystemExit(WRONG_USE)


def add_at(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="MOMENT", help="a date (the run at 02:30 that day) or a date-time, ISO 8601; default: now"
    )


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON instead of words")


def policy_in_force() -> PolicyVersion:
    """Return the published policy, or refuse where there is none."""
    try:
        policy = PolicyVersion.objects.in_force()
    except DatabaseError as error:
        refuse(f"The database is not ready ({type(error).__name__}). Run `manage.py migrate` first.")
    return policy or refuse("No policy is published. Run `manage.py publish_policy` first.")


def moment(text: str | None, policy: PolicyVersion) -> dt.datetime:
    """Return what `--at` means in the company's time zone; now where it is not given."""
    if text is None:
        return timezone.now()
    try:
        return parse_moment(text, policy.zone)
    except ValueError:
        refuse("--at takes a date or a date-time, such as 2026-11-24 or 2026-11-24T02:30.")


def to_json(answer: Any) -> str:
    """Return an act's answer (a dataclass or plain data) as one line of JSON."""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        answer = dataclasses.asdict(answer)
    return json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False)
