"""The officer deletes a person in a browser: what goes and stays, the letter, the number, the certificate."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, PolicyVersion
from dsr.models import Request
from dsr.tasks import search_after_deletion
from tests.browser.test_admin import complaints, enter, page, visit
from tests.support.accessible import violations_everywhere
from tests.support.deleting import erased, full, under_a_duty, wish
from tests.support.requesting import fresh

__all__ = ["complaints", "page"]  # the fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P21")]


def test_the_officer_deletes_a_person_and_prints_the_certificate(
    page: "Page",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    contact = full(policy)
    Contact.objects.filter(pk=contact.pk).update(language="en")
    request = wish(contact, policy)
    enter(page, log_in("privacy officer"), live_server)
    visit(page, f"{live_server.url}/admin/dsr/request/{request.public_id}/change/")
    page.get_by_role("link", name="Delete this person").press("Enter")
    page.get_by_text("entries will be deleted for good").wait_for()
    page.select_option("[name=ground]", "unlawful")
    page.get_by_role("button", name="Show the letter").click()
    words = page.frame_locator("iframe").get_by_text("We should not have held it")
    words.wait_for()
    page.fill("[name=number]", "2026-9999")
    page.get_by_role("button", name="Delete this person").click()
    page.get_by_text("This is not the number of this request.").wait_for()
    assert Contact.objects.filter(pk=contact.pk).exists()
    page.fill("[name=number]", request.number)
    page.get_by_role("button", name="Delete this person").click()
    page.get_by_text("The certificate is below.").wait_for()
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert fresh(request).ground == "unlawful"
    search_after_deletion()
    page.get_by_role("link", name="Open the certificate").click()
    page.get_by_text("Nothing about them was found.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF, Swedish").click()
    assert download.value.suggested_filename == f"certificate-{request.number}-sv.pdf"
    assert complaints == []


def test_form_and_certificate_are_for_everybody(
    page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    request = wish(under_a_duty(policy), policy)
    enter(page, log_in("privacy officer"), live_server)
    base = f"{live_server.url}/admin/dsr/request/{request.public_id}"
    visit(page, f"{base}/erase/")
    assert _ours(page) == []
    erased(Request.objects.get(), policy)
    visit(page, f"{base}/certificate/")
    assert _ours(page) == []


def _ours(page: "Page") -> list[str]:
    """What is wrong with the page; Unfold's own frame, which is no landmark, left out."""
    return [line for line in violations_everywhere(page) if "pc-" in line and " region: " not in line]
