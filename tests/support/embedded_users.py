"""Processes that use the servers of a VAR_DIR, and what the tests of `embedded` see of them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import fields
from functools import partial
from pathlib import Path

import environ
import psutil
import psycopg2
import redis

from privacy_crm import embedded

PACKAGE = Path(embedded.__file__).parent
# Imported on its own, as by the keeper: privacy_crm would load Celery into each of these processes.
USER = f"""
import json, os, sys, time
from dataclasses import asdict
from pathlib import Path
sys.path.append({str(PACKAGE.parent)!r})
import embedded
before = time.monotonic()
try:
    answer = asdict(embedded.start(Path(sys.argv[1])))
except embedded.EmbeddedError as error:
    answer = {{"error": str(error)}}
print(json.dumps(answer | {{"took": time.monotonic() - before}}), flush=True)
if "fork" in sys.argv and os.fork():
    os.kill(os.getpid(), 9)
sys.stdin.read()
"""


class User:
    """A process that uses the servers of a VAR_DIR until it is ended."""

    def __init__(self, var: Path, *arguments: str, account: int | None = None, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(var), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            user=account,
            group=account,
            cwd="/",
            env=os.environ | environment,
        )

    def answer(self) -> dict[str, str]:
        assert self.process.stdout
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer

    def urls(self) -> embedded.Urls:
        return urls_of(self.answer())

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def urls_of(answer: dict[str, str]) -> embedded.Urls:
    assert "error" not in answer, answer
    return embedded.Urls(**{field.name: answer[field.name] for field in fields(embedded.Urls)})


type Use = Callable[..., User]


@contextmanager
def users() -> Iterator[Use]:
    """Make users; afterwards nothing of theirs is left."""
    made: list[tuple[Path, User]] = []

    def use(var: Path, *arguments: str, account: int | None = None, **environment: str) -> User:
        made.append((var, User(var, *arguments, account=account, **environment)))
        return made[-1][1]

    try:
        yield use
    finally:
        for _var, user in made:
            user.end()
        for var, _user in made:
            eventually(partial(stopped, var))
            shutil.rmtree((var / "servers" / "elsewhere").resolve(), ignore_errors=True)


type Shared = tuple[Path, embedded.Urls]


@contextmanager
def shared_servers() -> Iterator[Shared]:
    """For tests that leave them running as they were: each pair of servers costs a second."""
    with open_directory() as directory, users() as use:
        yield directory / "var", use(directory / "var").urls()


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory through which other accounts may pass, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="embedded-", dir=memory())).resolve()
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def memory() -> Path | None:
    """Where there is plenty: creating and deleting a data directory on disk takes most of a test's time."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private directory in it
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


def eventually[T](fact: Callable[[], T], within: float = 60.0) -> T:
    deadline, pause = time.monotonic() + within, 0.01
    while not (found := fact()):
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(pause)
        # To ask takes work from those who are waited for.
        pause = min(pause * 1.5, 0.1)
    return found


def stopped(var: Path) -> bool:
    return not embedded.running(var)


def works(urls: embedded.Urls) -> bool:
    with suppress(psycopg2.OperationalError, redis.RedisError):
        return query(urls, "SELECT 1") == 1 and ping(urls)
    return False


def ping(urls: embedded.Urls) -> bool:
    with redis.Redis.from_url(urls.redis) as client:
        return bool(client.ping())


def query(urls: embedded.Urls, sql: str) -> object:
    """The first value of the first row, where the statement returns rows."""
    settings = environ.Env.db_url_config(urls.owner)
    names = {"HOST": "host", "PORT": "port", "USER": "user", "NAME": "dbname"}
    with closing(psycopg2.connect(**{names[key]: settings[key] for key in names})) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]


def family(var: Path) -> dict[str, psutil.Process]:
    """The keeper of a VAR_DIR and its servers, by name; empty where nothing of them runs."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command = process.cmdline()
            if str(PACKAGE) in command and str(var) in command:
                return {"keeper": process} | {child.name(): child for child in process.children()}
    return {}


def ended(processes: Iterable[psutil.Process]) -> bool:
    """Also those that nobody has asked for their exit code yet."""
    return not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
