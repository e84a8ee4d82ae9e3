from argparse import ArgumentParser
from typing import Any

from django.core.servers.basehttp import get_internal_wsgi_application

from contacts.base import command_line
from privacy_crm.management import listening


class Command(command_line.Command):
    help = "Serve the site in one process, until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        listening.add(parser, default="127.0.0.1:8000")
        parser.add_argument("--threads", metavar="N", type=int, default=4, help="requests worked at side by side")

    def handle(self, *_args: Any, **options: Any) -> None:
        application = get_internal_wsgi_application()
        from privacy_crm.restoring import opening  # noqa: PLC0415 - it reads models, which are there by now

        opening.begin()  # look first of all whether the database was restored; any other server does with a request
        listening.serve(application, listen=options["listen"], threads=options["threads"])
