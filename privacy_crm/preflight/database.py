"""The database: whether it answers, what it is, what we may do there, and whether it was set up."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from contacts.models import PolicyVersion
from contacts.people import rekeying
from contacts.words import keys
from privacy_crm import checks, roles
from privacy_crm.preflight.results import Result, ok, wrong

MOST_SECONDS = 60  # that the clocks of two machines may differ

# What the product does with its tables, and that it makes temporary ones.
_FORBIDDEN = """
    SELECT count(*) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        AND relname <> 'django_migrations' AND NOT (
        has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
        AND (has_table_privilege(oid, 'UPDATE') OR relname = 'contacts_auditevent')
        AND has_table_privilege(oid, 'DELETE'))"""
_TEMPORARY = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"

type Now = Callable[[], dt.datetime]


def look(now: Now) -> Iterator[Result]:
    """Raises OperationalError where the database does not answer."""
    yield _version()
    yield _rights()
    if pending := _pending():
        yield wrong("Migrations", f"{pending} not applied", "Run `manage.py migrate`.")
        return
    yield ok("Migrations", "all applied")
    yield _clock(now)
    yield from _keys()
    yield _roles()
    yield _policy(now())


def _version() -> Result:
    for message in checks.postgresql_is_new_enough(databases=["default"]):
        return wrong("PostgreSQL", str(message.msg), "Move to a newer PostgreSQL before you start.")
    return ok("PostgreSQL", ".".join(map(str, connection.get_database_version())))


def _rights() -> Result:
    with connection.cursor() as cursor:
        cursor.execute(_FORBIDDEN)
        (forbidden,) = cursor.fetchone()
        cursor.execute(_TEMPORARY)
        (temporary,) = cursor.fetchone()
    if forbidden or not temporary:
        said = f"{forbidden} tables cannot be read or written" if forbidden else "no temporary tables"
        return wrong("Rights", said, "Give the role of DATABASE_URL these rights.")
    return ok("Rights", "tables can be read and written, and temporary ones made")


def _pending() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _clock(now: Now) -> Result:
    with connection.cursor() as cursor:
        before = now()
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
        after = now()
    apart = max(before - there, there - after, dt.timedelta())
    said = f"{apart.total_seconds():.1f} seconds apart from the database's"
    if apart.total_seconds() > MOST_SECONDS:
        return wrong("Clock", said, "Set both clocks by NTP: while they differ, nothing is deleted automatically.")
    return ok("Clock", said)


def _keys() -> Iterator[Result]:
    found = [*checks.keys_are_all_there(databases=["default"])]
    found += checks.people_are_under_the_first_key(databases=["default"])
    for message in found:
        yield wrong("Keys", str(message.msg), "See README.md, Keys.")
    if not found:
        first, *others = [keys.fingerprint(key) for key in keys.known()]
        needed = rekeying.named(apart=[first])
        told = [f"{other} ({'needed' if other in needed else 'can be dropped'})" for other in others]
        yield ok("Keys", ", ".join([f"{first} comes first", *told]))


def _roles() -> Result:
    missing = [name for name in roles.ROLES if not Group.objects.filter(name=name).exists()]
    if missing:
        return wrong("Roles", f"missing: {', '.join(missing)}", "Run `manage.py set_up_roles`.")
    return ok("Roles", f"{len(roles.ROLES)} roles")


def _policy(at: dt.datetime) -> Result:
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return wrong("Policy", "none is published", "Run `manage.py publish_policy FILE`: nothing is done without one.")
    return ok("Policy", f"version {policy.number} is in force on {at:%Y-%m-%d}")
