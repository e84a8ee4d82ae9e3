"""A grave act asks for the factor anew; and what becomes of an account whose factor is lost."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from dsr.words.vocabulary import Kind
from privacy_crm.access import resetting
from retention.longer import notify
from retention.models import PurgeCount, PurgeRun, Rule, RunStatus
from tests.support import admin_pages, matrix
from tests.support.factories import NOON, ContactFactory, HoldFactory
from tests.support.factoring import PASSWORD, code, entered, kinds, log_in, member, newcomer, with_app, with_codes
from tests.support.requesting import asked_by

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]

LATER = dt.timedelta(minutes=6)
ASKED_WHEN_SENT = {"admin/contacts/audience/add/"}  # as tests/privacy_crm/staff/test_audience_pages.py has it


@pytest.fixture
def approving(policy: PolicyVersion) -> str:
    """Where a nightly run that waits for it is approved."""
    waits = {"status": RunStatus.NEEDS_APPROVAL, "started_at": NOON, "finished_at": NOON}
    run = PurgeRun.objects.create(at=NOON, by="test", policy_version=policy, **waits)
    PurgeCount.objects.bulk_create(PurgeCount(run=run, rule=rule) for rule in Rule.values)
    return f"/admin/retention/purgerun/{run.pk}/approve/"


REASON = {"reason": "Expected."}


def officer_of_a_while_ago(clock: Any) -> tuple[Client, str]:
    user = member()
    secret = with_app(user)
    client = entered(user, secret)
    clock.shift(LATER)
    return client, secret


def still_waits() -> bool:
    return PurgeRun.objects.get().status == RunStatus.NEEDS_APPROVAL


def test_right_after_the_log_in_a_grave_act_asks_for_nothing_more(clock: Any, approving: str) -> None:
    client = entered(member())
    assert client.get(approving).status_code == 200
    assert client.post(approving, REASON).status_code == 302
    assert not still_waits()


def test_some_minutes_later_it_leads_to_the_factor_and_back(clock: Any, approving: str) -> None:
    client, secret = officer_of_a_while_ago(clock)
    there = client.get(approving)["Location"]
    assert there.startswith("/account/again/code/?next=%2Fadmin%2Fretention%2Fpurgerun%2F")
    assert client.post(there, {"code": "000000"}).status_code == 200
    assert client.post(there, {"code": code(secret)})["Location"] == approving
    assert client.get(approving).status_code == 200


def test_a_dialog_leads_its_page_to_the_factor(clock: Any, approving: str) -> None:
    client, _secret = officer_of_a_while_ago(clock)
    answer = client.get(approving, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/account/again/code/?next=")
    assert answer.content == b""


def test_a_form_that_is_sent_too_late_does_nothing_says_so_and_goes_through_afterwards(
    clock: Any, approving: str
) -> None:
    client, secret = officer_of_a_while_ago(clock)
    said = client.post(approving, REASON).content.decode()
    assert "Nothing was done yet" in said
    assert '<a href="/account/again/code/?next=%2Faccount%2F" target="_blank"' in said
    assert still_waits()
    client.post("/account/again/code/", {"code": code(secret)})
    client.post(approving, REASON)
    assert not still_waits()


def test_what_is_not_grave_asks_for_nothing(clock: Any, policy: PolicyVersion) -> None:
    hold = HoldFactory.create(contact=ContactFactory.create(), reason="legal_claim")
    client, _secret = officer_of_a_while_ago(clock)
    assert client.get(f"/admin/retention/hold/{hold.pk}/end/").status_code == 200


def test_the_password_is_no_way_to_show_the_factor(clock: Any, approving: str) -> None:
    client, _secret = officer_of_a_while_ago(clock)
    assert client.post("/account/again/password/", {"password": PASSWORD})["Location"] == "/account/again/code/"
    assert client.get(approving).status_code == 302
    client.post(approving, REASON)
    assert still_waits()


def test_a_package_is_neither_shown_nor_handed_out_without_it(clock: Any, policy: PolicyVersion) -> None:
    asked = asked_by(ContactFactory.create(), policy, Kind.ACCESS)
    package = f"/admin/dsr/request/{asked.public_id}/package/"
    client, _secret = officer_of_a_while_ago(clock)
    for answer in (client.get(package), client.post(package)):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/again/code/")
    assert not AuditEvent.objects.filter(code="request.packaged").exists()


def test_lists_that_leave_as_files_ask_for_it_and_lead_back_to_their_page(clock: Any, policy: PolicyVersion) -> None:
    ContactFactory.create(bounced_on=NOON.date())
    notice = notify.start(policy, most=10, at=NOON, by="test")
    client, secret = officer_of_a_while_ago(clock)
    for page, file in (
        ("/admin/contacts/auditevent/?deed=looks", "/admin/contacts/auditevent/csv/?deed=looks"),
        (f"/admin/contacts/policynotice/{notice.pk}/change/", f"/admin/contacts/policynotice/{notice.pk}/file/"),
    ):
        led = client.post(file)["Location"]
        assert led.startswith("/account/again/code/?next="), file
        assert not AuditEvent.objects.filter(code__in=["trail.exported", "contact.exported"]).exists()
        assert parse_qs(urlsplit(led).query)["next"] == [page]
    client.post(led, {"code": code(secret)})
    assert client.post("/admin/contacts/auditevent/csv/").status_code == 200


@pytest.mark.walk
def test_what_leaves_deletes_or_approves_asks_for_it_and_nothing_else_does(clock: Any, policy: PolicyVersion) -> None:
    records, chief = admin_pages.world(policy), member()
    User.objects.filter(pk=chief.pk).update(is_superuser=True)
    client = entered(chief)
    clock.shift(LATER)
    for name, route in admin_pages.routes().items():
        answer = client.get(admin_pages.address(name, records), headers={"HX-Request": "true"})
        answer.getvalue()  # closes the file that some pages hand out
        led = answer.get("HX-Redirect") or answer.get("Location") or ""
        assert led.startswith("/account/again/") == (route in matrix.fresh() - ASKED_WHEN_SENT), route


def test_where_the_second_factor_is_off_nothing_is_asked(clock: Any, approving: str, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = False
    client = newcomer()
    client.force_login(member())
    assert client.get(approving).status_code == 200


# Lost factors


@pytest.fixture
def lost() -> User:
    user = member("sales")
    with_app(user)
    with_codes(user)
    return user


def taking(user: User) -> str:
    return f"/admin/auth/user/{user.pk}/reset-factors/"


def test_the_administrator_takes_lost_factors_away(lost: User) -> None:
    chief = member("administrator")
    ours = entered(chief)
    assert b"app with codes" in ours.get(f"/admin/auth/user/{lost.pk}/change/").content
    assert ours.post(taking(lost)).status_code == 302
    assert kinds(lost) == []
    event = AuditEvent.objects.get(code="account.factors_reset")
    assert (event.by, event.rule, event.public_id) == (f"user:{chief.pk}", f"user:{lost.pk}", None)


def test_a_session_whose_factor_was_taken_away_opens_nothing_more() -> None:
    user = member("sales")
    client = entered(user)
    assert client.get("/admin/").status_code == 200
    resetting.reset(user.pk, at=NOON, by="operator")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    log_in(client, user)
    assert client.get("/admin/")["Location"] == "/account/"


def test_nobody_takes_their_own_factors_away_by_that_act() -> None:
    chief = member("administrator")
    said = entered(chief).post(taking(chief)).content
    assert b"This is your own account" in said
    assert kinds(chief) == ["totp"]
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("role", ["privacy officer", "marketing", "auditor"])
def test_no_other_role_takes_factors_away(role: str, lost: User) -> None:
    assert entered(member(role)).post(taking(lost)).status_code == 403
    assert kinds(lost) == ["recovery_codes", "totp"]


def test_the_administrator_does_not_weaken_a_superuser(lost: User) -> None:
    User.objects.filter(pk=lost.pk).update(is_superuser=True)
    assert entered(member("administrator")).post(taking(lost)).status_code == 403
    assert kinds(lost) == ["recovery_codes", "totp"]


def test_taking_factors_away_is_grave_itself(clock: Any, lost: User) -> None:
    chief = member("administrator")
    client = entered(chief)
    clock.shift(LATER)
    assert b"Nothing was done yet" in client.post(taking(lost)).content
    assert kinds(lost) == ["recovery_codes", "totp"]


def test_the_operator_has_a_command_for_the_last_administrator(lost: User) -> None:
    call_command("reset_second_factor", lost.username)
    assert kinds(lost) == []
    assert AuditEvent.objects.get().by == "operator"
    for name in (lost.username, "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)
    assert AuditEvent.objects.count() == 1
