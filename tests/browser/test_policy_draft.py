"""The officer halves a period in a browser, sees whom it hits, and only then publishes it for a day to come (P24)."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from retention.tasks import count_policy_effect
from tests.browser.test_admin import complaints, enter, page, visit
from tests.support.accessible import violations_everywhere
from tests.support.assessing import assessed
from tests.support.factories import ContactFactory, hold

__all__ = ["complaints", "page"]  # the fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P24")]


def test_the_officer_halves_a_period_and_sees_whom_it_hits_before_publishing(
    page: "Page",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    today = timezone.localdate()
    for days in (300, 20):
        hold(ContactFactory.create(), "prospect", today - dt.timedelta(days=days), policy=policy)
    assessed(policy, decided_on=today - dt.timedelta(days=1))
    enter(page, log_in("privacy officer"), live_server)
    visit(page, f"{live_server.url}/admin/contacts/policyversion/add/")
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_text("A draft: nobody is bound by it yet").wait_for()
    page.get_by_role("link", name="Change: Possible customers and partners").click()
    page.fill("[name=months]", str(policy.rule("prospect").months // 2))
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Kept for 9 months (was 18)").first.wait_for()
    page.get_by_text("The numbers are being counted.").wait_for()
    page.get_by_role("link", name="Publish").click()
    page.get_by_text("is not counted yet").wait_for()
    draft = PolicyVersion.objects.get(published_at=None)
    count_policy_effect(draft.pk)
    page.reload()
    row = page.get_by_role("row", name="Prospect 0 → 1")
    row.wait_for()
    page.get_by_role("link", name="Person 1").wait_for()
    assert [line for line in violations_everywhere(page) if "pc-" in line and " region: " not in line] == []
    page.get_by_role("link", name="Publish").click()
    page.fill("[name=holds_from]", str(today + dt.timedelta(days=30)))
    page.fill("[name=summary_en]", "We keep possible customers for nine months.")
    page.fill("[name=summary_sv]", "Vi sparar möjliga kunder i nio månader.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published: it holds from").wait_for()
    assert PolicyVersion.objects.in_force() == policy
    visit(page, f"{live_server.url}/privacy/?lang=sv")
    page.get_by_text("Vi sparar möjliga kunder i nio månader.").first.wait_for()
    assert complaints == []
