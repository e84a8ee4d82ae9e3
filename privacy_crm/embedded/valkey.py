"""Valkey on a private Unix socket, in memory only."""

import signal
import time
from pathlib import Path

from . import probes
from .account import Account
from .places import EmbeddedError
from .processes import Server

_DEADLINE = 10.0
_PAUSE = 0.01


class Valkey(Server):
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, program: Path, run: Path, log: Path) -> None:
        super().__init__(log)
        self.program = program
        self.run = run
        self.socket = run / "valkey.sock"

    def start(self) -> None:
        self._end_leftover()
        # It may be killed at any time: it keeps nothing.
        self.process = self.spawn(self._command(), Account(), signal.SIGKILL)
        deadline = time.monotonic() + _DEADLINE
        while not probes.valkey_answers(self.socket):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"Valkey does not start: {self.complaint()}")
            time.sleep(_PAUSE)

    def _end_leftover(self) -> None:
        """End a server that a dead keeper left, and remove its socket, which would be in the way."""
        deadline = time.monotonic() + _DEADLINE
        probes.valkey_reply(self.socket, b"SHUTDOWN NOSAVE")
        while probes.listens(self.socket) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self.socket.unlink(missing_ok=True)

    def _command(self) -> list[str]:
        socket = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        memory_only = ["--save", "", "--appendonly", "no", "--dir", str(self.run)]
        return [str(self.program), *socket, *memory_only]
