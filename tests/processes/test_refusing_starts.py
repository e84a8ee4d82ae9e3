"""What ends the start of web, worker and beat, and `manage.py check`, with DEBUG off: the doors themselves."""

import os
from pathlib import Path

import pytest

from contacts.words import keys
from tests.support.forked import libraries
from tests.support.processes import PATIENCE, Site

WEB = ("manage.py", "serve", "--listen", "127.0.0.1:0")
WORKER = ("-m", "celery", "-A", "privacy_crm", "worker", "-P", "solo", "-l", "ERROR")
BEAT = ("-m", "celery", "-A", "privacy_crm", "beat", "-l", "ERROR")
CHECK = ("manage.py", "check")
DOORS = {"web": WEB, "worker": WORKER, "beat": BEAT, "check": CHECK}


@pytest.fixture
def safe(installed: Site, tmp_path: Path) -> dict[str, str]:
    """The environment of a site that is open to the world."""
    return {
        "PATH": os.environ["PATH"],
        "DEBUG": "off",
        "DATABASE_URL": installed.urls.database,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "kX3_p" * 15,
        "SUPPRESSION_KEY": "suppression:" + "s" * 50,  # as of the installation, which named none
        "ALLOWED_HOSTS": "crm.example",
        "SITE_URL": "https://crm.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "VAR_DIR": str(tmp_path),
    }


def run(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    process = libraries().start(*arguments, environment=environment)
    _, error = process.communicate(timeout=PATIENCE)
    return process.wait(), error


IMPORT = ("-c", "import privacy_crm.wsgi")


def naming(error: str, name: str) -> list[str]:
    return [line for line in error.splitlines() if line.startswith("privacy_crm: ") and name in line]


@pytest.mark.promise("L11")
@pytest.mark.parametrize("door", DOORS)
def test_each_door_ends_with_one_line_that_names_the_setting(safe: dict[str, str], door: str) -> None:
    """*Found*: letters went into files, were marked as sent, and were deleted after a day."""
    ended, error = run(safe | {"EMAIL_URL": ""}, *DOORS[door])
    assert ended == 2, error
    assert len(naming(error, "EMAIL_URL")) == 1
    assert "Traceback" not in error


def test_the_site_ends_where_a_value_is_missing(safe: dict[str, str]) -> None:
    ended, error = run(safe | {"SECRET_KEY": ""}, *WEB)
    assert ended == 2, error
    assert len(naming(error, "SECRET_KEY")) == 1


def test_check_passes_where_all_is_safe_and_names_each_thing_that_is_not(safe: dict[str, str]) -> None:
    assert run(safe, *CHECK) == (0, "")
    wrong = {"SITE_URL": "http://crm.example", "SECOND_FACTOR": "off", "ALLOWED_HOSTS": "*", "BACKUP_DAYS": "-3"}
    ended, error = run(safe | wrong | {"SUPPRESSION_KEY": ""}, *CHECK)
    assert ended == 2
    assert sorted(line.split()[1] for line in error.splitlines()) == sorted([*wrong, "SUPPRESSION_KEY"])


@pytest.mark.promise("P12")
def test_a_new_key_in_place_of_the_one_that_the_database_knows_ends_the_start(
    safe: dict[str, str], installed: Site
) -> None:
    """*Found*: a new SECRET_KEY forgot every objection."""
    hashed = keys.hashed("anna@fjordkraft.example", safe["SUPPRESSION_KEY"])
    values = f"'{hashed}', '{hashed}', 'email', 'unsubscribe', '2026-11-24'"
    installed.rows(
        f"INSERT INTO contacts_suppression (address_hash, mailbox_hash, channel, reason, since) VALUES ({values})"  # noqa: S608
    )
    assert run(safe, *CHECK) == (0, "")
    for arguments in (WORKER, CHECK):
        ended, error = run(safe | {"SUPPRESSION_KEY": "another-" * 9}, *arguments)
        assert ended == 2, error
        assert len(naming(error, f"SUPPRESSION_KEYS lacks the key {keys.of(hashed)}")) == 1
    rotated = safe | {"SUPPRESSION_KEYS": f"{'another-' * 9},{safe['SUPPRESSION_KEY']}"}
    assert run(rotated, *CHECK) == (0, "")


def test_the_site_loads_where_all_is_safe(safe: dict[str, str]) -> None:
    ended, error = run(safe, *IMPORT)
    assert ended == 0, error
    assert "privacy_crm: " not in error


@pytest.mark.parametrize("arguments", [("collectstatic", "--no-input", "--dry-run", "-v", "0"), ("migrate", "-v", "0")])
def test_what_puts_things_right_is_not_refused(
    safe: dict[str, str], installed: Site, arguments: tuple[str, ...]
) -> None:
    unsafe = safe | {"EMAIL_URL": "", "SECOND_FACTOR": "off", "BACKUP_DAYS": "-3"}
    unsafe["OWNER_DATABASE_URL"] = installed.urls.owner
    ended, error = run(unsafe, "manage.py", *arguments)
    assert ended == 0, error


@pytest.mark.parametrize("arguments", [IMPORT, CHECK])
def test_an_outage_of_the_database_is_said_and_ends_no_start(safe: dict[str, str], arguments: tuple[str, ...]) -> None:
    """Or a process that is started anew meanwhile would take the site with it."""
    ended, error = run(safe | {"DATABASE_URL": "postgres://crm:crm@127.0.0.1:1/crm"}, *arguments)
    assert ended == 0, error
    assert len(naming(error, "does not answer")) == 1


def test_a_number_that_is_none_ends_even_the_import_with_one_line(safe: dict[str, str]) -> None:
    ended, error = run(safe | {"INFORM_A_DAY": "many"}, "-c", "from privacy_crm import settings")
    assert (ended, error.count("\n")) == (2, 1)
    assert "INFORM_A_DAY" in error
