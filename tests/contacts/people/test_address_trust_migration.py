"""What was on record before 0016 says as much of an address as can be proven (L15, L20)."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from contacts.base import audit
from contacts.models import Contact, PolicyVersion
from contacts.words.vocabulary import TrustReason
from dsr.intake import identity
from tests.support.factories import NOON, ONE_DAY, SPRING, ContactFactory
from tests.support.requesting import KNOWN, OFFICER, asked_by

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15"), pytest.mark.promise("L20")]

CONTACTS, DSR = (
    import_module(f"{app}.migrations.{name}")
    for app, name in (("contacts", "0018_address_trust"), ("dsr", "0005_addresses_proven_on_my_data"))
)
UNKNOWN = {"address_trust": "unproven", "address_trust_reason": "not_known", "address_trust_since": None}


def migrated(contact: Contact) -> tuple[str, str, dt.date | None]:
    with connection.cursor() as cursor:
        for statement in (CONTACTS.PRESSED, CONTACTS.MADE_SURE, CONTACTS.CAME_BACK, DSR.PROVEN):
            cursor.execute(statement)
    contact.refresh_from_db()
    return contact.address_trust, contact.address_trust_reason, contact.address_trust_since


def unknown(**fields: Any) -> Contact:
    return ContactFactory.create(**UNKNOWN | fields)


def noted(contact: Contact, code: str, rule: str = "", *, by: str = "visitor", at: dt.datetime = NOON) -> None:
    audit.record(code, at=at, by=by, public_id=contact.public_id, rule=rule)


def test_of_what_is_known_nothing_is_said(policy: PolicyVersion) -> None:
    assert migrated(unknown()) == ("unproven", "not_known", None)


def test_what_was_not_confirmed_is_doubted(policy: PolicyVersion) -> None:
    contact = unknown()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE contacts_contact ADD unconfirmed_since date")
        cursor.execute("UPDATE contacts_contact SET unconfirmed_since = %s", [SPRING])
        cursor.execute(CONTACTS.DOUBTED)
    assert migrated(contact) == ("doubted", "changed", SPRING)


def test_what_mail_came_back_from_is_doubted(policy: PolicyVersion) -> None:
    contact = unknown(bounced_on=SPRING)
    noted(contact, "sign_up.proven")
    assert migrated(contact) == ("doubted", "bounced", SPRING)


@pytest.mark.parametrize(
    ("code", "rule", "by", "reason"),
    [
        ("sign_up.proven", "", "visitor", TrustReason.FORM_BUTTON),
        ("address.changed", "proven", "user:1", TrustReason.STAFF_SURE),
        ("sign_up.proven", "", "user:1", None),
        ("address.changed", "unproven", "user:1", None),
    ],
)
def test_who_pressed_the_button_or_was_made_sure_of_is_proven(
    policy: PolicyVersion, code: str, rule: str, by: str, reason: TrustReason | None
) -> None:
    contact = unknown()
    noted(contact, code, rule, by=by)
    assert migrated(contact) == (("proven", reason, NOON.date()) if reason else ("unproven", "not_known", None))


@pytest.mark.parametrize("later", ["address.changed", "contact.merged"])
@pytest.mark.parametrize(("code", "rule"), [("sign_up.proven", ""), ("address.changed", "proven")])
def test_not_where_the_address_was_changed_or_the_record_merged_since(
    policy: PolicyVersion, code: str, rule: str, later: str
) -> None:
    contact = unknown()
    noted(contact, code, rule)
    noted(contact, later, "unproven", at=NOON + ONE_DAY)
    assert migrated(contact)[0] == "unproven"


def test_not_where_another_name_was_typed_beside_it(policy: PolicyVersion) -> None:
    contact = unknown()
    noted(contact, "sign_up.proven")
    contact.proposed.create(detail="name", typed={"last_name": "Ek"}, source="form", proposed_at=NOON)
    assert migrated(contact)[0] == "unproven"


@pytest.mark.parametrize(("later", "state"), [(None, "proven"), ("address.changed", "unproven")])
def test_who_asked_on_my_data_has_proven_theirs(policy: PolicyVersion, later: str | None, state: str) -> None:
    contact = unknown()
    asked_by(contact, policy)
    if later:
        noted(contact, later, at=NOON + ONE_DAY)
    assert migrated(contact)[0] == state


def test_not_where_the_officer_had_to_find_them(policy: PolicyVersion) -> None:
    contact = unknown()
    identity.identify(asked_by(contact, policy).pk, [contact], KNOWN, at=NOON, by=OFFICER)
    assert migrated(contact)[0] == "unproven"
