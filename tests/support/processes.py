"""The product in processes of its own, which can be killed, beside rows that hold them up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import environ
import psycopg2
import redis

from privacy_crm import embedded
from tests.support.embedded_users import eventually
from tests.support.forked import Parent, Process, libraries
from tests.support.mail_sink import Sink, kept_port

PATIENCE = 240.0  # for a busy machine; pytest's own is longer
TEMPLATE = "installed"
# It waits for no word of other workers first: there are none.
WORKER = ("-P", "prefork", "-c", "1", "-l", "ERROR", "--without-gossip", "--without-mingle")


class Site:
    """The product under a VAR_DIR of its own: its processes work as the application, and migrate as the owner."""

    def __init__(self, var: Path, urls: embedded.Urls) -> None:
        self.var = var
        self.urls = urls
        self.started: list[Process] = []
        self.environment = self._outset()
        self._parents: dict[frozenset[tuple[str, str]], Parent] = {}
        self._connection: Any = None
        self._until_closed = ExitStack()
        # The same each time, since a new environment needs a new parent.
        self._mail_port = self._until_closed.enter_context(kept_port()).getsockname()[1]

    def _outset(self) -> dict[str, str]:
        return os.environ | {
            "VAR_DIR": str(self.var),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "DEBUG": "on",
            "SECRET_KEY": "s" * 50,
            "PURGE_CAP_NUMBER": "1000000",  # the cap is not the subject here
        }

    def install(self) -> None:
        """Make the database, with the demo company's policy, and a template of it."""
        self.manage("migrate", "-v", "0")
        self.manage("publish_policy")
        self._disconnect()
        self._beside(f'CREATE DATABASE {TEMPLATE} TEMPLATE "{self.parameters()["dbname"]}"')

    def renew(self) -> None:
        """Be as new: nothing runs, and nothing is left of what was done since the installation."""
        self.end_all()
        self._disconnect()
        self.environment = self._outset()
        name = self.parameters()["dbname"]
        self._beside(f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
        self.forget_messages()
        for directory in (self.var / "mail", self.var / "media", self.var / "journal"):
            shutil.rmtree(directory, ignore_errors=True)

    def forget_messages(self) -> None:
        """Leave nothing in Valkey."""
        with redis.Redis.from_url(self.urls.redis) as valkey:
            valkey.flushall()

    def close(self) -> None:
        self.end_all()
        self._disconnect()
        self._until_closed.close()

    def end_all(self) -> None:
        for process in self.started:
            kill(process)
        self.started.clear()

    def start(self, *arguments: str, output: int = subprocess.PIPE) -> Process:
        """Start a process; whoever lets one run for long reads its output, or has none: it would stand still."""
        process = self._parent().start(*arguments, output=output)
        self.started.append(process)
        return process

    def _parent(self) -> Parent:
        """One for each environment that was asked for."""
        environment = frozenset(self.environment.items())
        if environment not in self._parents:
            parent = self._until_closed.enter_context(libraries().warmed(self.environment))
            self._parents[environment] = parent
        return self._parents[environment]

    def manage(self, *arguments: str) -> None:
        """Run a command to its good end."""
        process = self.start("manage.py", *arguments)
        _, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, error

    def enqueue(self, task: str) -> None:
        module, name = task.rsplit(".", 1)
        self.manage("shell", "-c", f"from {module} import {name}; {name}.delay()")

    @contextmanager
    def worker(self, *options: str) -> Iterator[Process]:
        """One that takes from all queues, unless it is told some (`-Q`)."""
        process = self.start("-m", "celery", "-A", "privacy_crm", "worker", *WORKER, *options)
        try:
            yield process
        finally:
            kill(process)

    def connect(self) -> Any:
        return psycopg2.connect(**self.parameters())

    def parameters(self) -> dict[str, str]:
        """Of the owner, since tests make, empty and lock tables; processes are the application's."""
        return _parameters(self.urls.owner)

    def parameters_of_application(self) -> dict[str, str]:
        return _parameters(self.urls.database)

    def _beside(self, *statements: str) -> None:
        """What cannot be done from within the database."""
        with closing(psycopg2.connect(**self.parameters() | {"dbname": "postgres"})) as connected:
            connected.autocommit = True
            with connected.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Over one connection, since this is asked again and again: each new one costs the server a process."""
        try:
            with self._connected().cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.DatabaseError:
            self._disconnect()
            raise

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = self.connect()
            self._connection.autocommit = True
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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
    def standing_run(self, table: str, condition: str) -> Iterator[Process]:
        """A run that stands still where it needs these rows, which it may have written itself."""
        with ExitStack() as until_the_end:
            with self.locked("contacts_contact", "id = 1") as first:
                run = self.start("manage.py", "purge", "--json")
                self.await_standstill(first)
                second = until_the_end.enter_context(self.locked(table, condition))
            self.await_standstill(second)
            yield run

    def mail_server(self) -> Sink:
        """One that takes the mail of what is started from now on, once it is opened."""
        sink = Sink(self._mail_port)
        self.environment |= {"EMAIL_URL": sink.url}
        return sink

    def empty(self, *tables: str) -> None:
        """Leave nothing in these tables, nor in what hangs on them."""
        self.rows(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")

    def statuses(self) -> list[str]:
        return [status for (status,) in self.rows("SELECT status FROM retention_purgerun ORDER BY id")]

    def people(self) -> int:
        return self.number("SELECT count(*) FROM contacts_contact")

    def counted(self) -> int:
        return self.number("SELECT sum(contacts_deleted) FROM retention_purgecount")


def _parameters(url: str) -> dict[str, str]:
    config = environ.Env.db_url_config(url)
    return {"host": config["HOST"], "port": config["PORT"], "user": config["USER"], "dbname": config["NAME"]}


def kill(process: Process) -> None:
    """Kill a process with all its children, if it still runs."""
    process.kill()
    process.communicate()


def end(process: Process) -> int:
    """Ask a process to end, as whoever restarts it does, and return how it did once it has done what it was at."""
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    return process.wait()
