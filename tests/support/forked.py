"""Processes of the product, forked from warm parents, and handled as those of `subprocess` are."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from tests.support.warm_parent import NUMBER

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """A process that a parent has forked, which leads a session of its own."""

    def __init__(self, report: socket.socket, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self._report = report
        self._said: tuple[str, str] | None = None
        self.stdout, self.stderr = stdout, stderr
        self.pid = self._number()
        self.returncode: int | None = None

    def _number(self) -> int:
        packed = self._report.recv(NUMBER.size)
        assert packed, "the parent has ended: what it says is among the errors above"
        return int(NUMBER.unpack(packed)[0])

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, or the number of the signal with a minus before it. TimeoutError where it runs on."""
        if self.returncode is None:
            self._report.settimeout(timeout)
            self.returncode = self._number()
            self._report.close()
        return self.returncode

    def poll(self) -> int | None:
        with suppress(BlockingIOError):
            self.wait(0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it wrote, once it has ended. It is killed where it runs on."""
        if self._said is None:
            # Both at once, since it stands still while one of them is full.
            with ThreadPoolExecutor() as readers:
                out, error = readers.submit(_rest, self.stdout), readers.submit(_rest, self.stderr)
                try:
                    self.wait(timeout)
                except TimeoutError:
                    self.kill()
                    self.wait()
                    raise
            self._said = out.result(), error.result()
        return self._said

    def kill(self) -> None:
        """Kill it with all its children, if it still runs."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)


def _rest(stream: IO[str] | None) -> str:
    if stream is None:
        return ""
    with stream:
        return stream.read()


class Parent:
    """The other side of `warm_parent`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    @contextmanager
    def warmed(self, environment: Mapping[str, str]) -> Iterator[Parent]:
        """A parent that has loaded the settings of this environment, and all that depends on them."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self._ask([theirs.fileno()], do="warm", environment=dict(environment))
            theirs.close()
            yield Parent(ours)

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, output: int = subprocess.PIPE
    ) -> Process:
        """Start what the interpreter would with these arguments, in the environment that is given, or the parent's."""
        ours, theirs = socket.socketpair()
        (stdout, into_stdout), (stderr, into_stderr) = _stream(output), _stream(output)
        given = [theirs.fileno(), os.open(os.devnull, os.O_RDONLY), into_stdout, into_stderr]
        self._ask(given, do="start", arguments=arguments, environment=environment and dict(environment))
        theirs.close()
        for descriptor in given[1:]:
            os.close(descriptor)
        return Process(ours, stdout, stderr)

    def _ask(self, descriptors: list[int], **request: object) -> None:
        socket.send_fds(self._control, [json.dumps(request).encode() + b"\n"], descriptors)


def _stream(output: int) -> tuple[IO[str] | None, int]:
    """Our end of an output, and the one for the process."""
    if output == subprocess.DEVNULL:
        return None, os.open(os.devnull, os.O_WRONLY)
    ours, theirs = os.pipe()
    return os.fdopen(ours), theirs


@cache
def libraries() -> Parent:
    """The parent of all others, which knows no settings. It ends with us."""
    ours, theirs = socket.socketpair()
    with theirs:
        # With no word of which settings to read: an import that reads some would fail.
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "tests.support.warm_parent", str(theirs.fileno())]
        given: Any = {"pass_fds": [theirs.fileno()], "stdin": subprocess.DEVNULL, "cwd": ROOT, "env": environment}
        process = subprocess.Popen(command, **given)
    atexit.register(process.wait)
    atexit.register(ours.close)
    return Parent(ours)
