import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from contacts.base import command_line


class Command(command_line.Command):
    help = "Load the demo company, run the nightly purge, show what it did, and serve the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the night, without serving the site")

    def handle(self, *_args: Any, no_serve: bool, **_options: Any) -> None:
        if not settings.DEBUG:
            command_line.refuse("The demo is for development: it needs DEBUG=on, which `make setup` writes into .env.")
        # Rich and honcho are development packages.
        from privacy_crm.demo import play, serve  # noqa: PLC0415

        port = _port() if no_serve else serve.free_port(_port())
        # Mails that the data brings along lead to where the site will be served, unless somebody has said where.
        settings.SITE_URL = os.environ.get("SITE_URL") or serve.address(port)
        policy = play.prepare()
        names, password = play.log_ins()
        if not play.first_night(policy):
            self.stdout.write("The demo's data is there already; `make clean` forgets it.")
        if not no_serve:
            play.welcome(port, names, password)
            sys.exit(serve.run(port))


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        command_line.refuse("PORT takes a number from 1 to 65535.")
    return int(text)
