from argparse import ArgumentParser
from typing import Any

from contacts.base import command_line
from privacy_crm.management import listening


class Command(command_line.Command):
    help = "Serve figures for Prometheus at an address of their own, until it is told to end. No visitor may reach it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        listening.add(parser, default="127.0.0.1:9464")

    def handle(self, *_args: Any, **options: Any) -> None:
        from contacts.base.background import app  # noqa: PLC0415 - other commands need neither
        from privacy_crm.health import metrics  # noqa: PLC0415

        queues = [queue.name for queue in app.conf.task_queues or []] or [app.conf.task_default_queue]
        listening.serve(metrics.application(queues), listen=options["listen"], threads=1)
