"""The product behind PgBouncer in session mode, as Debian packages it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg2
import pytest

from tests.support.embedded_users import eventually
from tests.support.mail_sink import kept_port
from tests.support.processes import PATIENCE, Site

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or ""
CONFIGURATION = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = session
logfile = {folder}/log
"""
LIMITS = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
)
READ = """
import json
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT name, setting FROM pg_settings")
print(json.dumps(dict(cursor.fetchall())))
"""


@pytest.fixture
def bouncer(installed: Site) -> Iterator[int]:
    """The port of a PgBouncer before the site's database."""
    assert PROGRAM, "PgBouncer is missing: `apt-get install pgbouncer`"
    given = installed.parameters_of_application()
    folder = installed.var / "bouncer"
    folder.mkdir()
    (folder / "users").write_text(f'"{given["user"]}" ""\n')
    with kept_port() as kept:
        port = kept.getsockname()[1]
    text = CONFIGURATION.format(host=given["host"], port=given["port"], listens=port, folder=folder)
    (folder / "ini").write_text(text)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)
    account = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    with subprocess.Popen([PROGRAM, "-q", *account, str(folder / "ini")]) as process:
        try:
            eventually(lambda: listens(port), within=PATIENCE)
            yield port
        finally:
            installed.end_all()
            process.kill()
            shutil.rmtree(folder)


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_behind_pgbouncer_each_connection_is_limited_and_the_night_runs(installed: Site, bouncer: int) -> None:
    given = installed.parameters_of_application() | {"host": "127.0.0.1", "port": str(bouncer)}
    with pytest.raises(psycopg2.OperationalError, match="unsupported startup parameter"):
        psycopg2.connect(**given, options="-c statement_timeout=1s")
    url = f"postgres://{given['user']}@127.0.0.1:{bouncer}/{given['dbname']}"
    limits = {"STATEMENT_TIMEOUT": "60s", "LOCK_TIMEOUT": "10s", "IDLE_TIMEOUT": "2min"}
    installed.environment |= {"DATABASE_URL": url, **limits}
    process = installed.start("manage.py", "shell", "-v", "0", "-c", READ)
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    assert list(map(json.loads(out).get, LIMITS)) == ["60000", "10000", "120000", "2000"]
    installed.manage("purge")
    assert installed.statuses() == ["finished"]
    # Whoever is given the server's connection next finds nothing of ours on it.
    with closing(psycopg2.connect(**given)) as next_one, next_one.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
