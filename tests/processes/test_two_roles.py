"""An installation by hand, as docs/operations.md says: an owner who is no superuser, and the application beside it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from privacy_crm.embedded import postgres_bin
from tests.processes.test_operations_page import PAGE, POLICY
from tests.support.forked import Parent, libraries
from tests.support.processes import PATIENCE, Site

pytestmark = pytest.mark.promise("P17", "L11")

# As the page has them, but for the names: those that it names are there already, for the other tests.
PREPARE = [line.replace("crm", "drill") for line in re.findall(r"^ {4,}((?:CREATE|GRANT) .+;)$", PAGE, re.MULTILINE)]
SCRIPT = (settings.BASE_DIR / "deploy" / "application-role.sh").read_text()
TELL = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone()[0])"
SUPERUSERS = "SELECT count(*) FROM pg_roles WHERE rolname IN ('drill', 'drill_app') AND rolsuper"
OWNED = "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def apart(installed: Site, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a site that is open to the world, on an empty database."""
    assert len(PREPARE) == 4
    installed._beside(*PREPARE)
    assert installed.number(SUPERUSERS) == 0
    here = installed.urls.database.partition("@")[2].rpartition("/")[0]
    yield {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "privacy_crm.settings",
        "DEBUG": "off",
        "DATABASE_URL": f"postgres://drill_app@{here}/drill",
        "OWNER_DATABASE_URL": f"postgres://drill@{here}/drill",
        "REDIS_URL": installed.urls.redis,
        "SECRET_KEY": "kX3_p" * 15,
        "SUPPRESSION_KEY": "kX3_p" * 15,
        "ALLOWED_HOSTS": "crm.example",
        "SITE_URL": "https://crm.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "POSTGRES_BIN": str(postgres_bin("pg_dump").parent),
        "VAR_DIR": str(tmp_path),
    }
    installed._beside("DROP DATABASE drill WITH (FORCE)", "DROP ROLE drill, drill_app")


def run(parent: Parent, *arguments: str) -> tuple[int, str]:
    process = parent.start("manage.py", *arguments)
    said, error = process.communicate(timeout=PATIENCE)
    return process.wait(), said + error


def manage(parent: Parent, *arguments: str) -> str:
    code, said = run(parent, *arguments)
    assert code == 0, said
    return said


def test_an_owner_who_is_no_superuser_installs_and_restores_and_the_application_does_all_else(
    apart: dict[str, str], installed: Site, tmp_path: Path
) -> None:
    with (
        libraries().warmed(apart) as owner,
        libraries().warmed(apart | {"OWNER_DATABASE_URL": ""}) as application,
        libraries().warmed(apart | {"DATABASE_URL": apart["OWNER_DATABASE_URL"]}) as one_for_all,
    ):
        code, said = run(application, "migrate")
        assert (code, "OWNER_DATABASE_URL" in said, "Traceback" in said) == (1, True, False)
        manage(owner, "migrate", "-v", "0")

        for command in (("set_up_roles",), ("publish_policy", POLICY["my-policy.toml"])):
            manage(application, *command)
        assert "could drop" not in manage(application, "check")
        assert "could drop" in manage(one_for_all, "check")
        assert manage(application, "shell", "-v", "0", "-c", TELL).split() == ["drill_app"]
        tried = re.findall(r"^(\S+) +(Rights|Owner|Migrations) ", run(application, "preflight")[1], re.MULTILINE)
        assert [state for state, _ in tried] == ["ok"] * 3
        manage(application, "purge")
        assert_restored(owner, application, installed, tmp_path / "backups")
        manage(application, "purge", "--approve", "--reason", "restored")


def assert_restored(owner: Parent, application: Parent, installed: Site, folder: Path) -> None:
    """The application makes a backup, which the owner alone brings back, whoever is at work meanwhile."""
    manage(application, "backup", str(folder))
    (backup,) = folder.iterdir()
    code, said = run(application, "restore", str(backup), "--replace")
    assert (code, "OWNER_DATABASE_URL" in said) == (1, True)
    known = installed.parameters() | {"dbname": "drill"}
    with closing(psycopg2.connect(**known | {"user": "drill_app"})) as at_work:
        at_work.cursor().execute("LOCK contacts_contact IN ACCESS SHARE MODE")
        manage(owner, "restore", str(backup), "--replace")
        with pytest.raises(psycopg2.OperationalError):
            at_work.cursor().execute("SELECT 1")
    with closing(psycopg2.connect(**known)) as looking, looking.cursor() as cursor:
        cursor.execute(OWNED)
        assert cursor.fetchall() == [("drill",)]


def test_processes_of_the_other_tests_are_the_applications(installed: Site) -> None:
    process = installed.start("manage.py", "shell", "-v", "0", "-c", TELL)
    said, error = process.communicate(timeout=PATIENCE)
    assert said.split() == ["crm_app"], error
    assert installed.rows(OWNED) == [("crm",)]


def test_the_container_of_the_database_makes_the_role_and_changes_its_password(installed: Site, tmp_path: Path) -> None:
    script, password = tmp_path / "script.sh", tmp_path / "password"
    script.write_text(SCRIPT.replace("crm_app", "drill_made"))
    given = installed.parameters()
    environment = {
        "PATH": f"{postgres_bin('psql').parent}:{os.environ['PATH']}",
        "PGHOST": given["host"],
        "PGPORT": str(given["port"]),
        "POSTGRES_USER": given["user"],
        "POSTGRES_DB": given["dbname"],
        "APPLICATION_PASSWORD_FILE": str(password),
    }
    known = set()
    try:
        for secret in ("one'; DROP TABLE", "another"):
            password.write_text(secret)
            done = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stdout + done.stderr) == (0, "")
            known |= {*installed.rows("SELECT rolpassword FROM pg_authid WHERE rolname = 'drill_made' AND rolcanlogin")}
        assert len(known) == 2
    finally:
        installed.rows("DROP ROLE IF EXISTS drill_made")
