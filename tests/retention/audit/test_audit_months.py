"""The trail is divided by month: months come in time, go whole, and no act fails because one is missing (P17)."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from psycopg2 import sql

from contacts.base import audit
from contacts.models import AuditEvent, PolicyVersion
from retention.audit import trail
from tests.support.application import as_application
from tests.support.audit_months import divided_since, parts
from tests.support.factories import stockholm

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P17")]

FIRST = stockholm(2022, 1, 1, 0)


def month_of(event: AuditEvent) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM contacts_auditevent WHERE id = %(event)s", {"event": event.pk}
        )
        return str(cursor.fetchone()[0]).removeprefix("contacts_auditevent_")


def entry(at: dt.datetime) -> AuditEvent:
    return AuditEvent.objects.create(at=at, by="user:1", code="contact.viewed")


def bounds() -> list[tuple[str, dt.datetime, dt.datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM contacts_audit_months()")
        return list(cursor.fetchall())


def test_months_are_those_of_the_company_and_follow_each_other_without_a_gap(policy: PolicyVersion) -> None:
    made = divided_since(FIRST, policy)
    assert made == parts()
    assert parts()[:3] == ["2022_01", "2022_02", "2022_03"]
    dated = [(starts, ends) for _, starts, ends in bounds() if starts and ends]
    assert dated[0] == (FIRST, stockholm(2022, 2, 1, 0))
    assert [ends for _, ends in dated[:-1]] == [starts for starts, _ in dated[1:]]
    assert dated[-1][1] > dt.datetime.now(dt.UTC) + dt.timedelta(days=80)
    assert trail.make_months(policy) == []


def test_each_entry_is_in_its_month_and_an_earlier_or_a_later_one_is_kept_as_well(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    assert month_of(entry(stockholm(2022, 1, 31, 23, 59))) == "2022_01"
    assert month_of(entry(stockholm(2022, 2, 1, 0))) == "2022_02"
    assert month_of(entry(stockholm(2021, 12, 31, 23, 59))) == "before"
    assert month_of(entry(stockholm(2199, 1, 1))) == "rest"


def test_what_no_month_took_is_moved_once_its_month_is_made(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    *_, (name, starts, _ends) = [each for each in bounds() if each[1] and each[2]]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")
    late = entry(starts + dt.timedelta(days=3))
    assert month_of(late) == "rest"
    assert trail.make_months(policy) == [parts()[-1]]
    assert f"contacts_auditevent_{month_of(late)}" == name
    assert AuditEvent.objects.get() == late


def test_another_time_zone_leaves_no_gap_and_no_month_out(policy: PolicyVersion) -> None:
    divided_since(FIRST.replace(tzinfo=dt.UTC), policy)
    assert parts()[:2] == ["2022_01", "2022_02"]
    assert [ends for _, _, ends in bounds() if ends][1] == stockholm(2022, 2, 1, 0)
    policy.time_zone = "America/New_York"
    divided_since(FIRST, policy)
    assert parts()[:2] == ["2022_01", "2022_02"]
    assert len(set(parts())) == len(parts())


def test_a_month_goes_whole_when_its_last_day_is_so_many_months_ago(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    for each in (stockholm(2022, 1, 1, 0), stockholm(2022, 1, 31, 23, 59), stockholm(2022, 2, 1, 0)):
        entry(each)
    assert trail.shorten(months=24, policy=policy, at=stockholm(2024, 1, 30, 23, 59)) == 0
    assert parts()[0] == "2022_01"
    assert trail.shorten(months=24, policy=policy, at=stockholm(2024, 1, 31, 3)) == 2
    assert parts()[0] == "2022_02"
    assert trail.begins() == stockholm(2022, 2, 1, 0)
    assert AuditEvent.objects.exclude(code=trail.CODE).get().at == stockholm(2022, 2, 1, 0)


def test_the_application_has_it_done_and_reads_each_month_by_its_name(policy: PolicyVersion) -> None:
    """A backup reads the tables of months themselves."""
    divided_since(FIRST, policy)
    with connection.cursor() as cursor, as_application():
        for name, *_ in bounds():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        entry(stockholm(2022, 1, 5))
        assert trail.make_months(policy) == []
        assert trail.shorten(months=24, policy=policy, at=stockholm(2024, 2, 1)) == 1


def test_nothing_of_the_last_eleven_months_goes_whatever_is_asked_for(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM contacts_drop_audit_months('infinity')")
        cursor.execute("SELECT clock_timestamp() - interval '11 months'")
        (limit,) = cursor.fetchone()
    assert all(ends > limit for _, starts, ends in bounds() if starts and ends)
    assert len(parts()) >= 11


@pytest.mark.django_db(transaction=True)
def test_a_month_waits_while_somebody_holds_the_trail_and_goes_the_next_time(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    entry(FIRST)
    due: dict[str, Any] = {"months": 24, "policy": policy, "at": stockholm(2024, 2, 1)}

    def shorten() -> int | None:
        try:
            return trail.shorten(**due)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        audit.record("contact.viewed", at=FIRST, by="user:1")
        assert threads.submit(shorten).result() is None
    assert parts()[0] == "2022_01"
    assert shorten() == 2
    assert parts()[0] == "2022_02"


@pytest.mark.django_db(transaction=True)
def test_several_at_once_make_each_month_once(policy: PolicyVersion) -> None:
    divided_since(stockholm(2026, 1, 1, 0), policy)
    with connection.cursor() as cursor:
        for name in parts()[-3:]:
            cursor.execute(f"DROP TABLE contacts_auditevent_{name}")
    left = len(parts())

    def make(_: int) -> list[str] | None:
        try:
            return trail.make_months(policy)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        made = [name for some in threads.map(make, range(4)) for name in some or []]
    assert len(made) == len(set(made)) == 3
    assert len(parts()) == left + 3


# The command


def test_the_command_makes_and_deletes_and_says_so(policy: PolicyVersion) -> None:
    divided_since(FIRST, policy)
    entry(FIRST)
    said = StringIO()
    call_command("audit_months", "--json", stdout=said)
    assert json.loads(said.getvalue()) == {"made": [], "deleted": 1}
    said = StringIO()
    call_command("audit_months", stdout=said)
    assert said.getvalue() == "Months made: none. Entries deleted: 0.\n"


def test_the_command_needs_a_policy() -> None:
    with pytest.raises(CommandError, match="No policy"):
        call_command("audit_months")
