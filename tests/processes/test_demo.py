"""The demo as a newcomer meets it, on a VAR_DIR of its own.

Here manage.py, the site, Celery's worker and its beat start as they do anywhere, from nothing; the processes of other
tests are forked from parents that are warm.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.forked import ROOT, libraries
from tests.support.processes import PATIENCE

PAGES = ("privacy/", "", "whitepapers/patching-without-fear/", "events/nordic-summit/", "register/")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    var = tmp_path / "a folder with a space"
    settings = {"DEBUG": "on", "SECRET_KEY": "x" * 60, "VAR_DIR": str(var)}
    return {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", **settings}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    read = ""
    deadline = time.monotonic() + PATIENCE
    assert process.stdout is not None
    while time.monotonic() < deadline:
        read += process.stdout.readline()
        if re.search(pattern, read):
            return read
    raise AssertionError(f"{pattern} did not appear in:\n{read}")


def answers(url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as response:  # noqa: S310 - our own server
                return bool(response.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


def test_the_demo_plays_its_night_serves_on_a_free_port_and_leaves_nothing_running_but_what_the_next_one_finds(
    environment: dict[str, str], taken_port: int
) -> None:
    command = [sys.executable, "manage.py", "demo"]
    options = {"cwd": ROOT, "env": {**environment, "PORT": str(taken_port)}, "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options) as demo:  # type: ignore[call-overload]
        told = read_until(demo, "beat started")
        assert "135 people would be deleted" in told
        assert re.search(r"\b135 │ were deleted", told)
        assert "4 whitepapers to ask for and 2 events to sign up for" in " ".join(told.split())
        port = re.findall(r"localhost:(\d+)/privacy/", told)[0]
        assert f"localhost:{port}/ " in told
        assert "/api/openapi.json" in told
        assert f"Port {taken_port} is in use" in told
        assert int(port) != taken_port
        for role in ("marketing", "sales", "events", "privacy-officer", "auditor", "administrator"):
            assert role in told
        mailed = "".join(mail.read_text() for mail in (Path(environment["VAR_DIR"]) / "mail").iterdir())
        assert set(re.findall(r"http://localhost:(\d{2,})", mailed.replace("=\n", ""))) == {port}
        assert [page for page in PAGES if not answers(f"http://localhost:{port}/{page}")] == []
        children = psutil.Process(demo.pid).children(recursive=True)
        assert len(children) >= 3
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=PATIENCE)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    assert demo.returncode == 0
    again = libraries().start("manage.py", "demo", "--no-serve", environment=environment)
    out, error = again.communicate(timeout=PATIENCE)
    assert "is there already" in out
    assert (again.returncode, error) == (0, "")


def test_a_port_that_is_no_number_is_refused_in_one_line(environment: dict[str, str]) -> None:
    refused = libraries().start("manage.py", "demo", "--no-serve", environment={**environment, "PORT": "eighty"})
    _out, error = refused.communicate(timeout=PATIENCE)
    assert refused.returncode == 2
    assert error.count("\n") == 1
