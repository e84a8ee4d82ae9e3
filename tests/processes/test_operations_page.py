"""The commands of docs/operations.md, as they are written there, where the site is open to the world."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from privacy_crm.backups import places
from privacy_crm.embedded import postgres_bin
from tests.support import s3
from tests.support.forked import libraries
from tests.support.processes import PATIENCE, Site

PAGE = (settings.BASE_DIR / "docs" / "operations.md").read_text()
# Each command in a block of its own, in the order of the page.
COMMANDS = re.findall(r"^ {4,}(?:python )?manage\.py (.+)$", PAGE, re.MULTILINE)
# And those that a sentence names.
NAMED = re.findall(r"`manage\.py ([^`]+)`", PAGE)
STATEMENTS = re.findall(r"^ {4,}(SELECT .+;)$", PAGE, re.MULTILINE)
# The reader's own file, for which the demo's stands in.
POLICY = {"my-policy.toml": str(settings.BASE_DIR / "privacy_crm" / "demo" / "policy.toml")}
# There is neither the site's name nor its certificate here, which it says.
ENDS = {"preflight": 1}
# They need another database, and places.
OF_BACKUPS = {"backup", "restore", "replay"}


@pytest.fixture
def open_to_the_world(installed: Site, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DEBUG": "off",
        "DATABASE_URL": installed.urls.database,
        "OWNER_DATABASE_URL": installed.urls.owner,
        "REDIS_URL": installed.urls.redis,
        "SECRET_KEY": "kX3_p" * 15,
        "SUPPRESSION_KEY": "suppression:" + "s" * 50,  # as of the installation, which named none
        "ALLOWED_HOSTS": "crm.example",
        "SITE_URL": "https://crm.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "VAR_DIR": str(tmp_path),
    }


def run(environment: dict[str, str], command: str) -> tuple[int, str]:
    arguments = [POLICY.get(argument, argument) for argument in shlex.split(command)]
    process = libraries().start("manage.py", *arguments, environment=environment)
    said, error = process.communicate(timeout=PATIENCE)
    return process.wait(), said + error


@pytest.mark.promise("L11")
def test_each_command_of_the_page_runs_as_it_is_written(open_to_the_world: dict[str, str], installed: Site) -> None:
    """One after the other: those of an installation are no good without the ones before them."""
    ours = [command for command in dict.fromkeys(COMMANDS) if command.split()[0] not in OF_BACKUPS]
    assert len(ours) > 10
    ended = {command: run(open_to_the_world, command) for command in ours}
    wrong = {command: said for command, (code, said) in ended.items() if code != ENDS.get(command.split()[0], 0)}
    assert wrong == {}
    for statement in STATEMENTS:
        installed.rows(statement)


def test_what_preflight_finds_wrong_here_is_what_is_not_here(open_to_the_world: dict[str, str]) -> None:
    [command] = {command for command in COMMANDS if command.startswith("preflight")}
    _, said = run(open_to_the_world, command)
    wrong = {line.split("  ")[0].strip() for line in said.splitlines() if "WRONG" in line}
    assert wrong
    assert not wrong & {"Settings", "Database", "Broker", "Cache", "Storage", "Migrations", "Keys", "Clock", "Policy"}


def test_each_command_that_the_page_names_exists() -> None:
    assert NAMED
    assert {command.split()[0] for command in (*NAMED, *COMMANDS)} <= set(get_commands())


@pytest.mark.promise("L11")
def test_each_backup_and_restore_of_the_page_runs_as_it_is_written(
    open_to_the_world: dict[str, str], installed: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into an empty database, as it says; places and files are the reader's own."""
    commands = [each for each in dict.fromkeys((*COMMANDS, *NAMED)) if each.split()[0] in OF_BACKUPS]
    commands.remove("replay --journal-lost")  # it is there; the drill loses it
    assert {"backup", "replay"} < set(commands)
    with s3.bucket(monkeypatch) as bucket, emptied(installed) as database:
        here = {"/backups": str(tmp_path / "backups"), "s3://bucket/backups": f"{bucket}/of-the-page"}
        of_s3 = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        tools = {"POSTGRES_BIN": str(postgres_bin("pg_dump").parent), "BACKUP_URL": here["/backups"]}
        full = open_to_the_world | of_s3 | tools
        empty = {name: re.sub(f"/{installed.parameters()['dbname']}$", f"/{database}", full[name]) for name in full}
        for command in (*commands, "check --deploy"):
            code, said = run(full if command.startswith("backup") else empty, shlex.join(placed(command, here)))
            assert code == 0, (command, said)


def placed(command: str, here: dict[str, str]) -> list[str]:
    """Return a command with the places that are here, and with the backup that was made there last."""
    words = shlex.split(command)
    for number, word in enumerate(words):
        place, slash, name = word.rpartition("/")
        if name.endswith(".tar"):
            words[number] = f"{here[place]}/{places.of(here[place]).names()[-1]}"
        elif slash:
            words[number] = here[word]
    return words


@contextmanager
def emptied(installed: Site) -> Iterator[str]:
    installed._beside("CREATE DATABASE emptied")
    yield "emptied"
    installed._beside("DROP DATABASE emptied WITH (FORCE)")
