"""What is refused, in one line, and to whom: with real processes."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy_crm import embedded
from privacy_crm.embedded import places, wheels
from privacy_crm.embedded.account import Account
from tests.support.embedded_users import PACKAGE, USER, Use, family, open_directory, users

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")


@pytest.fixture
def use() -> Iterator[Use]:
    with users() as use:
        yield use


@pytest.fixture
def var() -> Iterator[Path]:
    with open_directory() as directory:
        yield directory / "var"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    refused(tmp_path / "var")
    refused(tmp_path / "var" / "below")


def refused(var: Path) -> str:
    """The one line in which a user of VAR_DIR is told no."""
    with pytest.raises(embedded.EmbeddedError) as caught:
        embedded.start(var)
    assert "\n" not in str(caught.value)
    assert not embedded.running(var)
    return str(caught.value)


@as_root
def test_a_directory_of_another_account_is_refused(var: Path) -> None:
    var.mkdir()
    os.chown(var, 1, 1)
    assert "another account" in refused(var)
    assert not list(var.iterdir())


@as_root
def test_an_ordinary_account_uses_its_own_directories_only(var: Path, use: Use) -> None:
    uid = ordinary_account()
    assert "Permission denied" in use(var, account=uid).answer()["error"]
    var.mkdir(mode=0o500)
    os.chown(var, uid, uid)
    assert "not writable" in use(var, account=uid).answer()["error"]
    var.chmod(0o700)
    use(var, account=uid).urls()
    assert {process.uids().real for process in family(var).values()} == {uid}


def ordinary_account() -> int:
    entry = pwd.getpwnam("daemon")
    account = Account(entry.pw_uid, entry.pw_gid)
    if not all(account.reaches(path) for path in (Path(sys.executable).resolve(), PACKAGE, wheels.pginstall())):
        pytest.skip("this Python or this project lies in a directory closed to other accounts")
    return entry.pw_uid


def test_data_of_another_major_version_are_refused_and_left_alone(var: Path, use: Use) -> None:
    data = var / "servers" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    error = use(var).answer()["error"]
    assert "data of PostgreSQL 17" in error
    assert "(PostgreSQL) 18." in error
    assert list(data.iterdir()) == [data / "PG_VERSION"]


def test_data_that_postgresql_does_not_accept_are_reported_at_once(var: Path, use: Use) -> None:
    data = var / "servers" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    answer = use(var).answer()
    assert "PostgreSQL does not start: postgres" in answer["error"]
    assert float(answer["took"]) < 40  # who waited in vain would say so after a minute


def test_a_directory_for_sockets_that_somebody_else_laid_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trap").symlink_to(tmp_path)
    with pytest.raises(embedded.EmbeddedError, match="is not a directory of this account"):
        places.private_directory(tmp_path / "trap")


def test_without_the_wheels_the_module_loads_and_says_what_to_do(var: Path) -> None:
    bare = [sys.executable, "-I", "-S", "-c", USER, str(var)]
    answer = subprocess.run(bare, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True)
    assert "run `make setup`, or set DATABASE_URL and REDIS_URL" in answer.stdout
    assert not embedded.running(var)


def test_programs_of_postgresql_are_found_by_name() -> None:
    for name in ("pg_dump", "psql", "pg_ctl"):
        assert os.access(embedded.postgres_bin(name), os.X_OK)
    with pytest.raises(embedded.EmbeddedError, match="no program"):
        embedded.postgres_bin("pg_nonsense")
