"""The own account of staff, and the page where they choose a password: on a phone and a desk, light and dark."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from privacy_crm.access import inviting, telling
from privacy_crm.models import AccountLink
from tests.browser.test_admin import complaints, enter, page
from tests.support.accessible import violations_everywhere
from tests.support.accounts import colleague

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["complaints", "page"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("P17")
def test_axe_finds_nothing_and_nothing_complains(
    page: "Page", complaints: list[str], live_server: LiveServer, policy: PolicyVersion
) -> None:
    user, here, there = colleague("sales"), Client(), Client()
    for client in (here, there):
        client.force_login(user)
    inviting.send_link(user.pk, at=timezone.now(), by="operator")
    sealed = telling.sealed.sign(AccountLink.objects.get().public_id.hex)
    enter(page, here, live_server)
    found = {}
    for address in ("", "log-ins/", "details/", "not-you/", f"set-up/{sealed}/"):
        page.goto(f"{live_server.url}/account/{address}")
        found[address] = violations_everywhere(page, ".ac-page")
    assert {address: lines for address, lines in found.items() if lines} == {}
    page.get_by_label("New password").fill("otter meadow nine")
    page.get_by_label("The same once more").fill("otter meadow nine")
    page.get_by_role("button", name="Set your password").click()
    page.get_by_text("Your password is set. Log in with it.").wait_for()
    assert complaints == []
