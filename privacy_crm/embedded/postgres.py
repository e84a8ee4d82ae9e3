"""PostgreSQL on a private Unix socket."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import probes
from .account import Account
from .places import EmbeddedError
from .processes import Server

_DEADLINE = 50.0
_PATIENCE = 10.0
_PAUSE = 0.02
_RETRY = 0.2
_SUPERUSER = "crm"
_IN_USE = "shared memory block"
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Messages of errors, their details and the statements behind them repeat the data that caused them.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_checkpoints": "off",
}


class Postgres(Server):
    # A fast shutdown first, then one without a checkpoint.
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(self, home: Path, sockets: Path, programs: Path, log: Path, account: Account) -> None:
        super().__init__(log)
        self.data = home / "postgres"
        self.sockets = sockets
        self.programs = programs / "bin"
        self.account = account

    def start(self) -> None:
        if self.data.exists():
            self._refuse_other_version()
        else:
            self._create_data()
        self._start_server()

    def _refuse_other_version(self) -> None:
        ours = self._output("postgres", "--version")
        data = (self.data / "PG_VERSION").read_text().strip()
        if not re.search(rf"\b{re.escape(data)}\.", ours):
            raise EmbeddedError(f"{str(self.data)!r} holds data of PostgreSQL {data}, but the program is {ours}")

    def _output(self, program: str, *arguments: str) -> str:
        command = [str(self.programs / program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def _create_data(self) -> None:
        """Made under another name first: a data directory exists only when it is complete."""
        for abandoned in self.data.parent.glob("postgres-*.new"):
            shutil.rmtree(abandoned, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="postgres-", suffix=".new", dir=self.data.parent))
        initdb = self.spawn(self._initdb(self.account.given(new)), self.account, signal.SIGKILL)
        if initdb.wait():
            raise EmbeddedError(f"initdb failed: {self.complaint()}")
        new.rename(self.data)

    def _initdb(self, data: Path) -> list[str]:
        options = ["--auth=trust", "--no-sync", "--no-instructions", f"--username={_SUPERUSER}", "--encoding=UTF8"]
        # The builtin locale folds the case of all letters and is the same on every system; C is for what it leaves out.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [str(self.programs / "initdb"), *options, *locale, "-D", str(data)]

    def _start_server(self) -> None:
        """Again and again for as long as the last queries of a server that was killed go on."""
        deadline = time.monotonic() + _DEADLINE
        _end_leftover(self.data)
        while not self._comes_up(deadline):
            if _IN_USE not in self.complaint() or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start: {self.complaint()}")
            time.sleep(_RETRY)

    def _comes_up(self, deadline: float) -> bool:
        self._clean_sockets()
        self.process = self.spawn(self._postgres(), self.account, signal.SIGINT)
        while self.process.poll() is None and time.monotonic() < deadline:
            found = _pid_file(self.data)
            if found and found.pid == self.process.pid and found.ready:
                return True
            time.sleep(_PAUSE)
        return False

    def _clean_sockets(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)
        self.sockets.mkdir(mode=0o700)
        self.account.given(self.sockets)

    def _postgres(self) -> list[str]:
        settings = _SETTINGS | {"unix_socket_directories": str(self.sockets)}
        flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *flags]


@dataclass(frozen=True)
class _PidFile:
    """What a server writes of itself into postmaster.pid: see PostgreSQL's pidfile.h."""

    pid: int
    data: str
    socket: Path
    ready: bool


def _pid_file(data: Path) -> _PidFile | None:
    """None where there is none, or its server has only begun to write it."""
    try:
        lines = [os.fsdecode(line.strip()) for line in (data / "postmaster.pid").read_bytes().splitlines()]
        return _PidFile(int(lines[0]), lines[1], Path(lines[4], f".s.PGSQL.{lines[3]}"), lines[7] == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _end_leftover(data: Path) -> None:
    """End a server that a dead keeper, or somebody's pg_ctl, left in this data directory, and remove its file.

    The number in the file may be that of another process by now; only a server that listens on the socket named there
    is ended. A data directory copied while in use names the original's.
    """
    file = data / "postmaster.pid"
    found = _complete_pid_file(data)
    if found and found.data == str(data) and probes.listens(found.socket):
        _end(found, file)
    file.unlink(missing_ok=True)


def _complete_pid_file(data: Path) -> _PidFile | None:
    """A server in its first moments completes the file once it listens; one that never does is dead."""
    deadline = time.monotonic() + 1.0
    while not (found := _pid_file(data)) and (data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return found


def _end(found: _PidFile, file: Path) -> None:
    for each in Postgres.stop_signals:
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, each)
        if _has_ended(found, file):
            return


def _has_ended(found: _PidFile, file: Path) -> bool:
    """Socket and file tell: the process number stays for as long as nobody reaps the process.

    The file goes last. Its removal has to be awaited, or it could hit that of the successor.
    """
    deadline = time.monotonic() + _PATIENCE
    while probes.listens(found.socket) or file.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True
