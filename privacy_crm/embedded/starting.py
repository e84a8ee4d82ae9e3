"""Start the servers of a VAR_DIR, or share those that already run."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import locks, probes, wheels
from .places import EmbeddedError, Places, places_of, prepare

OWNER = DATABASE = "crm"
APPLICATION = "crm_app"
_DEADLINE = 60.0
_PAUSE = 0.02
# What is made where PostgreSQL says that it lacks a role or a database.
_MAKES = {probes.NO_ROLE: ("createuser", APPLICATION), probes.NO_DATABASE: ("createdb", DATABASE)}
# Never closed: the shared lock says until the very end of the process that somebody uses the servers.
_held: dict[Path, int] = {}


@dataclass(frozen=True)
class Urls:
    """`database` and `owner` are for django-environ's `db()`, `redis` for redis-py, `broker` for Celery, with
    `broker.Transport`. The application works over the first; over the second the owner migrates.
    """

    database: str
    owner: str
    redis: str
    broker: str


def urls(var_dir: Path) -> Urls:
    """Return where the servers of a VAR_DIR listen, whether they run or not; touches nothing.

    The directory's name needs no quoting. django-environ does not decode a socket's directory in the place of the host;
    before the database's name it does.
    """
    address = places_of(var_dir).address
    directory = str(address / "postgres").replace("/", "%2F")
    valkey = address / "valkey.sock"
    return Urls(
        database=f"postgres://{APPLICATION}@:5432/{directory}/{DATABASE}",
        owner=f"postgres://{OWNER}@:5432/{directory}/{DATABASE}",
        redis=f"unix://{valkey}?db=0",
        broker=f"socket://{valkey}?virtual_host=0",
    )


def start(var_dir: Path) -> Urls:
    """Return once both servers answer and the database exists; takes a few milliseconds where they already run.

    The calling process counts as a user of the servers until it ends, and so do its forks. EmbeddedError where the
    servers cannot be had, within a minute.
    """
    places = prepare(var_dir)
    deadline = time.monotonic() + _DEADLINE
    try:
        _become_user(places, deadline)
        return _wait_for_servers(places, deadline)
    except OSError as error:
        raise EmbeddedError(f"PostgreSQL and Valkey cannot be started: {error}") from error


def running(var_dir: Path) -> bool:
    """Whether a keeper looks after the servers of this VAR_DIR."""
    try:
        fd = os.open(places_of(var_dir).keeper_lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not locks.take(fd, locks.SHARED)
    finally:
        os.close(fd)


def _become_user(places: Places, deadline: float) -> None:
    """Take the users' lock, behind a keeper that is stopping its servers if need be."""
    held = _held.get(places.var)
    if held is not None and locks.still_there(held, places.users_lock):
        return
    fd = locks.opened(places.users_lock)
    while not locks.take(fd, locks.SHARED):
        if time.monotonic() > deadline:
            os.close(fd)
            raise EmbeddedError(f"the servers of VAR_DIR {str(places.var)!r} do not finish stopping")
        time.sleep(_PAUSE)
    _held[places.var] = fd


def _wait_for_servers(places: Places, deadline: float) -> Urls:
    while time.monotonic() < deadline:
        _ensure_keeper(places)
        run = _published_run(places)
        if run and _servers_answer(run):
            return urls(places.var)
        time.sleep(_PAUSE)
    raise EmbeddedError(f"PostgreSQL and Valkey did not start in time: see the logs in {str(places.servers)!r}")


def _ensure_keeper(places: Places) -> None:
    """Start a keeper unless one is there. It inherits the lock, so that there is never a second one."""
    fd = locks.opened(places.keeper_lock)
    try:
        if locks.take(fd, locks.EXCLUSIVE):
            places.state.unlink(missing_ok=True)
            _spawn_keeper(places, fd)
    finally:
        os.close(fd)


def _spawn_keeper(places: Places, lock: int) -> None:
    programs = [str(wheels.pginstall()), str(wheels.valkey_server())]
    # Isolated and without site-packages: the keeper needs the standard library alone and outlives this environment.
    keeper = [sys.executable, "-I", "-S", str(Path(__file__).parent), str(lock), str(places.var), *programs]
    with places.log("keeper").open("ab") as log:
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, "cwd": "/"}
        begun = subprocess.run(keeper, pass_fds=[lock], start_new_session=True, check=False, **options)
    if begun.returncode:
        raise EmbeddedError(f"the keeper of the servers does not start: see {str(places.log('keeper'))!r}")


def _published_run(places: Places) -> Path | None:
    """The directory of the sockets, once the keeper has both servers up; EmbeddedError if it says that it failed."""
    try:
        state = json.loads(places.state.read_bytes())
    except FileNotFoundError:
        return None
    if "error" in state:
        raise EmbeddedError(state["error"])
    return Path(state["run"])


def _servers_answer(run: Path) -> bool:
    answer = probes.postgres_answer(run / "postgres" / ".s.PGSQL.5432", APPLICATION, DATABASE)
    if answer in _MAKES:
        _make(run, *_MAKES[answer])
    return answer == probes.READY and probes.valkey_answers(run / "valkey.sock")


def _make(run: Path, program: str, name: str) -> None:
    """Where several processes try at once, all but one fail; each then finds what was made."""
    command = [str(wheels.postgres_bin(program)), "-h", str(run / "postgres"), "-p", "5432", "-U", OWNER, name]
    quiet: dict[str, Any] = {"env": {"LC_ALL": "C"}, "stdin": subprocess.DEVNULL, "capture_output": True}
    subprocess.run(command, check=False, **quiet)
