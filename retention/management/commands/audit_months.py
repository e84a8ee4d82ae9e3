from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from contacts.base import command_line, two_clocks
from retention.audit import trail
from retention.watch import clock_watch

FAILED = 1


class Command(command_line.Command):
    help = (
        "Make the months of the audit trail to come, and delete those that are over. "
        "Exit 0: done; 1: somebody held the trail, or the clocks differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_json(parser)

    def handle(self, *_args: Any, as_json: bool, **_options: Any) -> None:
        policy = command_line.policy_in_force()
        clocks = two_clocks.read(timezone.now)
        if not clocks.agree:
            raise CommandError(f"{clock_watch.apart(clocks.apart)} Nothing was deleted.", returncode=FAILED)
        made = trail.make_months(policy)
        deleted = trail.shorten(months=settings.AUDIT_MONTHS, policy=policy, at=clocks.machine)
        if made is None or deleted is None:
            raise CommandError("Somebody held the audit trail. The next night tries again.", returncode=FAILED)
        told = {"made": made, "deleted": deleted}
        self.stdout.write(command_line.to_json(told) if as_json else _in_words(made, deleted))


def _in_words(made: list[str], deleted: int) -> str:
    months = ", ".join(name.replace("_", "-") for name in made) or "none"
    return f"Months made: {months}. Entries deleted: {deleted}."
