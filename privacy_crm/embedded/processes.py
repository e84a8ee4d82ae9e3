"""Servers as children of the keeper, which on Linux they never outlive."""

import ctypes
import functools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from .account import Account

# Nothing of the caller's environment: PGPORT, PGOPTIONS, TZ and the like would change what a server does.
_ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}
_PR_SET_PDEATHSIG = 1
_PATIENCE = 10.0
_LONGEST_LOG = 5_000_000


class Server:
    """A server that the keeper starts, starts again when it has died, and stops."""

    stop_signals: tuple[signal.Signals, ...]

    def __init__(self, log: Path) -> None:
        self.log = log
        self.begun = 0
        self.process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        rotate(self.log)
        if self.process is None or self.process.poll() is not None:
            self.start()

    def start(self) -> None:
        raise NotImplementedError

    def spawn(self, command: list[str], account: Account, on_orphaned: signal.Signals) -> subprocess.Popen[bytes]:
        """Run a program that gets the signal `on_orphaned` when the keeper dies (Linux only)."""
        with self.log.open("ab") as output:
            self.begun = output.tell()
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_ENVIRONMENT,
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
                # Safe, since the keeper has a single thread; runs after the change of user, which would undo it.
                preexec_fn=functools.partial(_tie_to_parent, _libc(), os.getpid(), on_orphaned),  # noqa: PLW1509
            )

    def complaint(self) -> str:
        """The line in which the program spawned last says why it ended."""
        lines = self.log.read_bytes()[self.begun :].decode(errors="replace").splitlines()
        complaints = [line for line in lines if "FATAL" in line or "error:" in line]
        return (complaints or lines or ["no reason given"])[-1]

    def stop(self) -> None:
        for each in self.stop_signals:
            if self.process is None or _ends(self.process, each):
                return


def _ends(process: subprocess.Popen[bytes], by: signal.Signals) -> bool:
    process.send_signal(by)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    return True


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


def _tie_to_parent(libc: ctypes.CDLL | None, parent: int, on_orphaned: signal.Signals) -> None:
    if libc is not None:
        libc.prctl(_PR_SET_PDEATHSIG, int(on_orphaned))
    if os.getppid() != parent:
        os._exit(1)


def rotate(log: Path) -> None:
    """Servers keep the file open and append to it, so it is emptied, not renamed."""
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)
