import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from contacts.base import command_line
from retention.audit import statements
from retention.audit.statements import Finding

FOUND, FAILED = 3, 1


class Command(command_line.Command):
    help = "Look for contradictions in the records. Exit 0: none; 3: some were found; 1: the search failed."

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_at(parser)
        command_line.add_json(parser)

    def handle(self, *_args: Any, at: str | None, as_json: bool, **_options: Any) -> None:
        policy = command_line.policy_in_force()
        moment = command_line.moment(at, policy)
        try:
            found = statements.search(policy=policy, at=moment)
        except DatabaseError as error:
            self.stderr.write(f"The search failed ({type(error).__name__}).")
            sys.exit(FAILED)
        number = sum(each.count for each in found)
        told = {"at": moment, "found": number, "statements": found}
        self.stdout.write(command_line.to_json(_as_data(told)) if as_json else _in_words(found))
        sys.exit(FOUND if number else 0)


def _as_data(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"statements": [vars(each) for each in told["statements"]]}


def _in_words(found: list[Finding]) -> str:
    told = [line for each in found if each.count for line in _lines(each)]
    return "\n".join(told) or "No contradictions were found."


def _lines(finding: Finding) -> list[str]:
    more = finding.count - len(finding.ids)
    named = [f"    {public_id}" for public_id in finding.ids]
    return [
        f"{finding.code}: {finding.count}. {finding.text}",
        *named,
        *([f"    and {more} more"] if more else []),
    ]
