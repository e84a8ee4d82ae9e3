"""What the application's role may do: read and write what the owner has made, and change nothing about it (ADR 0065).

Its rights are given anew, whole, after each migration and each restore: it never has more of them than is said here.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
# An import has the planner know what it wrote (ANALYZE), or its next statement takes minutes; no row is changed by it.
_STATISTICS = "MAINTAIN"
# What the application never does: the trail and its seals are added to, and the trail is ended by the owner's functions
# alone; a policy stays on the record, and so does what was assessed, was processed on a past day or said about a
# breach; the journal's number moves and stays; and what was migrated is for the owner to say.
_NEVER = {
    "contacts_auditevent": {"UPDATE", "DELETE"},
    "contacts_auditseal": {"UPDATE", "DELETE"},
    "contacts_auditstamp": {"UPDATE", "DELETE"},
    "contacts_policyversion": {"DELETE"},
    "contacts_scenariorule": {"DELETE"},
    "contacts_interestassessment": {"UPDATE", "DELETE"},
    "contacts_assessedpurpose": {"UPDATE", "DELETE"},
    "contacts_impactassessment": {"UPDATE", "DELETE"},
    "contacts_affectedgroup": {"UPDATE", "DELETE"},
    "contacts_breach": {"DELETE"},
    "contacts_breachletter": {"UPDATE", "DELETE"},
    "contacts_breachnotice": {"UPDATE", "DELETE"},
    "contacts_noticewithdrawal": {"UPDATE", "DELETE"},
    "contacts_breachreport": {"UPDATE", "DELETE"},
    "contacts_processingsnapshot": {"UPDATE", "DELETE"},
    "contacts_journalnumber": {"DELETE"},
    "django_migrations": {"INSERT", "UPDATE", "DELETE"},
}
# A month of the trail is written through the trail alone; a backup reads it by its name.
_MONTHS = "contacts_auditevent_"


def are_apart() -> bool:
    """Tell whether the owner and the application are two roles."""
    return bool(settings.OWNER_DATABASE["USER"] != settings.APPLICATION_ROLE)


def role_is_there() -> bool:
    """Tell whether the application's role was made: otherwise nothing can be given to it."""
    return not are_apart() or bool(_asked(_IS_THERE, role=settings.APPLICATION_ROLE))


def is_owner() -> bool:
    """Tell whether the role of this connection may make tables, and change those that are there."""
    return not _asked(_OF_OTHERS)


@transaction.atomic
def give() -> None:
    """Give the application's role its rights, and take all others from it. Call it as the owner."""
    if not are_apart():
        return
    for statement in _statements(dict(_asked(_OURS)), sql.Identifier(settings.APPLICATION_ROLE)):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def lacking() -> list[str]:
    """Return the tables with which the role of this connection may not do all that it has to."""
    return sorted(table for table, *had in _asked(_HAD) if not all(_has_its(table, had)))


def owned() -> list[str]:
    """Return the tables that the role of this connection could drop."""
    return [table for (table,) in _asked(_OWNED)]


def of_table(name: str) -> tuple[str, ...]:
    """Return the rights that the application has to a table."""
    if name.startswith(_MONTHS):
        return ("SELECT",)
    if name in _NEVER:
        return tuple(right for right in _ROWS if right not in _NEVER[name])
    return (*_ROWS, _STATISTICS)


def _asked(question: str, **values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _has_its(table: str, had: Collection[bool]) -> Iterator[bool]:
    return (has for right, has in zip(_ROWS, had, strict=True) if right in of_table(table))


def _statements(ours: dict[str, list[str]], role: sql.Identifier) -> Iterator[sql.Composed]:
    for kind, names in ours.items():
        yield _TAKE[kind].format(names=_listed(names), role=role)
    for rights in sorted({of_table(name) for name in ours["tables"]}):
        alike = [name for name in ours["tables"] if of_table(name) == rights]
        yield _GIVE["tables"].format(rights=sql.SQL(", ").join(map(sql.SQL, rights)), names=_listed(alike), role=role)
    for kind in ours.keys() - {"tables"}:
        yield _GIVE[kind].format(names=_listed(ours[kind]), role=role)


def _listed(names: Collection[Any]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


# By kind, what is the owner's. Of functions, those that act with the owner's rights: others may be called by anybody.
_OURS = """
    WITH ours (kind, name) AS (
        SELECT CASE relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END, relname::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S')
            AND pg_has_role(relowner, 'USAGE')
        UNION ALL
        SELECT 'functions', proname::text FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND pg_has_role(proowner, 'USAGE')
        UNION ALL
        SELECT 'schemas', nspname::text FROM pg_namespace
        WHERE nspname = current_schema() AND pg_has_role(nspowner, 'USAGE')
    )
    SELECT kind, array_agg(name ORDER BY name) FROM ours GROUP BY kind"""

_TAKE = {
    "tables": sql.SQL("REVOKE ALL ON TABLE {names} FROM PUBLIC, {role}"),
    "sequences": sql.SQL("REVOKE ALL ON SEQUENCE {names} FROM PUBLIC, {role}"),
    "functions": sql.SQL("REVOKE ALL ON FUNCTION {names} FROM PUBLIC, {role}"),
    "schemas": sql.SQL("REVOKE CREATE ON SCHEMA {names} FROM PUBLIC, {role}"),
}
_GIVE = {
    "tables": sql.SQL("GRANT {rights} ON TABLE {names} TO {role}"),
    "sequences": sql.SQL("GRANT SELECT, USAGE ON SEQUENCE {names} TO {role}"),
    "functions": sql.SQL("GRANT EXECUTE ON FUNCTION {names} TO {role}"),
    "schemas": sql.SQL("GRANT USAGE ON SCHEMA {names} TO {role}"),
}

_HAD = """
    SELECT relname::text, has_table_privilege(oid, 'SELECT'), has_table_privilege(oid, 'INSERT'),
        has_table_privilege(oid, 'UPDATE'), has_table_privilege(oid, 'DELETE')
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"""
_OWNED = """
    SELECT relname::text FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER')
    ORDER BY relname"""
_OF_OTHERS = """
    SELECT 1 WHERE NOT has_schema_privilege(current_schema(), 'CREATE') UNION ALL SELECT 1 FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = 'django_migrations'
        AND NOT pg_has_role(relowner, 'USAGE')"""
_IS_THERE = "SELECT 1 FROM pg_roles WHERE rolname = %(role)s"
