import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.servers.basehttp import get_internal_wsgi_application

from contacts.base import command_line


class Command(command_line.Command):
    help = "Serve the site in one process, until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8000", help="default: %(default)s")
        parser.add_argument("--threads", metavar="N", type=int, default=4, help="requests worked at side by side")

    def handle(self, *_args: Any, **options: Any) -> None:
        from privacy_crm import serving  # noqa: PLC0415 - other commands need no web server

        signal.signal(signal.SIGTERM, _end)
        try:
            serving.run(get_internal_wsgi_application(), listen=options["listen"], threads=options["threads"])
        except (OSError, ValueError) as problem:
            command_line.refuse(f"--listen {options['listen']}: {problem}")


def _end(*_signal: object) -> None:
    sys.exit(0)
