import datetime as dt

import pytest
from django.db import connection

from contacts.models import Contact, PolicyVersion
from retention.holds import derived_holds, holds
from retention.models import Hold
from tests.support.factories import NOON, ContactFactory, HoldFactory, contact_of, place
from tests.support.import_files import AINO, bring, person

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
JUNE = dt.date(2027, 6, 1)
NO_END = dt.date(9999, 12, 31)


def standing(contact: Contact) -> tuple[dt.date | None, dt.date | None]:
    contact.refresh_from_db()
    return contact.frozen_through, contact.restricted_through


def test_a_freeze_stands_on_the_person_through_its_last_day() -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "request", until=JUNE)
    assert standing(contact) == (JUNE, None)


@pytest.mark.promise("L6")
def test_a_restriction_is_a_freeze_that_is_told_apart() -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "request", until=JUNE)
    place(contact, "freeze", "restriction")
    assert standing(contact) == (NO_END, NO_END)


def test_a_duty_freezes_nobody() -> None:
    contact = ContactFactory.create()
    place(contact, "duty", "bookkeeping")
    assert standing(contact) == (None, None)


def test_the_freeze_that_lasts_longest_counts() -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "request", until=JUNE)
    place(contact, "freeze", "legal_claim", until=dt.date(2027, 1, 1))
    assert standing(contact) == (JUNE, None)


def test_a_hold_that_is_ended_stands_through_that_day() -> None:
    contact = ContactFactory.create()
    hold = place(contact, "freeze", "restriction")
    holds.end(hold, day=TODAY, at=NOON, by="test")
    assert standing(contact) == (TODAY, TODAY)


def test_an_imported_hold_counts_as_one_placed(policy: PolicyVersion) -> None:
    row = {"email": AINO, "kind": "freeze", "reason": "restriction", "until": "2027-06-01"}
    bring(policy, contacts=[person()], holds=[row])
    assert standing(Contact.objects.get()) == (JUNE, JUNE)


def test_settling_touches_nobody_else() -> None:
    one, other = HoldFactory.create_batch(2)
    derived_holds.settle([one.contact_id])
    assert standing(one.contact) == (NO_END, None)
    assert standing(other.contact) == (None, None)


def test_settling_what_stands_already_rewrites_no_row(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy)
    place(contact, "freeze", "request")
    before = version(contact)
    derived_holds.settle([contact.pk])
    assert version(contact) == before


def test_nobody_is_frozen_once_the_hold_is_gone() -> None:
    contact = ContactFactory.create()
    place(contact, "freeze", "request")
    Hold.objects.all().delete()
    derived_holds.settle([contact.pk])
    assert standing(contact) == (None, None)


def version(contact: Contact) -> str:
    """Which version of its row the database holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM contacts_contact WHERE id = %s", [contact.pk])
        return str(cursor.fetchone()[0])
