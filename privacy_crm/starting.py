"""A start that refuses: web, worker and beat run the same checks, and begin only where nothing is wrong (ADR 0056).

With DEBUG on nothing is refused. A database that does not answer is an outage and no mistake: the start goes on, and
the database is looked at before it is first used.
"""

import sys
from contextlib import suppress
from typing import Any

import django
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import NotSupportedError, OperationalError, connections
from django.db.backends.signals import connection_created

# The tags of the checks (`privacy_crm.checks`), which need the models and are found by these alone.
START, START_DATABASE = "start", "start-database"

WRONG = 2

OLDEST_POSTGRESQL = 17  # "pg_c_utf8", by which the search after an erasure compares

_DATABASE = "default"


def refuse_unless_safe() -> None:
    """End the start with one line for each thing that is wrong. A door calls it before it opens."""
    if not settings.START_REFUSES:
        return
    django.setup()
    _end_for(faults())
    try:
        _end_for(faults_of_database())
    except OperationalError:
        _say(["The database does not answer. It is checked before its first use."])
        connection_created.connect(_look, dispatch_uid=START)


def faults() -> list[str]:
    """Return what is wrong with the settings and the disk, a line each."""
    return _lines(run_checks(tags=[START], include_deployment_checks=True, databases=[]))


def faults_of_database() -> list[str]:
    """Return what is wrong with the database. Raises OperationalError where it does not answer."""
    try:
        return _of_database()
    finally:
        connections[_DATABASE].close()  # no fork of this process may have it


def worries() -> list[str]:
    """Return what nobody has to start without, and what should be put right, a line each."""
    if not settings.START_REFUSES:
        return []
    try:
        return [f"{message.msg} {message.hint}" for message in _checked() if not message.is_serious()]
    except OperationalError:
        return []
    finally:
        connections[_DATABASE].close()


def too_old(connection: Any) -> str:
    """Return what is wrong with the version of a server, and nothing where it will do."""
    with suppress(NotSupportedError):  # too old for Django as well, which names no setting; the connection is there
        connection.ensure_connection()
    if connection.pg_version >= OLDEST_POSTGRESQL * 10_000:
        return ""
    version = connection.pg_version // 10_000
    return f"DATABASE_URL leads to PostgreSQL {version}, and {OLDEST_POSTGRESQL} or later is needed."


def _of_database() -> list[str]:
    if old := too_old(connections[_DATABASE]):
        return [old]
    return _lines(_checked())


def _checked() -> list[CheckMessage]:
    return run_checks(tags=[START_DATABASE], include_deployment_checks=True, databases=[_DATABASE])


def _look(connection: Any, **_said: Any) -> None:
    """Look at the database with the first connection to it, and let nobody use it where it is not what it should be."""
    if connection.alias != _DATABASE:
        return
    try:
        _refuse_for(_of_database())
    except BaseException:
        connection.close()  # or it would be there, and used, without having been looked at
        raise
    connection_created.disconnect(dispatch_uid=START)


def _lines(found: list[CheckMessage]) -> list[str]:
    return [str(message.msg) for message in sorted(found, key=lambda each: each.id or "") if message.is_serious()]


def _refuse_for(wrong: list[str]) -> None:
    if wrong:
        raise ImproperlyConfigured(" ".join(wrong))


def _end_for(wrong: list[str]) -> None:
    if wrong:
        _say(wrong)
        raise SystemExit(WRONG)


def _say(lines: list[str]) -> None:
    stream = sys.__stderr__ or sys.stderr  # beat has made a log of the other by then
    for line in lines:
        stream.write(f"privacy_crm: {line}\n")
    stream.flush()
