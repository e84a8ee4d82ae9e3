import sys
from typing import Any

from django.core.management.base import CommandParser

from contacts.base import command_line
from contacts.base.days import day_of
from retention.forecasts import explain, words

NOT_HELD = 4


class Command(command_line.Command):
    help = "Say why a person is held, and until when. Exit 4: nobody such is held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", nargs="?", metavar="EMAIL|PUBLIC_ID")
        parser.add_argument("--all", action="store_true", dest="everyone", help="everyone held, one after the other")
        command_line.add_at(parser)
        command_line.add_json(parser)

    def handle(
        self, *_args: Any, who: str | None, everyone: bool, at: str | None, as_json: bool, **_options: Any
    ) -> None:
        if everyone == bool(who):
            command_line.refuse("Name one person by e-mail address or public_id, or ask for --all.")
        policy = command_line.policy_in_force()
        day = day_of(command_line.moment(at, policy), policy.zone)
        contact = explain.find(who) if who else None
        if who and contact is None:
            self._not_held(as_json=as_json)
        found = (
            [explain.of_one(contact, policy=policy, day=day)]
            if contact
            else explain.of_everyone(policy=policy, day=day)
        )
        for explanation in found:
            self.stdout.write(command_line.to_json(explanation) if as_json else words.explain(explanation, policy, day))

    def _not_held(self, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(command_line.to_json({"held": False}))
        else:
            self.stdout.write("Nobody such is held.")
        sys.exit(NOT_HELD)
