"""The product in processes of its own, which can be killed, beside rows that hold them up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg2

from privacy_crm import embedded
from tests.support.embedded_users import eventually

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


class Site:
    """The product under a VAR_DIR of its own."""

    def __init__(self, var: Path, urls: embedded.Urls) -> None:
        self.var = var
        self.urls = urls
        self.started: list[subprocess.Popen[str]] = []
        self.environment = os.environ | {
            "VAR_DIR": str(var),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "DEBUG": "on",
            "SECRET_KEY": "s" * 50,
            "PURGE_CAP_NUMBER": "1000000",  # the cap is not the subject here
        }

    def start(self, *arguments: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a process; whoever lets one run for long reads its output, or has none: it would stand still."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def manage(self, *arguments: str) -> None:
        """Run a command to its good end."""
        process = self.start("manage.py", *arguments)
        _, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, error

    def enqueue(self, task: str) -> None:
        module, name = task.rsplit(".", 1)
        self.manage("shell", "-c", f"from {module} import {name}; {name}.delay()")

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        process = self.start("-m", "celery", "-A", "privacy_crm", "worker", "-P", "prefork", "-c", "1", "-l", "ERROR")
        try:
            yield process
        finally:
            kill(process)

    def connect(self) -> Any:
        config = environ.Env.db_url_config(self.urls.database)
        return psycopg2.connect(host=config["HOST"], port=config["PORT"], user=config["USER"], dbname=config["NAME"])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self.connect()) as connected:
            connected.autocommit = True
            with connected.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def number(self, sql: str) -> int:
        return int(self.rows(sql)[0][0] or 0)

    @contextmanager
    def locked(self, table: str, condition: str) -> Iterator[int]:
        """Hold rows, so that a run stands still where it needs them. Yields the number of the connection that does."""
        with closing(self.connect()) as connected, connected.cursor() as cursor:
            cursor.execute(f"SELECT pg_backend_pid() FROM {table} WHERE {condition} FOR UPDATE")  # noqa: S608  the test's own
            yield cursor.fetchone()[0]

    def await_standstill(self, holder: int) -> None:
        """Return when somebody waits for what this connection holds."""
        blocked = f"SELECT count(*) FROM pg_stat_activity WHERE {holder} = ANY(pg_blocking_pids(pid))"  # noqa: S608  a number
        eventually(lambda: self.number(blocked) == 1, within=PATIENCE)

    @contextmanager
    def standing_run(self, table: str, condition: str) -> Iterator[subprocess.Popen[str]]:
        """A run that stands still where it needs these rows, which it may have written itself."""
        with ExitStack() as until_the_end:
            with self.locked("contacts_contact", "id = 1") as first:
                run = self.start("manage.py", "purge", "--json")
                self.await_standstill(first)
                second = until_the_end.enter_context(self.locked(table, condition))
            self.await_standstill(second)
            yield run

    @contextmanager
    def mailing_to(self, url: str, *emptied: str) -> Iterator[Site]:
        """Send mail there, with nothing in these tables and in what hangs on them; kill what was started meanwhile."""
        self.rows(f"TRUNCATE {', '.join(emptied)} RESTART IDENTITY CASCADE")
        self.environment |= {"EMAIL_URL": url}
        yield self
        for process in self.started:
            kill(process)
        self.started.clear()

    def statuses(self) -> list[str]:
        return [status for (status,) in self.rows("SELECT status FROM retention_purgerun ORDER BY id")]

    def people(self) -> int:
        return self.number("SELECT count(*) FROM contacts_contact")

    def counted(self) -> int:
        return self.number("SELECT sum(contacts_deleted) FROM retention_purgecount")


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process with all its children, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
