"""The duty to keep accounting information: its last day follows from the financial year and is not typed (L9)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion
from retention.holds import bookkeeping, holds
from retention.holds.holds import HoldError
from retention.models import Hold
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, place
from tests.support.import_files import AINO, bring, person

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("L9"), pytest.mark.django_db]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def kept(contact: Contact, ended_on: str) -> Hold:
    return holds.keep_for_bookkeeping(contact, day(ended_on), at=NOON, by="test")


def of(contact: Contact) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/place-hold/"


@pytest.mark.parametrize(
    ("ended_on", "last"),
    [
        ("2025-12-31", "2032-12-31"),
        ("2026-01-01", "2033-12-31"),
        ("2026-04-30", "2033-12-31"),  # a broken financial year counts by the calendar year in which it ends
        ("2026-08-31", "2033-12-31"),
        ("2024-02-29", "2031-12-31"),
    ],
)
def test_accounting_information_is_kept_through_the_seventh_year_after(ended_on: str, last: str) -> None:
    assert bookkeeping.last_day(day(ended_on)) == day(last)


@pytest.mark.parametrize(
    ("ends", "on", "end"),
    [
        ("12-31", "2026-11-24", "2026-12-31"),
        ("12-31", "2026-12-31", "2026-12-31"),
        ("04-30", "2026-04-30", "2026-04-30"),
        ("04-30", "2026-05-01", "2027-04-30"),
        ("02-29", "2026-02-10", "2026-02-28"),
        ("02-29", "2027-03-01", "2028-02-29"),
    ],
)
def test_the_form_offers_the_usual_end_of_the_financial_year(settings: Any, ends: str, on: str, end: str) -> None:
    settings.FINANCIAL_YEAR_ENDS = ends
    assert bookkeeping.usual_end(day(on)) == day(end)


def test_the_last_day_of_a_duty_is_computed_and_the_year_stays_on_record() -> None:
    held = kept(ContactFactory.create(), "2026-06-30")
    assert (held.until, held.financial_year_ended_on) == (day("2033-12-31"), day("2026-06-30"))


@pytest.mark.parametrize("until", [None, dt.date(2033, 12, 31)])
def test_no_act_takes_a_typed_last_day_for_bookkeeping(until: dt.date | None) -> None:
    contact = ContactFactory.create()
    before = contents()
    with pytest.raises(HoldError, match="financial year"):
        holds.place(contact, "duty", "bookkeeping", until=until, at=NOON, by="test")
    assert contents() == before


def test_a_later_financial_year_prolongs_the_duty() -> None:
    contact = ContactFactory.create()
    kept(contact, "2025-12-31")
    assert kept(contact, "2026-12-31").until == day("2033-12-31")
    assert Hold.objects.count() == 1


@pytest.mark.usefixtures("at_noon")
def test_the_officer_says_when_the_year_ended_and_reads_what_follows(log_in: LogIn, policy: PolicyVersion) -> None:
    contact, client = ContactFactory.create(), log_in("privacy officer")
    assert 'value="2026-12-31"' in client.get(of(contact)).content.decode()
    typed = {"reason": "bookkeeping", "year_ended_on": "2025-08-31", "until": "2099-01-01", "keeps": ["name"]}
    answer = client.post(of(contact), typed, follow=True)
    assert "is kept through 31 December 2032." in answer.content.decode()
    held = Hold.objects.get()
    assert held.until == day("2032-12-31")
    shown = client.get(f"/admin/retention/hold/{held.pk}/change/").content.decode()
    assert "31 August 2025" in shown


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("ended_on", ["", "2018-12-31"])
def test_a_year_that_is_missing_or_over_places_nothing(log_in: LogIn, policy: PolicyVersion, ended_on: str) -> None:
    contact, client = ContactFactory.create(), log_in("privacy officer")
    answer = client.post(of(contact), {"reason": "bookkeeping", "year_ended_on": ended_on})
    assert "financial year" in answer.content.decode()
    assert not Hold.objects.exists()


def test_a_hold_from_before_stays_as_it_is(policy: PolicyVersion) -> None:
    held = place(ContactFactory.create(), "duty", "bookkeeping", until=day("2031-06-30"))
    held.refresh_from_db()
    assert (held.until, held.financial_year_ended_on) == (day("2031-06-30"), None)


def test_another_last_day_from_a_list_follows_from_no_financial_year(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()])
    kept(Contact.objects.get(email=AINO), "2026-06-30")
    row = {"email": AINO, "kind": "duty", "reason": "bookkeeping", "until": "2033-12-31"}
    bring(policy, holds=[row])
    assert Hold.objects.get().financial_year_ended_on == day("2026-06-30")
    bring(policy, holds=[row | {"until": "2034-12-31"}])
    assert Hold.objects.get().financial_year_ended_on is None
