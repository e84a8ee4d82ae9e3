from typing import Any

from django.core.management.base import CommandParser

from contacts.base import command_line
from contacts.base.days import day_of
from contacts.base.limits import limits
from retention.forecasts import forecast, report

LONGEST = 36_525


class Command(command_line.Command):
    help = "Show what the runs of the coming days would do, a line a day."

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_at(parser)
        parser.add_argument("--days", type=int, default=365, help="how many days, the first included; default: 365")
        command_line.add_json(parser)

    def handle(self, *_args: Any, at: str | None, days: int, as_json: bool, **_options: Any) -> None:
        if not 1 <= days <= LONGEST:
            command_line.refuse(f"--days takes a number from 1 to {LONGEST}.")
        policy = command_line.policy_in_force()
        first = day_of(command_line.moment(at, policy), policy.zone)
        with limits(statement="1h"):
            for day in forecast.days(policy=policy, first=first, number=days):
                self.stdout.write(command_line.to_json(day) if as_json else report.forecast_line(day))
