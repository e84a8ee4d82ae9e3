"""The application's role reads and writes all that it has to, owns nothing, and changes nothing about any table."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from psycopg2 import sql

from contacts.base import audit
from contacts.models import AuditEvent, PolicyVersion
from privacy_crm import checks, starting
from privacy_crm.postgresql import rights
from privacy_crm.settings import APPLICATION_ROLE
from retention.audit import trail
from tests.support.application import as_application

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P17")]

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def application(db: None) -> Iterator[None]:
    with as_application():
        yield


def run(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def asked(question: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def refused(statement: str, *names: str) -> bool:
    """Tell whether PostgreSQL says that this role may not."""
    try:
        with transaction.atomic():
            run(statement, *names)
    except ProgrammingError as error:
        return getattr(error.__cause__, "pgcode", "") == "42501"  # insufficient_privilege
    return False


def tables() -> list[str]:
    found = asked("""
        SELECT relname::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')""")
    assert len(found) > 70
    return [name for (name,) in found]


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE {} CASCADE",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} ADD more int",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} OWNER TO CURRENT_USER",
        "CREATE INDEX ON {} ((1))",
        "CREATE RULE nothing AS ON DELETE TO {} DO INSTEAD NOTHING",
        "CREATE TRIGGER nothing BEFORE DELETE ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_no_table_is_dropped_emptied_or_changed_and_no_trigger_is_disabled(statement: str) -> None:
    assert [table for table in tables() if not refused(statement, table)] == []


@pytest.mark.usefixtures("application")
def test_it_makes_nothing_where_the_tables_are_and_gets_round_no_trigger() -> None:
    for statement in (
        "CREATE TABLE another ()",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION contacts_policy_is_immutable() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DROP FUNCTION contacts_end_entries",
        "SET session_replication_role = replica",
        "CREATE SCHEMA another",
        "CREATE ROLE another",
    ):
        assert refused(statement), statement
    for (function,) in asked("SELECT proname::text FROM pg_proc WHERE proname LIKE 'contacts\\_%%'", none=""):
        assert refused("ALTER FUNCTION {} RENAME TO another", function), function


@pytest.mark.usefixtures("application")
def test_its_rights_are_those_that_are_written_down_and_no_table_is_its_own() -> None:
    for table in tables():
        had = asked(
            "SELECT name FROM unnest(%(names)s) AS right_to (name) WHERE has_table_privilege(%(table)s, name)",
            names=list(RIGHTS),
            table=f'public."{table}"',
        )
        assert tuple(name for (name,) in had) == rights.of_table(table), table
    assert (rights.owned(), rights.lacking(), rights.is_owner()) == ([], [], False)
    own = """
        SELECT 1 FROM pg_class JOIN pg_roles role ON role.oid = relowner WHERE rolname = current_user UNION ALL
        SELECT 1 FROM pg_proc JOIN pg_roles role ON role.oid = proowner WHERE rolname = current_user"""
    assert asked(own) == []


# What was said about a breach.
SAID = (
    "contacts_affectedgroup",
    "contacts_breachletter",
    "contacts_breachnotice",
    "contacts_breachreport",
    "contacts_noticewithdrawal",
)


def test_what_it_never_does_is_what_the_tables_are_for() -> None:
    """What is added to alone, and what stays on the record."""
    less = {table: rights.of_table(table) for table in tables() if len(rights.of_table(table)) < 5}
    months = {table for table in less if table.startswith("contacts_auditevent_")}
    assert len(months) > 4
    assert less == {
        "contacts_assessedpurpose": ("SELECT", "INSERT"),
        **dict.fromkeys(["contacts_auditevent", "contacts_auditseal", "contacts_auditstamp"], ("SELECT", "INSERT")),
        **dict.fromkeys(months, ("SELECT",)),
        "contacts_impactassessment": ("SELECT", "INSERT"),
        "contacts_interestassessment": ("SELECT", "INSERT"),
        **dict.fromkeys(SAID, ("SELECT", "INSERT")),
        "contacts_breach": ("SELECT", "INSERT", "UPDATE"),
        "contacts_journalnumber": ("SELECT", "INSERT", "UPDATE"),
        "contacts_policyversion": ("SELECT", "INSERT", "UPDATE"),
        "contacts_processingsnapshot": ("SELECT", "INSERT"),
        "contacts_scenariorule": ("SELECT", "INSERT", "UPDATE"),
        "django_migrations": ("SELECT",),
    }


def test_they_are_given_anew_and_whole() -> None:
    run("GRANT TRUNCATE ON contacts_contact TO {}", APPLICATION_ROLE)
    run("GRANT SELECT ON contacts_contact TO PUBLIC")
    run("GRANT EXECUTE ON FUNCTION contacts_end_entries TO PUBLIC")
    run("GRANT CREATE ON SCHEMA public TO PUBLIC")
    run("REVOKE SELECT ON contacts_basis FROM {}", APPLICATION_ROLE)
    run("CREATE TABLE made_since (id bigint GENERATED BY DEFAULT AS IDENTITY)")
    with as_application():
        assert rights.lacking() == ["contacts_basis", "made_since"]
    rights.give()
    public = """
        SELECT has_table_privilege('public', 'contacts_contact', 'SELECT'),
            has_function_privilege('public', 'contacts_end_entries(bigint[],timestamptz)', 'EXECUTE'),
            has_schema_privilege('public', 'public', 'CREATE')"""
    assert asked(public) == [(False, False, False)]
    with as_application():
        assert rights.lacking() == []
        assert refused("TRUNCATE contacts_contact")
        run("INSERT INTO made_since DEFAULT VALUES")


# The trail


def entry(at: dt.datetime) -> AuditEvent:
    return AuditEvent.objects.create(at=at, by="user:1", code="contact.viewed", public_id=uuid.uuid4())


def test_the_trail_is_added_to_and_shortened_and_nothing_else_is_done_to_it(policy: PolicyVersion) -> None:
    AuditEvent.objects.all().delete()
    old, young = entry(NOW - 800 * DAY), entry(NOW - 700 * DAY)
    with as_application():
        audit.record("contact.viewed", at=NOW, by="user:1", public_id=uuid.uuid4())
        assert refused("UPDATE contacts_auditevent SET by = 'nobody'")
        assert refused("DELETE FROM contacts_auditevent")
        assert refused("DELETE FROM contacts_auditevent_before")
        assert refused("INSERT INTO contacts_auditevent_rest (at, by, code, rule) VALUES (now(), '', '', '')")
        assert trail.shorten(months=24, policy=policy, at=NOW) == 1
    assert not AuditEvent.objects.filter(pk=old.pk).exists()
    assert AuditEvent.objects.filter(pk=young.pk).exists()


@pytest.mark.usefixtures("policy")
def test_nothing_of_the_last_eleven_months_goes_whatever_is_asked_for() -> None:
    kept, gone = entry(NOW - 330 * DAY), entry(NOW - 340 * DAY)
    with as_application():
        run("CREATE TEMPORARY TABLE contacts_auditevent (id bigint, at timestamptz)")
        run("CREATE TEMPORARY TABLE contacts_auditevent_before (id bigint, at timestamptz)")
        [(number,)] = asked("SELECT contacts_end_entries(%(entries)s, 'infinity')", entries=[kept.pk, gone.pk])
        run("DROP TABLE pg_temp.contacts_auditevent, pg_temp.contacts_auditevent_before")
    assert number == 1
    assert AuditEvent.objects.filter(pk=kept.pk).exists()


# Who migrates


def test_a_role_that_does_not_own_the_tables_migrates_nothing_and_is_told() -> None:
    with as_application(), pytest.raises(CommandError, match="OWNER_DATABASE_URL"):
        call_command("migrate", verbosity=0)


def test_a_role_that_nobody_has_made_is_named(settings: LazySettings) -> None:
    settings.APPLICATION_ROLE = "crm_nobody"
    with pytest.raises(CommandError, match="crm_nobody, which is not there"):
        call_command("migrate", verbosity=0)


def test_one_role_for_all_works_and_is_told(settings: LazySettings) -> None:
    settings.APPLICATION_ROLE = settings.OWNER_DATABASE["USER"]
    call_command("migrate", verbosity=0)
    (message,) = checks.application_owns_nothing(databases=["default"])
    assert message.msg.startswith("DATABASE_URL ")
    assert not message.is_serious()
    with as_application():
        assert checks.application_owns_nothing(databases=["default"]) == []


@pytest.mark.parametrize("refuses", [True, False])
def test_it_is_a_line_of_check_where_debug_is_off(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, *, refuses: bool
) -> None:
    settings.START_REFUSES = refuses
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own
    lines = starting.worries()
    assert [line.partition(" ")[0] for line in lines] == ["DATABASE_URL"] * refuses
