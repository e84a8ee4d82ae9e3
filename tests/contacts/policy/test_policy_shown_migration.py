"""What stood on record as shown before 0007 stays where it can be proven, and is "not known" everywhere else (P1)."""

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from psycopg2 import sql

from contacts.models import Basis, Message, PolicyVersion
from contacts.policy import policies
from contacts.words.vocabulary import MailTemplate
from tests.support.factories import ContactFactory, SignUpFactory, WhitepaperFactory, hold

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P1"), pytest.mark.promise("L20")]

PUBLISHED = dt.date(2026, 6, 1)  # version 2
BEFORE, AFTER = dt.date(2026, 5, 31), dt.date(2026, 6, 2)


@pytest.fixture
def newer(policy: PolicyVersion, policy_source: dict[str, Any]) -> Iterator[PolicyVersion]:
    """The second version, in a database without the constraint that came with the migration."""
    policy_source["controller"]["phone"] = "+46 8 1"
    at = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)
    version, _ = policies.publish_source(policy_source, at=at, by="test")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_basis DROP CONSTRAINT basis_policy_was_shown_on_a_day")
    return version


def migrate() -> None:
    steps = import_module("contacts.migrations.0012_policy_shown")
    with connection.cursor() as cursor:
        for statement in (steps.FORGET, steps.DATE, steps.SHOWN_BY_A_FORM, steps.SHOWN_BY_A_MAIL):
            cursor.execute(sql.SQL(statement))


def before(version: PolicyVersion, collected_on: dt.date, source: str, **fields: Any) -> Basis:
    """A basis as it was: it names the version in force when it was written."""
    told = {"scenario": "whitepaper", "policy_shown": version, "source": source} | fields
    scenario = told.pop("scenario")
    return hold(ContactFactory.create(), scenario, collected_on, policy=version, **told)


def after(basis: Basis) -> tuple[int | None, dt.date | None]:
    migrate()
    basis.refresh_from_db()
    return basis.policy_shown and basis.policy_shown.number, basis.policy_shown_on


@pytest.mark.parametrize("source", ["form", "embed", "api", "api:website", "check-in"])
@pytest.mark.parametrize(("day", "number"), [(BEFORE, None), (PUBLISHED, 2), (AFTER, 2)])
def test_a_door_that_showed_the_note_showed_no_version_that_was_yet_to_come(
    newer: PolicyVersion, source: str, day: dt.date, number: int | None
) -> None:
    assert after(before(newer, day, source)) == (number, day if number else None)


@pytest.mark.parametrize("source", ["", "Whitepaper form", "a fair in Malmö", "registration", "cloud-day", "apiary"])
def test_nothing_proves_what_a_list_or_a_member_of_staff_brought(newer: PolicyVersion, source: str) -> None:
    assert after(before(newer, AFTER, source)) == (None, None)


def test_a_row_that_calls_itself_a_form_and_is_from_elsewhere_proves_nothing(newer: PolicyVersion) -> None:
    assert after(before(newer, AFTER, "form", source_kind="public")) == (None, None)


def test_a_sign_up_on_record_proves_its_own_version_and_day(policy: PolicyVersion, newer: PolicyVersion) -> None:
    basis = before(newer, AFTER, "a list")
    paper = WhitepaperFactory.create()
    for version, day in ((newer, 7), (policy, 9)):
        at = dt.datetime(2026, 6, day, 22, 30, tzinfo=dt.UTC)  # half past midnight in Stockholm
        form = {"policy_version": version, "created_at": at}
        signed_up = SignUpFactory.create(kind="whitepaper", scenario="whitepaper", whitepaper=paper, **form)
        proven = {"confirmed_at": at, "contact": basis.contact, "email": "", "first_name": "", "last_name": ""}
        type(signed_up).objects.filter(pk=signed_up.pk).update(**proven)
    assert after(basis) == (1, dt.date(2026, 6, 10))


@pytest.mark.parametrize("informed_on", [dt.date(2026, 6, 10), dt.date(2026, 6, 11)])
def test_a_mail_that_told_them_on_that_day_proves_the_version_then_in_force(
    newer: PolicyVersion, informed_on: dt.date
) -> None:
    basis = before(newer, BEFORE, "Trade register", source_kind="public", informed_on=informed_on)
    at = dt.datetime(2026, 6, 9, 22, 30, tzinfo=dt.UTC)
    told = {"template": MailTemplate.INFORM, "purpose": "information", "created_at": at, "not_before": at}
    Message.objects.create(contact=basis.contact, sent_at=at, **told)
    assert after(basis) == ((2, informed_on) if informed_on.day == 10 else (None, None))
