"""Serve the demo: web, a worker for each queue and beat as processes of their own, ended together."""

import os
import socket
import sys
from shlex import quote

from django.conf import settings
from django.db import connections
from honcho.manager import Manager
from rich.console import Console

from privacy_crm.jobs import Queue

HOST = "127.0.0.1"
# In a container one often is root, and the demo's worker is nobody's target.
_AS_ROOT = "ignore:You're running the worker with superuser privileges"
console = Console()


def free_port(wanted: int) -> int:
    """Return `wanted`, or with one line of explanation the next free port."""
    for port in range(wanted, min(wanted + 100, 65_536)):
        if _is_free(port):
            if port != wanted:
                console.print(f"[yellow]Port {wanted} is in use; the demo takes {port}.[/]")
            return port
    sys.exit(f"No port from {wanted} on is free. Set PORT to one that is.")


def address(port: int) -> str:
    return f"http://localhost:{port}"


def run(port: int) -> int:
    """Run web, workers and beat until one of them ends or a signal comes. Returns the exit code."""
    connections.close_all()
    manager = Manager()
    # Unless somebody has set them: mails name the port that is taken, and nobody needs a phone to look around.
    site = {"SITE_URL": address(port), "SECOND_FACTOR": "off"}
    # Django's checks have been made by whoever started us: each worker would keep all pages in memory for them.
    celery = {"CELERY_SKIP_CHECKS": "1", "PYTHONWARNINGS": _AS_ROOT}
    environment = {**site, **os.environ, **celery, "PYTHONUNBUFFERED": "1"}
    for name, command in _commands(port).items():
        manager.add_process(name, f"exec {command}", env=environment)
    manager.loop()
    return 0 if manager.returncode in {130, 143} else int(manager.returncode or 0)


def _commands(port: int) -> dict[str, str]:
    python = quote(sys.executable)
    celery = f"{python} -m celery --quiet -A privacy_crm"
    worker = f"{celery} worker --concurrency 1 --loglevel WARNING --without-gossip --without-mingle"
    schedule = quote(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    return {
        "web": f"{python} {quote(str(settings.BASE_DIR / 'manage.py'))} serve --listen {HOST}:{port}",
        **{queue.value: f"{worker} --hostname {queue}@%h --queues {queue}" for queue in Queue},
        "beat": f"{celery} beat --loglevel WARNING --schedule {schedule}",
    }


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
