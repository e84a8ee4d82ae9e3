"""What the commands share that serve: where they listen, how they end, and what they say where they cannot begin."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from contacts.base import command_line


def add(parser: ArgumentParser, *, default: str) -> None:
    parser.add_argument("--listen", metavar="HOST:PORT", default=default, help="default: %(default)s")


def serve(application: Any, *, listen: str, threads: int) -> None:
    """Serve until a signal comes; end with one line where the address cannot be had."""
    from privacy_crm import serving  # noqa: PLC0415 - other commands need no web server

    signal.signal(signal.SIGTERM, _end)
    try:
        serving.run(application, listen=listen, threads=threads)
    except (OSError, ValueError) as problem:
        command_line.refuse(f"--listen {listen}: {problem}")


def _end(*_signal: object) -> None:
    sys.exit(0)
