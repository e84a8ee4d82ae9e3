"""The officer's page: it tells people by mail, and has the list of those whom a letter has to tell (L13)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEvent, Contact, Message, PolicyNotice, PolicyTelling, PolicyVersion
from contacts.words.vocabulary import MailTemplate
from retention.longer import notify
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.lengthening import lengthen

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13"), pytest.mark.usefixtures("at_noon")]

LIST, ADD = (reverse(f"admin:contacts_policynotice_{page}") for page in ("changelist", "add"))
OFFICER = "privacy officer"


def prospect(policy: PolicyVersion, **fields: object) -> Contact:
    contact: Contact = ContactFactory.create(**fields)
    hold(contact, "prospect", dt.date(2026, 6, 1), policy=policy)
    return contact


def page(notice: PolicyNotice, act: str) -> str:
    return reverse(f"admin:contacts_policynotice_{act}", args=[notice.pk])


def test_the_officer_has_people_told_and_sees_how_many_first(log_in: LogIn, policy: PolicyVersion) -> None:
    prospect(policy)
    longer = lengthen()
    client = log_in(OFFICER)
    assert "They apply once people have been told" in client.get(LIST).content.decode()
    assert "1 person gets this mail." in client.get(ADD).content.decode()
    assert not PolicyNotice.objects.exists()
    client.post(ADD, {})
    assert PolicyNotice.objects.get().version == longer
    assert Message.objects.get().template == MailTemplate.LONGER


@pytest.fixture
def listed(policy: PolicyVersion) -> tuple[PolicyNotice, Contact]:
    """Somebody whom no mail reaches, and who is on the list for post."""
    contact = prospect(policy, first_name="=Aino", address="Storgatan 1", bounced_on=dt.date(2026, 6, 2))
    return notify.start(lengthen(), most=10, at=NOON, by="user:1"), contact


def test_the_list_is_shown_and_leaves_as_a_file_and_each_look_is_on_record(
    log_in: LogIn, listed: tuple[PolicyNotice, Contact]
) -> None:
    notice, contact = listed
    client = log_in(OFFICER)
    shown = client.get(page(notice, "change")).content.decode()
    assert ("1 person still has to be told by post" in shown, contact.display_name in shown) == (True, True)
    answer = client.post(page(notice, "file"))
    first, line, *rest = answer.content.decode().splitlines()
    assert (first.split(",")[0], line.split(",")[0], line.split(",")[3], rest) == (
        "first_name",
        "'=Aino",
        "Storgatan 1",
        [],
    )
    codes = AuditEvent.objects.filter(public_id=contact.public_id, by__startswith="user:").values_list("code", "rule")
    assert {("contact.viewed", "page:policynotice"), ("contact.exported", "letters")} <= set(codes)


def test_a_letter_is_noted_for_those_who_were_ticked(log_in: LogIn, listed: tuple[PolicyNotice, Contact]) -> None:
    notice, contact = listed
    client = log_in(OFFICER)
    assert not client.post(page(notice, "letter"), {"on": "2026-11-24"}).headers.get("Location")
    assert not PolicyTelling.objects.exists()
    client.post(page(notice, "letter"), {"on": "2026-11-24", "people": [str(contact.pk)]})
    assert PolicyTelling.objects.get().told_on == NOON.date()
    assert "Nobody has to be told by post." in client.get(page(notice, "change")).content.decode()


@pytest.mark.parametrize("role", ["marketing", "sales", "auditor", "administrator"])
def test_nobody_else_finds_it(role: str, log_in: LogIn, listed: tuple[PolicyNotice, Contact]) -> None:
    client, notice = log_in(role), listed[0]
    found = [
        client.get(LIST),
        client.get(page(notice, "change")),
        client.post(page(notice, "file")),
        client.post(ADD, {}),
    ]
    assert {answer.status_code for answer in found} == {403}
