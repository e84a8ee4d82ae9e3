"""The databases of a run: two templates, made once, and clones of them for each worker.

A test whose changes are rolled back leaves its clone as it was. A clone that a test committed into is dropped: another
one costs a third of what a flush of all tables does, and still holds what the migrations wrote.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from contacts.policy import policies
from privacy_crm import roles
from tests.settings import WORKER

POLICY = Path(__file__).resolve().parent.parent / "privacy_crm" / "demo" / "policy.toml"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

BARE, PUBLISHED = "test_bare", "test_published"
_ALIAS = "default"
_ONE_AT_A_TIME = 10  # any number: nothing else takes advisory locks in this database
# Nothing of a run has to survive a crash. And PostgreSQL takes each of our empty tables for one of ten pages: where a
# statement reads a hundred of them, it would start two processes for it, which takes longer than all the rest.
_SETTINGS = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit", "autovacuum"), "off") | {
    "max_parallel_workers_per_gather": "0"
}


class Databases:
    """The two that a worker has: without a policy, and with that of the demo company published."""

    def __init__(self) -> None:
        self.clones = {template: Clone(template) for template in (BARE, PUBLISHED)}
        self.chosen = self.clones[BARE]
        self.are_there = False

    @contextmanager
    def there(self) -> Iterator[None]:
        """Make the templates, unless another worker has, and have every test that commits use up its clone."""
        _make_templates()
        self.are_there = True
        self.chosen.enter()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TransactionTestCase, "_fixture_teardown", self._use_up)
            yield
        for clone in self.clones.values():
            clone.drop()

    def choose(self, template: str) -> None:
        """Say which one the next test sees, also before there are any."""
        self.chosen = self.clones[template]
        if self.are_there:
            self.chosen.enter()

    def _use_up(self) -> None:
        self.chosen.is_used_up = True


class Clone:
    """A worker's clone of a template, and its connection, which stays open beside that to the other clone."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.name = f"{template}_{WORKER}"
        self.connection: BaseDatabaseWrapper | None = None
        self.is_used_up = False

    def enter(self) -> None:
        """Let whoever asks for the database have this one, made anew if need be."""
        if self.is_used_up:
            self.drop()
        if self.connection is None:
            _execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" STRATEGY FILE_COPY')
            self.connection = _connection_to(self.name)
        _enter(self.connection)

    def drop(self) -> None:
        if self.connection:
            self.connection.close()
            _execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self.connection, self.is_used_up = None, False


def _make_templates() -> None:
    _execute(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})")
    for name, value in _SETTINGS.items():
        _execute(f"ALTER SYSTEM SET {name} = {value}")
    _execute("SELECT pg_reload_conf()")
    _make(BARE, "template1", _migrate)
    _make(PUBLISHED, BARE, _publish)
    _execute(f"SELECT pg_advisory_unlock({_ONE_AT_A_TIME})")


def _make(name: str, origin: str, fill: Callable[[], None]) -> None:
    """Under another name first, so that it is whole wherever it is seen."""
    if _execute("SELECT 1 FROM pg_database WHERE datname = %s", name):
        return
    _execute(f'CREATE DATABASE "{name}_draft" TEMPLATE "{origin}"')
    connection = _connection_to(f"{name}_draft")
    _enter(connection)
    fill()
    connection.close()
    _execute(f'ALTER DATABASE "{name}_draft" RENAME TO "{name}"')


def _migrate() -> None:
    """As the product is set up: the roles are there before anybody logs in."""
    call_command("migrate", verbosity=0, interactive=False)
    roles.apply()


def _publish() -> None:
    policies.publish_source(tomllib.loads(POLICY.read_text(encoding="utf-8")), at=LONG_AGO, by="test")


def _connection_to(name: str) -> BaseDatabaseWrapper:
    """One of its own settings, since threads open theirs by what these say."""
    connection = connections.create_connection(_ALIAS)
    connection.settings_dict = connection.settings_dict | {"NAME": name}
    return connection


def _enter(connection: BaseDatabaseWrapper) -> None:
    connections.settings[_ALIAS] = connection.settings_dict
    connections[_ALIAS] = connection


def _execute(statement: str, *values: str) -> list[tuple[Any, ...]]:
    with _maintenance().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@cache
def _maintenance() -> Any:
    """A connection beside Django's, which refuses to be used between tests."""
    settings = connections.settings[_ALIAS]
    connection = psycopg2.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname="postgres"
    )
    connection.autocommit = True
    return connection
