"""The officer halves a period and sees who goes sooner, then doubles it: nobody stays longer untold (P24, L13)."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.base.days import add_months
from contacts.models import PolicyTelling, PolicyVersion
from retention.tasks import count_policy_effect
from tests.browser.test_admin import complaints, enter, page, visit
from tests.support.accessible import violations_everywhere
from tests.support.assessing import assessed
from tests.support.factories import ContactFactory, hold, is_held, run
from tests.support.mailing import send

__all__ = ["complaints", "page"]  # the fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P24", "L13")]


def test_the_officer_halves_a_period_then_doubles_it_and_nobody_is_kept_longer_before_being_told(
    page: "Page",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    today = timezone.localdate()
    reached, unreachable = ContactFactory.create(), ContactFactory.create(bounced_on=today)
    for person, days in ((reached, 300), (unreachable, 20)):
        hold(person, "prospect", today - dt.timedelta(days=days), policy=policy)
    assessed(policy, decided_on=today - dt.timedelta(days=1))
    enter(page, log_in("privacy officer"), live_server)
    _halves(page, live_server, policy, today)
    assert PolicyVersion.objects.in_force() == policy
    visit(page, f"{live_server.url}/privacy/?lang=sv")
    page.get_by_text("Vi sparar möjliga kunder i nio månader.").first.wait_for()

    longer = _doubles(page, live_server, today)
    assert PolicyVersion.objects.in_force() == longer
    _tells(page, live_server)
    run(add_months(today - dt.timedelta(days=20), policy.rule("prospect").months), longer)
    assert (is_held(reached), is_held(unreachable)) == (True, False)
    assert complaints == []


def _halves(page: "Page", live_server: LiveServer, policy: PolicyVersion, today: dt.date) -> None:
    """Draft half the months, see whom that hits tonight, and publish it for a day to come."""
    visit(page, f"{live_server.url}/admin/contacts/policyversion/add/")
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_text("A draft: it does not apply yet").wait_for()
    _changes(page, policy.rule("prospect").months // 2)
    page.get_by_text("Kept for 9 months (was 18)").first.wait_for()
    page.get_by_text("The numbers are being counted.").wait_for()
    page.get_by_role("link", name="Publish").click()
    page.get_by_text("is not counted yet").wait_for()
    _is_counted(page)
    page.get_by_role("row", name="Prospect 0 → 1").wait_for()
    page.get_by_role("link", name="Person 1").wait_for()
    assert [line for line in violations_everywhere(page) if "pc-" in line and " region: " not in line] == []
    _publishes(page, today + dt.timedelta(days=30), "nine", "nio")


def _doubles(page: "Page", live_server: LiveServer, today: dt.date) -> PolicyVersion:
    """Take that back, draft twice the months, see who was promised fewer, and publish it from today on."""
    draft = PolicyVersion.objects.get(published_at=None)
    visit(page, f"{live_server.url}/admin/contacts/policyversion/{draft.pk}/change/")
    page.get_by_role("link", name="Take back this version").click()
    page.get_by_role("button", name="Take back this version").click()
    page.get_by_text("It is a draft again.").wait_for()
    _changes(page, 36)
    page.get_by_text("Kept for 36 months (was 18)").first.wait_for()
    _is_counted(page)
    page.get_by_text("Some people were promised a shorter period.").wait_for()
    assert page.get_by_role("row", name="Prospect").locator("td").nth(-2).inner_text() == "2"  # promised less
    _publishes(page, today, "36", "36")
    return draft


def _tells(page: "Page", live_server: LiveServer) -> None:
    """Tell who is reached by mail; the other is on the list for post."""
    visit(page, f"{live_server.url}/admin/contacts/policynotice/add/")
    page.get_by_text("1 person gets this mail.").wait_for()
    page.get_by_role("button", name="Tell them by e-mail").click()
    page.get_by_text("1 person still has to be told by post.").wait_for()
    send(timezone.now())
    assert PolicyTelling.objects.count() == 1


def _changes(page: "Page", months: int) -> None:
    page.get_by_role("link", name="Change: Possible customers and partners").click()
    page.fill("[name=months]", str(months))
    page.get_by_role("button", name="Save").click()


def _is_counted(page: "Page") -> None:
    """A worker does what it was asked for."""
    count_policy_effect(PolicyVersion.objects.get(published_at=None).pk)
    page.reload()


def _publishes(page: "Page", day: dt.date, english: str, swedish: str) -> None:
    page.get_by_role("link", name="Publish").click()
    page.fill("[name=holds_from]", str(day))
    page.fill("[name=summary_en]", f"We keep possible customers for {english} months.")
    page.fill("[name=summary_sv]", f"Vi sparar möjliga kunder i {swedish} månader.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("The version is published.").wait_for()
