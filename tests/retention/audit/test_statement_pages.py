"""The search for contradictions on the officer's pages: not yet, none, some, failed (L20)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from psycopg2 import sql

from contacts.models import Contact, PolicyVersion
from retention.audit import contradictions, statements
from retention.models import StatementCheck
from tests.support.factories import NOON, ONE_DAY, ContactFactory, SignUpFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20"), pytest.mark.usefixtures("at_noon")]

type LogIn = Callable[[str], Client]

HELD = "Somebody is held without any reason."


def home(client: Client) -> str:
    return client.get("/admin/").content.decode()


def page(client: Client, check: StatementCheck) -> str:
    return client.get(reverse("admin:retention_statementcheck_change", args=[check.pk])).content.decode()


@pytest.fixture
def forgotten(policy: PolicyVersion) -> Contact:
    return ContactFactory.create(last_name="Vinterstråle")


def kept(policy: PolicyVersion) -> StatementCheck:
    return statements.keep(policy=policy, at=NOON, now=lambda: NOON)


@pytest.mark.parametrize("role", ["privacy officer", "auditor"])
def test_the_home_page_says_that_nothing_was_searched_found_or_finished_or_that_it_failed(
    log_in: LogIn, policy: PolicyVersion, role: str
) -> None:
    client = log_in(role)
    assert "The records have not been searched yet. That is done each night at 04:35" in home(client)
    check = kept(policy)
    assert "The search of 24 November 2026 13:00 found no contradictions." in home(client)
    assert reverse("admin:retention_statementcheck_change", args=[check.pk]) in home(client)
    StatementCheck.objects.create(at=NOON)
    assert "The search of 24 November 2026 13:00 has not finished." in home(client)
    StatementCheck.objects.create(at=NOON, finished_at=NOON, failure="OperationalError")
    assert "The search of 24 November 2026 13:00 failed (OperationalError). It is made again each night." in home(
        client
    )


@pytest.mark.parametrize("role", ["marketing", "sales", "events"])
def test_nobody_else_reads_of_it(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    assert "searched" not in home(log_in(role))


def test_what_was_found_stands_on_the_home_page_with_its_number(
    log_in: LogIn, policy: PolicyVersion, forgotten: Contact
) -> None:
    kept(policy)
    shown = home(log_in("privacy officer"))
    assert "found 1 contradiction." in shown
    assert f"<strong>1</strong> {HELD}" in shown


def test_the_page_of_a_search_leads_to_the_people_and_names_none(
    log_in: LogIn, policy: PolicyVersion, forgotten: Contact
) -> None:
    check = kept(policy)
    shown = page(log_in("privacy officer"), check)
    assert f'<a href="/admin/contacts/contact/{forgotten.pk}/change/">Person 1</a>' in shown
    assert "Vinterstråle" not in shown
    assert str(forgotten.public_id) not in shown
    assert "Person 1" not in page(log_in("auditor"), check)


def test_the_page_of_a_search_counts_the_sign_ups(log_in: LogIn, policy: PolicyVersion) -> None:
    early = SignUpFactory.create(policy_version=policy, created_at=policy.published_at - ONE_DAY)
    shown = page(log_in("privacy officer"), kept(policy))
    assert "<li>Sign-up 1</li>" in shown
    assert str(early.public_id) not in shown


def test_whoever_has_gone_since_is_on_no_page(log_in: LogIn, policy: PolicyVersion, forgotten: Contact) -> None:
    check = kept(policy)
    forgotten.delete()
    shown = page(log_in("privacy officer"), check)
    assert f"<strong>1</strong> {HELD}" in shown
    assert "Nothing of it is found any more." in shown
    assert "Person 1" not in shown


def test_where_it_takes_too_long_the_page_says_so(
    log_in: LogIn, policy: PolicyVersion, forgotten: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = kept(policy)
    slow = sql.SQL("SELECT public_id AS id FROM contacts_contact, pg_sleep(9)")
    monkeypatch.setattr(contradictions, "ALL", [contradictions.Contradiction("held_without_basis", HELD, slow)])
    monkeypatch.setattr("retention.admin.statement_checks.LONGEST", "10ms")
    assert "Looking this up takes too long here." in page(log_in("privacy officer"), check)
