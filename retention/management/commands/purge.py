import datetime as dt
import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.models import PolicyVersion
from retention import outcomes, purge, report, rules
from retention.models import RunStatus

FAILED = 1
EXIT = {RunStatus.FINISHED.value: 0, RunStatus.NEEDS_APPROVAL.value: 3}


class Command(command_line.Command):
    help = "Delete what has lapsed. Exit 0: finished; 3: waits for approval; 1: failed."

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_at(parser)
        parser.add_argument("--dry-run", action="store_true", help="count what would be done, and write nothing")
        parser.add_argument("--approve", action="store_true", help="go on where the run would stop and ask")
        command_line.add_json(parser)

    def handle(self, *_args: Any, at: str | None, dry_run: bool, approve: bool, as_json: bool, **_: Any) -> None:
        policy = command_line.policy_in_force()
        moment = command_line.moment(at, policy)
        if dry_run:
            outcome: outcomes.Outcome | None = purge.rehearse(policy=policy, at=moment, approve=approve)
        else:
            outcome = self._run(policy, moment, approve=approve)
        if outcome:
            self.stdout.write(command_line.to_json(outcome) if as_json else report.in_words(outcome))
            sys.exit(EXIT.get(outcome.status, FAILED))
        sys.exit(FAILED)

    def _run(self, policy: PolicyVersion, at: dt.datetime, *, approve: bool) -> outcomes.Outcome | None:
        try:
            return purge.run(policy=policy, at=at, by="command", approve=approve, now=timezone.now)
        except rules.PurgeBrokenOffError as error:
            salvaged = outcomes.salvage(error.purge_run)
            if salvaged is None:
                self.stdout.write(command_line.to_json(report.unknown(error.purge_run)))
            return salvaged
