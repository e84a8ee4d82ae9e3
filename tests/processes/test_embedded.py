"""Who starts the servers, who shares them, and what outlives whom: with real processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from privacy_crm import embedded
from privacy_crm.embedded import locks, places
from tests.support.embedded_users import (
    Shared,
    Use,
    User,
    ended,
    eventually,
    family,
    open_directory,
    query,
    shared_servers,
    stopped,
    urls_of,
    users,
    works,
)


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


def data_of(var: Path) -> Path:
    return var / "servers" / "postgres"


def test_four_processes_at_once_share_one_pair_of_servers_in_a_new_directory(var: Path, use: Use) -> None:
    four = [use(var) for _ in range(4)]
    first, *others = [user.urls() for user in four]
    assert others == [first] * 3
    assert works(first)
    assert set(family(var)) == {"keeper", "postgres", "valkey-server"}


def test_a_later_user_shares_the_servers_at_once_and_keeps_them_after_the_first_has_ended(var: Path, use: Use) -> None:
    first = use(var)
    started = first.answer()
    before = family(var)
    later = use(var).answer()
    assert float(later["took"]) < float(started["took"])
    first.end()
    assert (later["database"], later["redis"]) == (started["database"], started["redis"])
    assert not locked_exclusively(var)
    assert works(urls_of(later))
    assert family(var) == before


def locked_exclusively(var: Path) -> bool:
    """Whether a stranger could take the users' lock: then the keeper could, too."""
    fd = locks.opened(places.places_of(var).users_lock)
    try:
        return locks.take(fd, locks.EXCLUSIVE)
    finally:
        os.close(fd)


def test_nothing_runs_any_more_after_the_last_user_was_killed(var: Path, use: Use) -> None:
    user = use(var)
    urls = user.urls()
    sockets = address_of(urls).resolve()
    running = family(var)
    descendants = running["keeper"].children(recursive=True)
    user.end()
    eventually(lambda: ended([*running.values(), *descendants]))
    assert not embedded.running(var)
    assert not list(address_of(urls).parent.glob(f"{address_of(urls).name}*"))
    assert not sockets.exists()


def address_of(urls: embedded.Urls) -> Path:
    return Path(urls.redis.removeprefix("unix://").partition("?")[0]).parent


def test_a_forked_worker_keeps_the_servers_after_its_parent_was_killed(var: Path, use: Use) -> None:
    master = use(var, "fork")
    urls = master.urls()
    assert master.process.wait(60) == -signal.SIGKILL
    assert not locked_exclusively(var)
    assert works(urls)


def test_newcomers_wait_for_servers_that_are_being_stopped_and_start_them_again(var: Path, use: Use) -> None:
    user = use(var)
    keepers = {working_keeper(var, user.urls())}
    for _ in range(2):
        user.end()
        eventually(lambda: not places.places_of(var).state.exists())
        user = use(var)
        keepers.add(working_keeper(var, user.urls()))
    assert len(keepers) == 3


def working_keeper(var: Path, urls: embedded.Urls) -> int:
    assert works(urls)
    return family(var)["keeper"].pid


def test_servers_end_with_a_killed_keeper_and_the_next_user_gets_new_ones(var: Path, use: Use) -> None:
    use(var).urls()
    for wait_for in wait_for_all, wait_for_none:
        old = family(var)
        old["keeper"].kill()
        wait_for(old)
        assert works(use(var).urls())
        assert ended(old.values())
        assert set(family(var)) == {"keeper", "postgres", "valkey-server"}


def wait_for_all(servers: dict[str, psutil.Process]) -> None:
    if sys.platform == "linux":
        eventually(lambda: ended(servers.values()))


def wait_for_none(_servers: dict[str, psutil.Process]) -> None:
    """The newcomer has to clear up by itself."""


def test_the_keeper_brings_back_servers_that_were_killed(shared: Shared) -> None:
    var, urls = shared
    old = family(var)
    for server in ("postgres", "valkey-server"):
        old[server].kill()
        eventually(partial(ended, [old[server]]))
        eventually(lambda: works(urls))
    assert family(var)["keeper"] == old["keeper"]


def test_a_directory_from_before_there_were_two_roles_gets_the_one_that_may_little(shared: Shared) -> None:
    var, urls = shared
    query(urls, "DROP ROLE crm_app")
    newcomer = User(var)
    assert newcomer.urls() == urls
    newcomer.end()
    assert "crm_app@" in urls.database
    might = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'crm_app'"
    assert query(urls, might) is False


def test_the_keeper_takes_postgresql_back_from_pg_ctl(shared: Shared) -> None:
    var, urls = shared
    running = family(var)
    # Paused, since pg_ctl would wait in vain for the end of a server that the keeper brings back at once.
    running["keeper"].suspend()
    restart(data_of(var))
    running["keeper"].resume()
    eventually(lambda: "postgres" in family(var) and works(urls))
    assert postmasters(data_of(var)) == [family(var)["postgres"]]


def restart(data: Path) -> None:
    owner = data.stat()
    uid, gid = (owner.st_uid, owner.st_gid) if os.geteuid() == 0 else (None, None)
    pg_ctl = [str(embedded.postgres_bin("pg_ctl")), "restart", "-m", "immediate", "-D", str(data), "-l", "/dev/null"]
    subprocess.run(pg_ctl, user=uid, group=gid, check=True, timeout=60, stdout=subprocess.DEVNULL)


def postmasters(data: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if {"-D", str(data)} <= set(p.info["cmdline"] or ())]


def test_an_interrupted_initdb_does_not_stand_in_the_way(var: Path, use: Use) -> None:
    user = use(var)
    eventually(lambda: list(var.glob("servers/postgres-*.new/PG_VERSION")))
    initdb = family(var)
    user.end()
    for process in initdb.values():
        process.kill()
    eventually(lambda: ended(initdb.values()))
    assert not data_of(var).exists()
    assert works(use(var).urls())
    assert not list(var.glob("servers/postgres-*.new"))


def test_what_a_dead_computer_left_is_no_obstacle_and_its_process_numbers_harm_nobody(var: Path, use: Use) -> None:
    user = use(var)
    address = address_of(user.urls())
    run = address.resolve()
    pid_file = data_of(var) / "postmaster.pid"
    _pid, *lines = pid_file.read_text().splitlines()
    user.end()
    eventually(partial(stopped, var))
    address.symlink_to(run)
    leave_socket(run / "valkey.sock")
    leave_socket(run / "postgres" / ".s.PGSQL.5432")
    with subprocess.Popen(["/bin/sleep", "60"]) as bystander:
        pid_file.write_text("\n".join([str(bystander.pid), *lines]))
        assert works(use(var).urls())
        assert bystander.poll() is None
        bystander.kill()


def leave_socket(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))


def test_a_directory_copied_while_in_use_leaves_the_original_alone(shared: Shared, var: Path, use: Use) -> None:
    directory, original = shared
    before = family(directory)
    query(original, "CREATE TABLE mark ()")
    subprocess.run(["/bin/cp", "-a", str(directory), str(var)], check=True)
    copied = use(var).urls()
    assert works(copied)
    assert works(original)
    assert family(directory) == before
    query(copied, "DROP TABLE mark")
    assert query(original, "SELECT to_regclass('mark') IS NOT NULL") is True


def test_a_directory_deleted_while_in_use_gets_new_servers_and_the_old_ones_go(var: Path, use: Use) -> None:
    old_urls = use(var).urls()
    old, old_sockets = family(var), address_of(old_urls).resolve()
    query(old_urls, "CREATE TABLE mark ()")
    shutil.rmtree(var)
    new_urls = use(var).urls()
    assert works(new_urls)
    assert address_of(new_urls).resolve() != old_sockets
    assert query(new_urls, "SELECT to_regclass('mark')") is None
    eventually(lambda: ended(old.values()))
    assert works(new_urls)


def test_where_the_servers_will_listen_is_known_before_anything_is_there(var: Path, use: Use) -> None:
    foretold = embedded.urls(var)
    assert not var.exists()
    assert use(var).urls() == foretold
    assert works(foretold)
