import dataclasses
import datetime as dt
import sys
from typing import Any

from django.core.management.base import CommandParser

from contacts.base import command_line
from contacts.base.days import day_of
from dsr.checks import OF_REQUESTS
from dsr.records import due
from dsr.records.due import Due
from dsr.words.vocabulary import Kind, State

OVERDUE = 3


class Command(command_line.Command):
    help = "List the requests that are to be answered, the next due first. Exit 3: one of them is overdue."
    requires_system_checks = (OF_REQUESTS,)

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_at(parser)
        command_line.add_json(parser)

    def handle(self, *_args: Any, at: str | None, as_json: bool, **_options: Any) -> None:
        policy = command_line.policy_in_force()
        day = day_of(command_line.moment(at, policy), policy.zone)
        found = due.on(day)
        overdue = sum(one.overdue for one in found)
        self.stdout.write(command_line.to_json(_as_data(found, day, overdue)) if as_json else _in_words(found))
        sys.exit(OVERDUE if overdue else 0)


def _as_data(found: list[Due], day: dt.date, overdue: int) -> dict[str, Any]:
    requests = [{**dataclasses.asdict(one), "overdue": one.overdue} for one in found]
    return {"day": day, "overdue": overdue, "requests": requests}


def _in_words(found: list[Due]) -> str:
    return "\n".join(_line(one) for one in found) or "No request is to be answered."


def _line(one: Due) -> str:
    dates = f"safe {one.safe_on}, legal {one.legal_on}"
    if one.paused_since:
        when = f"waits for the person since {one.paused_since}"
    else:
        when = f"{-one.days_left} days overdue" if one.overdue else f"{one.days_left} days left"
    return f"{one.number}  {Kind(one.kind).label}, {State(one.state).label}: {dates}; {when}"
