"""What starts the servers, and what does not: with the commands themselves, in a VAR_DIR that is not there yet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from privacy_crm import embedded
from tests.support.embedded_users import ended, eventually, family, open_directory, stopped

TASK = "retention.tasks.warn_officers"


@pytest.fixture
def var() -> Iterator[Path]:
    with open_directory() as directory:
        yield directory / "var"
        eventually(partial(stopped, directory / "var"))


def run(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    options = {"cwd": settings.BASE_DIR, "env": environment(var), "capture_output": True, "text": True}
    return subprocess.run(command, check=False, timeout=120, **options)


def environment(var: Path) -> dict[str, str]:
    given = {"VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": "", "DEBUG": "on", "SECRET_KEY": "s" * 50}
    return {**os.environ, **given}


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "version"],
        ["manage.py", "help"],
        ["manage.py", "help", "makemessages"],
        ["manage.py", "check"],
        ["manage.py", "collectstatic", "--dry-run", "--no-input", "-v", "0"],
        ["-c", "import privacy_crm.wsgi, privacy_crm.urls, privacy_crm.tasks"],
    ],
    ids=" ".join,
)
def test_what_needs_no_server_starts_none_and_makes_no_directory(var: Path, command: list[str]) -> None:
    done = run(var, *command)
    assert done.returncode == 0, done.stderr
    assert not var.exists()
    assert not family(var)
    assert not os.path.lexists(address(var))


def address(var: Path) -> Path:
    return Path(embedded.urls(var).redis.removeprefix("unix://").partition("?")[0]).parent


@pytest.mark.parametrize(
    "line",
    [
        "from django.db import connection; connection.ensure_connection()",
        f"from django.utils.module_loading import import_string; import_string('{TASK}').delay()",
    ],
    ids=["query", "task"],
)
def test_the_first_query_and_the_first_task_start_them(var: Path, line: str) -> None:
    running = (
        "from django.conf import settings; from privacy_crm import embedded; print(embedded.running(settings.VAR_DIR))"
    )
    done = run(var, "manage.py", "shell", "--no-imports", "-c", f"{running}\n{line}\n{running}")
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_a_command_that_needs_the_database_starts_them(var: Path) -> None:
    done = run(var, "manage.py", "showmigrations", "contenttypes")
    assert done.returncode == 0, done.stderr
    assert (var / "servers" / "postgres").is_dir()


def test_a_worker_starts_them_and_they_go_with_it(var: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "privacy_crm", "worker", "-P", "solo", "-l", "ERROR"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment(var), stderr=subprocess.DEVNULL) as worker:
        servers: dict[str, psutil.Process] = eventually(lambda: all_of(family(var)), within=120)
        worker.kill()
    eventually(partial(ended, servers.values()))


def all_of(found: dict[str, psutil.Process]) -> dict[str, psutil.Process]:
    return found if {"keeper", "postgres", "valkey-server"} <= set(found) else {}


def test_a_directory_that_cannot_serve_ends_a_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    done = run(tmp_path / "var", "manage.py", "migrate")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "VAR_DIR" in done.stderr
    assert (tmp_path / "var").read_bytes() == b""
