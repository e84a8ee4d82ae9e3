import datetime as dt
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from contacts.base import command_line, officers, two_clocks
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from retention.forecasts import report
from retention.models import RunStatus
from retention.nights import approvals, outcomes, purge, rules
from retention.watch import clock_watch

FAILED = 1
EXIT = {RunStatus.FINISHED.value: 0, RunStatus.NEEDS_APPROVAL.value: 3}


class Command(command_line.Command):
    help = "Delete what has lapsed. Exit 0: finished; 3: waits for approval; 1: failed."

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_at(parser)
        parser.add_argument("--dry-run", action="store_true", help="count what would be done, and write nothing")
        parser.add_argument("--approve", action="store_true", help="go on where the run would stop and ask")
        parser.add_argument("--reason", default="", help="why it is approved; needed where DEBUG is off")
        command_line.add_json(parser)

    def handle(
        self, *_args: Any, at: str | None, dry_run: bool, approve: bool, reason: str, as_json: bool, **_: Any
    ) -> None:
        policy = command_line.policy_in_force()
        moment = command_line.moment(at, policy)
        # In development one lives through years in an afternoon.
        order: dict[str, Any] = {
            "policy": policy,
            "at": moment,
            "approve": approve,
            "after_any_gap": settings.DEBUG and at is not None,
        }
        if dry_run:
            outcome: outcomes.Outcome | None = purge.rehearse(**order)
        else:
            self._check_day(moment, policy)
            _check_approval(reason, approve=approve)
            outcome = self._run(order, reason)
        if outcome:
            self.stdout.write(command_line.to_json(outcome) if as_json else report.in_words(outcome))
            sys.exit(EXIT.get(outcome.status, FAILED))
        sys.exit(FAILED)

    def _check_day(self, moment: dt.datetime, policy: PolicyVersion) -> None:
        """Refuse a day to come, and any day while nobody knows what day it is."""
        clocks = two_clocks.read(timezone.now)
        if not clocks.agree:
            raise CommandError(f"{clock_watch.apart(clocks.apart)} Nothing was deleted.", returncode=FAILED)
        day = day_of(moment, policy.zone)
        if day <= day_of(clocks.machine, policy.zone):
            return
        if not settings.DEBUG:
            command_line.refuse(f"{day} is a day to come: only --dry-run looks ahead. Nothing was deleted.")
        self.stderr.write(f"{day} is a day to come: people are deleted before their time, as DEBUG is on.")

    def _run(self, order: dict[str, Any], reason: str) -> outcomes.Outcome | None:
        try:
            return purge.run(**order, reason=reason, by="command", now=timezone.now)
        except rules.PurgeBrokenOffError as error:
            salvaged = outcomes.salvage(error.purge_run)
            if salvaged is None:
                self.stdout.write(command_line.to_json(report.unknown(error.purge_run)))
            return salvaged


def _check_approval(reason: str, *, approve: bool) -> None:
    """Refuse what the run's page would refuse as well: no reason, or one person where there are two."""
    if not approve or settings.DEBUG:
        return
    if not reason.strip():
        command_line.refuse("--approve needs --reason: why so many may be deleted.")
    if officers.needed(approvals.PERMISSION) > 1:
        command_line.refuse("Two people have to approve a run: without --approve it waits for them on its page.")
