"""The one process that owns the servers of a VAR_DIR and stops them when nobody uses them any more."""

import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from . import locks
from .account import data_home, postgres_account, reachable_programs
from .places import Places, run_directory
from .postgres import Postgres
from .processes import Server, rotate
from .valkey import Valkey

_PAUSE = 0.2
# For as long as a failure can be read by those who wait for the servers.
_LINGER = 0.5


def main(lock: str, var: str, pginstall: str, valkey: str) -> None:
    """Go into the background, so that the caller has no child to reap, and keep the servers until nobody is left."""
    os.set_inheritable(int(lock), False)
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _leave)
    places = Places(Path(var))
    try:
        _keep(places, Path(pginstall), Path(valkey))
    except Exception as error:
        # Whatever it is, those who wait have to hear of it.
        traceback.print_exc()
        _publish(places, error=" ".join(str(error).split()))
        time.sleep(_LINGER)
    finally:
        places.state.unlink(missing_ok=True)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # A second one would interrupt the stopping of the servers.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit()


def _keep(places: Places, pginstall: Path, valkey: Path) -> None:
    # Open until the process ends: newcomers wait behind it while the servers stop.
    users = locks.opened(places.users_lock)
    run = run_directory(places)
    servers = _servers(places, run, pginstall, valkey)
    try:
        _ensure(servers)
        _lead(places.address, run)
        _publish(places, run=str(run))
        while not _nobody_left(users, places):
            _ensure(servers)
            rotate(places.log("keeper"))
            time.sleep(_PAUSE)
    finally:
        # Whoever sees this file gone waits for the next keeper instead of connecting to servers that stop.
        places.state.unlink(missing_ok=True)
        _lead_nowhere(places.address, run)
        _stop(servers)
        shutil.rmtree(run, ignore_errors=True)


def _servers(places: Places, run: Path, pginstall: Path, valkey: Path) -> Sequence[Server]:
    account = postgres_account()
    home = data_home(places, account)
    programs = reachable_programs(pginstall, home, account)
    return (
        Valkey(valkey, run, places.log("valkey")),
        Postgres(home, run / "postgres", programs, places.log("postgres"), account),
    )


def _ensure(servers: Sequence[Server]) -> None:
    for server in servers:
        server.ensure()


def _stop(servers: Sequence[Server]) -> None:
    for server in servers:
        server.stop()


def _nobody_left(users: int, places: Places) -> bool:
    """Also when VAR_DIR is gone: whoever still uses it has another lock than those who come now."""
    return not locks.still_there(users, places.users_lock) or locks.take(users, locks.EXCLUSIVE)


def _lead(address: Path, run: Path) -> None:
    """Point the address that the settings name to our sockets, wherever a keeper before us has left it."""
    draft = run / "address"
    draft.unlink(missing_ok=True)
    draft.symlink_to(run)
    draft.replace(address)


def _lead_nowhere(address: Path, run: Path) -> None:
    """Unless it leads to those of a keeper of the same VAR_DIR made anew by now."""
    if address.is_symlink() and address.readlink() == run:
        address.unlink(missing_ok=True)


def _publish(places: Places, **state: str) -> None:
    """Under another name first: a reader sees all of it or nothing."""
    draft = places.state.with_suffix(".new")
    draft.write_text(json.dumps(state))
    draft.replace(places.state)
