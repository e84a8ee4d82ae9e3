"""A process that is forked from a warm parent is one as any other: what it is, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from tests.support.forked import ROOT, Process, libraries
from tests.support.processes import PATIENCE, Site

ABOUT = """
import json, os, sys, psutil
from pathlib import Path
opened = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if int(each.name) > 2 and each.is_symlink()]
leads = os.getpid() == os.getsid(0) == os.getpgid(0)
print(json.dumps([sys.argv, leads, psutil.Process().num_threads(), opened, os.environ.get("VAR_DIR")]))
"""


def ended(process: Process) -> tuple[int, str, str]:
    out, error = process.communicate(timeout=PATIENCE)
    return process.wait(), out, error


def test_it_has_the_settings_of_one_that_starts_from_nothing(installed: Site) -> None:
    command = ("manage.py", "diffsettings", "--all")
    cold = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=installed.environment, capture_output=True, check=True, text=True
    )
    code, warm, error = ended(installed.start(*command))
    assert len(warm) > 10_000
    assert (code, without_addresses(warm), error) == (0, without_addresses(cold.stdout), cold.stderr)


def without_addresses(said: str) -> list[str]:
    """Its lines, whatever the memory is where it was said."""
    return re.sub("0x[0-9a-f]+", "0x", said).splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what a process holds")
def test_it_leads_a_session_and_has_no_thread_and_no_connection_of_its_parents(installed: Site) -> None:
    code, out, error = ended(installed.start("-c", ABOUT, "one", "two"))
    assert (code, error) == (0, "")
    arguments, leads, threads, opened, var = json.loads(out)
    assert (arguments, leads, threads, var) == (["-c", "one", "two"], True, 1, str(installed.var))
    # But for the lock that says who uses the servers.
    assert [each for each in opened if not each.startswith(str(installed.var / "servers"))] == []


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("print('out'); sys.stderr.write('error')", (0, "out\n", "error")),
        ("print(sys.stdin.read(), end='')", (0, "", "")),
        ("import atexit; atexit.register(print, 'last')", (0, "last\n", "")),
        ("sys.exit(3)", (3, "", "")),
        ("sys.exit('No.')", (1, "", "No.\n")),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", (-signal.SIGKILL, "", "")),
    ],
)
def test_it_says_and_ends_as_it_would_anywhere(code: str, ends: tuple[int, str, str]) -> None:
    assert ended(libraries().start("-c", f"import sys; {code}", environment=os.environ)) == ends


def test_what_it_fails_by_is_told_with_a_traceback() -> None:
    code, out, error = ended(libraries().start("-c", "raise LookupError('gone')", environment=os.environ))
    assert (code, out) == (1, "")
    assert error.startswith("Traceback")
    assert error.endswith("LookupError: gone\n")


def test_it_is_killed_with_its_children() -> None:
    code = "import os, time; child = os.fork(); print(child, flush=True) if child else None; time.sleep(600)"
    process = libraries().start("-c", code, environment=os.environ)
    assert process.stdout
    child = psutil.Process(int(process.stdout.readline()))
    assert process.poll() is None
    process.kill()
    assert process.wait(PATIENCE) == process.poll() == -signal.SIGKILL
    psutil.wait_procs([child], timeout=PATIENCE)
    assert not child.is_running()
    process.communicate()
