"""What the product attaches to a review: what its records say at that moment (P18)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from contacts.information import maintenance
from contacts.models import Maintenance, PolicyVersion, ReviewOutcome
from privacy_crm import roles
from privacy_crm.registers import evidence
from privacy_crm.staff.registers import evidence_words
from retention.models import StatementCheck
from tests.support.factories import NOON, ONE_DAY, ContactFactory, ReviewFactory

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("P18"), pytest.mark.django_db]


def account(name: str, role: str = "", last: dt.datetime | None = NOON, **fields: object) -> User:
    user = User.objects.create(username=name, last_login=last, **{"date_joined": NOON - 400 * ONE_DAY, **fields})
    user.groups.set(Group.objects.filter(name=role))
    return user


def test_without_a_record_it_says_that_it_is_not_known() -> None:
    found = evidence.gather(at=NOON)
    assert (found["restore_drill"], found["key_rotation"], found["statements"]) == (None, None, None)
    told = dict(evidence_words.sections(found))
    for title in ("Last restore drill", "Last key rotation", "Contradictions in the records"):
        assert told[title][0].startswith("Not known:")


def test_it_says_who_may_what_as_the_database_has_it() -> None:
    roles.apply()
    anna, root = account("anna", "sales"), account("root", is_superuser=True)
    account("closed", "sales", is_active=False)
    found = evidence.gather(at=NOON)
    assert found["roles"]["sales"] == [anna.pk]
    assert found["everything"] == [root.pk]
    assert found["may"]["dsr.erase_contact"] == ["privacy officer"]
    Group.objects.get(name="privacy officer").permissions.clear()
    assert evidence.gather(at=NOON)["may"]["dsr.erase_contact"] == []
    told = dict(evidence_words.sections(found))
    assert "Sales: anna" in told["Who has which role"]
    assert "Delete people on request: Privacy officer" in told["What each role may do"]


def test_an_account_is_unused_after_90_days_and_a_new_one_from_the_day_it_was_made() -> None:
    late = account("late", last=NOON - 91 * ONE_DAY)
    account("in-time", last=NOON - 90 * ONE_DAY)
    never = account("never", last=None)
    account("new", last=None, date_joined=NOON - ONE_DAY)
    account("closed", last=None, is_active=False)
    found = evidence.gather(at=NOON)
    assert [each["account"] for each in found["unused"]] == [never.pk, late.pk]
    assert dict(evidence_words.sections(found))["Accounts unused for 90 days"] == [
        "never: never logged in",
        "late: last log-in on 25 August 2026",
    ]


def test_it_has_the_last_drill_the_last_key_and_the_last_search_that_ended() -> None:
    maintenance.drilled("Monday's", worked=True, on=dt.date(2026, 11, 1), at=NOON, by="test")
    maintenance.drilled("Tuesday's", worked=False, on=dt.date(2026, 11, 2), at=NOON, by="test")
    maintenance.key_changed("abcd1234", at=NOON, by="test")
    StatementCheck.objects.create(at=NOON - ONE_DAY, finished_at=NOON, found={"told_before_collected": 2})
    StatementCheck.objects.create(at=NOON)  # has not ended
    told = dict(evidence_words.sections(evidence.gather(at=NOON)))
    assert told["Last restore drill"] == ["2 November 2026: it failed. Tuesday's"]
    assert told["Last key rotation"] == ["24 November 2026: the key of coded addresses, now abcd1234"]
    assert told["Contradictions in the records"][0].startswith("2 were found on 23 November 2026.")


def test_it_keeps_numbers_of_accounts_and_no_name() -> None:
    account("qqname", "sales")
    assert "qqname" not in str(evidence.gather(at=NOON))


@pytest.mark.usefixtures("at_noon")
def test_it_is_attached_by_the_product_and_stays_as_it_was(log_in: LogIn, policy: PolicyVersion) -> None:
    review, client = ReviewFactory.create(), log_in("privacy officer")
    url = f"/admin/contacts/review/{review.pk}/"
    assert "What the records say now" in client.get(f"{url}record-outcome/").content.decode()
    client.post(f"{url}record-outcome/", {"on": "2026-11-24", "outcome": "Fine.", "seen": "2026-11-24"})
    attached = ReviewOutcome.objects.get().evidence
    assert attached is not None
    assert attached["restore_drill"] is None
    maintenance.drilled("Later", worked=True, on=NOON.date(), at=NOON, by="test")
    shown = log_in("auditor").get(f"{url}change/").content.decode()
    assert "What the records said then" in shown
    assert "Not known: no drill is on record." in shown


@pytest.mark.usefixtures("at_noon")
def test_what_was_so_at_an_earlier_review_is_not_known(log_in: LogIn, policy: PolicyVersion) -> None:
    review = ReviewFactory.create()
    ReviewOutcome.objects.create(review=review, done_on=NOON.date(), outcome="Fine.", by="test")
    shown = log_in("auditor").get(f"/admin/contacts/review/{review.pk}/change/").content.decode()
    assert "What the records said then is not known: none was attached." in shown


def test_it_is_said_in_swedish() -> None:
    roles.apply()
    found = evidence.gather(at=NOON)
    with translation.override("sv"):
        told = dict(evidence_words.sections(found))
    assert told["Senaste återställningsövning"][0].startswith("Inte känt:")


def test_the_command_that_changes_the_key_records_it_once() -> None:
    ContactFactory.create(email="aino@fjordkraft.example", address_hash="0000000000", mailbox_hash="0000000000")
    call_command("rekey")
    rotated = Maintenance.objects.get()
    assert (rotated.kind, rotated.worked, rotated.by) == ("key_rotation", True, "rekey")
    call_command("rekey")
    assert Maintenance.objects.count() == 1


@pytest.mark.usefixtures("at_noon")
def test_a_drill_is_recorded_in_the_browser_and_never_before_it_was_done(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("administrator")
    form = {"on": "2026-11-23", "note": "The backup of Sunday", "worked": "on"}
    answer = client.post("/admin/contacts/maintenance/add/", form, follow=True)
    assert "The restore drill is on record." in answer.content.decode()
    assert "It worked" in answer.content.decode()
    answer = client.post("/admin/contacts/maintenance/add/", form | {"on": "2026-11-25"})
    assert "A drill can be recorded once it was done." in answer.content.decode()
    assert Maintenance.objects.count() == 1
