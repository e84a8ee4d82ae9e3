"""The register of recipients: what is put on record, what is refused, and what signs their webhooks."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contacts.disclosure import recipients, webhook_client
from contacts.disclosure.recipients import Particulars, RecipientError, Terms
from contacts.models import AuditEvent, Recipient
from tests.support.admin_pages import contents
from tests.support.factories import NOON
from tests.support.sharing import RecipientFactory

pytestmark = pytest.mark.django_db

PRINTER = Particulars(
    name="Tryckhuset AB",
    kind="processor",
    service="Prints and posts letters",
    country="SE",
    contact_email="dataskydd@tryckhuset.example",
)
ABROAD = replace(PRINTER, country="US", safeguard="clauses", safeguard_reference="Decision 2021/914, module 2")
TERMS = Terms("PUB-7", dt.date(2026, 1, 1), ["webinar", "event"])
BY = {"at": NOON, "by": "user:1"}


@pytest.mark.promise("P15")
def test_a_recipient_stands_in_the_register_with_its_agreement_and_purposes() -> None:
    recipient = recipients.add(PRINTER, **BY)
    assert not recipient.is_agreed(NOON.date())
    recipients.agree(recipient.pk, TERMS, **BY)
    recipient.refresh_from_db()
    assert recipient.is_agreed(NOON.date())
    assert recipient.purposes == ["event", "webinar"]
    assert list(AuditEvent.objects.order_by("pk").values_list("code", flat=True)) == [
        "recipient.added",
        "recipient.agreed",
    ]


@pytest.mark.promise("P16")
def test_a_recipient_outside_the_eea_names_its_safeguard() -> None:
    recipient = recipients.add(ABROAD, **BY)
    assert recipient.is_outside_the_eea
    assert recipient.get_safeguard_display() == "standard contractual clauses"


@pytest.mark.promise("P16")
def test_the_privacy_shield_is_no_safeguard() -> None:
    with pytest.raises(RecipientError):
        recipients.add(replace(ABROAD, safeguard="privacy_shield"), **BY)
    assert not Recipient.objects.exists()


def test_an_agreement_is_in_force_through_its_last_day() -> None:
    recipient = recipients.add(PRINTER, **BY)
    recipients.agree(recipient.pk, TERMS, **BY)
    recipients.end_agreement(recipient.pk, dt.date(2026, 11, 24), **BY)
    recipient.refresh_from_db()
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 11, 24), dt.date(2026, 11, 25)]
    assert [recipient.is_agreed(day) for day in days] == [False, True, True, False]
    assert [Recipient.objects.agreed(day).exists() for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": " "}, "blank"),
        ({"country": "XX"}, "No country has this code"),
        ({"contact_email": "nowhere"}, "valid email"),
        ({"kind": "friend"}, "not a valid choice"),
        ({"safeguard": "clauses", "safeguard_reference": "SCC"}, "inside, none is needed"),
        ({"country": "US", "safeguard": "clauses"}, "Say where the safeguard is found"),
        ({"told_by": "webhook"}, "needs the address"),
        ({"webhook_url": "https://hooks.example/"}, "e-mail needs none"),
        ({"told_by": "webhook", "webhook_url": "http://hooks.example/"}, "https alone"),
        ({"told_by": "webhook", "webhook_url": "https://10.0.0.7/"}, "not public"),
        ({"told_by": "webhook", "webhook_url": "https://me:secret@hooks.example/"}, "no password"),
        ({"told_by": "webhook", "webhook_url": "hooks"}, "https alone|no web address"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(wrong: dict[str, str], why: str) -> None:
    recipient = recipients.add(replace(PRINTER, name="Another AB"), **BY)
    before = contents()
    with pytest.raises(RecipientError, match=why):
        recipients.add(replace(PRINTER, **wrong), **BY)
    with pytest.raises(RecipientError, match=why):
        recipients.change(recipient.pk, replace(PRINTER, **wrong), **BY)
    assert contents() == before


def test_two_recipients_do_not_share_a_name() -> None:
    recipients.add(PRINTER, **BY)
    before = contents()
    with pytest.raises(RecipientError, match="already exists"):
        recipients.add(PRINTER, **BY)
    assert contents() == before


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reference": " "}, "where the agreement is found"),
        ({"purposes": []}, "what the agreement covers"),
        ({"purposes": ["newsletter"]}, "not a valid choice"),
        ({"ends_on": dt.date(2025, 12, 31)}, "cannot end before it begins"),
    ],
)
def test_terms_that_cannot_be_are_refused_and_change_nothing(wrong: dict[str, Any], why: str) -> None:
    recipient = recipients.add(PRINTER, **BY)
    before = contents()
    with pytest.raises(RecipientError, match=why):
        recipients.agree(recipient.pk, replace(TERMS, **wrong), **BY)
    assert contents() == before


def test_an_agreement_that_is_not_there_does_not_end() -> None:
    recipient = recipients.add(PRINTER, **BY)
    before = contents()
    with pytest.raises(RecipientError, match="No agreement"):
        recipients.end_agreement(recipient.pk, dt.date(2026, 12, 31), **BY)
    assert contents() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "se"},
        {"purposes": ["newsletter"]},
        {"agreement_from": None},
        {"agreement_until": dt.date(2020, 1, 1)},
        {"safeguard": "clauses"},
        {"told_by": "webhook"},
    ],
)
def test_the_database_holds_the_register_to_it(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecipientFactory.create(**wrong)


def test_one_recipient_at_most_sends_our_mail() -> None:
    sender = recipients.add(replace(PRINTER, sends_our_mail=True), **BY)
    other = recipients.add(replace(PRINTER, name="Another AB"), **BY)
    before = contents()
    with pytest.raises(RecipientError, match="Another recipient sends our mail already"):
        recipients.change(other.pk, replace(PRINTER, name="Another AB", sends_our_mail=True), **BY)
    assert contents() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Recipient.objects.filter(pk=other.pk).update(sends_our_mail=True, standing=True)
    recipients.change(sender.pk, PRINTER, **BY)
    recipients.change(other.pk, replace(PRINTER, name="Another AB", sends_our_mail=True), **BY)
    assert Recipient.objects.get(sends_our_mail=True) == other


@pytest.mark.promise("P15")
def test_a_recipient_that_sends_our_mail_has_everybodys_data() -> None:
    sender = recipients.add(replace(PRINTER, sends_our_mail=True), **BY)
    assert sender.standing
    recipients.change(sender.pk, replace(PRINTER, sends_our_mail=True, standing=False), **BY)
    assert Recipient.objects.get().standing
    with pytest.raises(IntegrityError), transaction.atomic():
        Recipient.objects.update(standing=False)


def test_data_may_go_to_those_with_an_agreement_in_the_eea_or_with_a_safeguard() -> None:
    safe = {"country": "US", "safeguard": "clauses", "safeguard_reference": "2021/914"}
    good = [RecipientFactory.create(), RecipientFactory.create(**safe)]
    RecipientFactory.create(country="US")
    RecipientFactory.create(agreement_until=dt.date(2026, 11, 23))
    assert list(Recipient.objects.usable(NOON.date())) == good


def test_the_secret_is_the_recipients_own_and_stored_nowhere() -> None:
    one, other = (RecipientFactory.create(told_by="webhook", webhook_url="https://hooks.example/") for _ in "ab")
    shown = recipients.reveal_secret(one, **BY)
    assert shown == webhook_client.secret(one) != webhook_client.secret(other)
    assert AuditEvent.objects.get().code == "recipient.secret_shown"
    assert not Recipient.objects.filter(webhook_url__contains=shown).exists()


def test_a_recipient_that_is_told_by_mail_has_no_secret() -> None:
    recipient = RecipientFactory.create()
    before = contents()
    with pytest.raises(RecipientError, match="nothing to sign"):
        recipients.reveal_secret(recipient, **BY)
    assert contents() == before
