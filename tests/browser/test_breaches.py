"""The officer reports a breach within 72 hours, writes to the people, and adds to the report (Art. 33 and 34, L10)."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.timezone import localtime
from pytest_django.live_server_helper import LiveServer

from contacts.models import Breach, PolicyVersion
from tests.support.accessible import violations
from tests.support.breaching import TEXTS
from tests.support.factories import customer
from tests.support.mailing import send

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L10")]


@pytest.fixture
def page(browser: "Browser", live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """The browser of an officer who is logged in, and in whose console nothing may be said."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url) as context:
        session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        yield page
        assert complaints == []


def press(page: "Page", link: str, **typed: str) -> None:
    """Open an act, fill its fields, and carry it out."""
    page.wait_for_selector("html:not([x-cloak])")
    page.locator(".pc-buttons").get_by_role("link", name=link).click()
    form = page.locator("form:has(#dialog-form)").last
    for name, value in typed.items():
        field = form.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("field => field.tagName") == "SELECT" else field.fill(value)
    form.get_by_role("button").last.click()


def test_a_breach_is_reported_in_time_told_to_the_people_and_added_to(page: "Page", policy: PolicyVersion) -> None:
    person = customer(policy)
    aware = localtime(timezone.now() - dt.timedelta(hours=2), policy.zone)
    page.goto("/admin/contacts/breach/add/")
    page.locator("[name=title]").fill("Lost laptop")
    page.locator("[name=happened]").fill("A laptop with a list was lost on a train.")
    page.get_by_label("confidentiality").check()
    page.locator("[name=aware_at_0]").fill(f"{aware:%Y-%m-%d}")
    page.locator("[name=aware_at_1]").fill(f"{aware:%H:%M}")
    page.get_by_role("button", name="Enter a breach").click()
    page.get_by_text("69 hours left").wait_for()
    press(page, "Find the people affected", among="everybody")
    page.get_by_text("1 more person is noted as affected.").wait_for()
    assert violations(page, ".pc-card") == []
    press(page, "Record the report", reference="IMY-1")
    page.get_by_text("The report is on record.").wait_for()
    press(page, "Assess the risk", risk="high", consequences="Spam.", measures="The password was changed.")
    page.get_by_text("The assessment is on record.").wait_for()
    press(
        page,
        "Write to the people affected",
        **{f"{part}_{code}": TEXTS[code][part] for code in TEXTS for part in TEXTS[code]},
    )
    page.get_by_text("1 letter leaves now.").wait_for()
    send(timezone.now())
    assert [sent.to for sent in mail.outbox] == [[person.email]]
    press(page, "Record an addition")
    page.get_by_text("The addition is on record.").wait_for()
    press(page, "Close the breach", learnt="Encrypt every disk.")
    page.get_by_text("The breach is closed.").wait_for()
    assert violations(page, ".pc-card") == []
    breach = Breach.objects.get()
    said = [dict(report.said["sv"]["rows"]) for report in breach.reports.all()]
    assert [rows["Sannolika konsekvenser"] for rows in said] == ["Inte känt ännu", "Spam."]
    assert "Har fått ett brev: 1" in said[1]["Har de berörda informerats?"]
