"""The demo as a newcomer meets it: real processes, on a VAR_DIR of its own."""

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

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


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


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


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


def test_the_demo_plays_its_night_and_a_second_one_finds_the_data_there(environment: dict[str, str]) -> None:
    first = manage(environment, "demo", "--no-serve")
    assert first.returncode == 0, first.stderr
    assert "135 people would be deleted" in first.stdout
    assert re.search(r"\b135 │ were deleted", first.stdout)
    assert "4 whitepapers to ask for and 2 events to sign up for" in " ".join(first.stdout.split())
    assert "is there already" in manage(environment, "demo", "--no-serve").stdout


def test_the_demo_takes_another_port_serves_and_leaves_nothing_running(
    environment: dict[str, str], taken_port: int
) -> None:
    command = [sys.executable, "manage.py", "demo"]
    options = {"cwd": ROOT, "env": {**environment, "PORT": str(taken_port)}, "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options) as demo:  # type: ignore[call-overload]
        told = read_until(demo, "beat started")
        port = re.findall(r"localhost:(\d+)/privacy/", told)[0]
        assert f"localhost:{port}/ " in told
        assert "/api/openapi.json" in told
        assert f"Port {taken_port} is in use" in told
        assert int(port) != taken_port
        for role in ("marketing", "sales", "events", "privacy-officer", "auditor", "administrator"):
            assert role in told
        mailed = "".join(mail.read_text() for mail in (Path(environment["VAR_DIR"]) / "mail").iterdir())
        assert set(re.findall(r"http://localhost:(\d{2,})", mailed.replace("=\n", ""))) == {port}
        for page in ("privacy/", "", "whitepapers/patching-without-fear/", "events/nordic-summit/", "register/"):
            assert answers(f"http://localhost:{port}/{page}")
        children = psutil.Process(demo.pid).children(recursive=True)
        assert len(children) >= 3
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=PATIENCE)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    assert demo.returncode == 0


def test_a_port_that_is_no_number_is_refused_in_one_line(environment: dict[str, str]) -> None:
    refused = manage({**environment, "PORT": "eighty"}, "demo", "--no-serve")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
