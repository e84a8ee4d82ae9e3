"""pg_dump and pg_restore of PostgreSQL, as they are installed: of the server's major version, or a later one."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from privacy_crm.backups.places import BackupError

# It may be brought back elsewhere, where roles have other names; `migrate` gives their rights.
_OF_NOBODY = ("--no-owner", "--no-privileges")


def dump(into: Path, *, snapshot: str, without: list[str]) -> None:
    """Write the database into a file, as one snapshot sees it, with nothing of what is in the tables `without`."""
    left_out = [f"--exclude-table-data={table}" for table in without]
    _run("pg_dump", "--format=custom", *_OF_NOBODY, f"--snapshot={snapshot}", f"--file={into}", *left_out, *_database())


def restore(source: Path) -> None:
    """Bring back what a file has, all of it or nothing. Call it as the owner."""
    _run("pg_restore", "--single-transaction", "--exit-on-error", *_OF_NOBODY, *_database("--dbname"), str(source))


def _run(tool: str, *arguments: str) -> None:
    program = find(tool)
    done = subprocess.run(
        [program, *arguments], env=os.environ | _secret(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(f"{tool} failed: {done.stderr.strip()[-500:]}")


def find(tool: str) -> str:
    """Return where a tool is. Raises BackupError where none is installed, or one that is too old for the server."""
    found = str(Path(settings.POSTGRES_BIN) / tool) if settings.POSTGRES_BIN else tool
    needed = connection.cursor().connection.server_version // 10_000
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BackupError(f"{tool} is missing: install PostgreSQL's client programs {needed}.") from error
    version = re.search(r"\) (\d+)", said)
    if version is None or int(version[1]) < needed:
        raise BackupError(f"This is {said.strip()}, and the server is {needed}: install its client programs.")
    return found


def _database(option: str = "") -> list[str]:
    config: dict[str, Any] = connection.settings_dict
    named = {"--host": config["HOST"], "--port": config["PORT"], "--username": config["USER"]}
    given = [f"{name}={value}" for name, value in named.items() if value]
    return [*given, "--no-password", f"{option}={config['NAME']}" if option else str(config["NAME"])]


def _secret() -> dict[str, str]:
    """Return the password for the environment, where no list of processes shows it."""
    password = connection.settings_dict["PASSWORD"]
    return {"PGPASSWORD": password} if password else {}
