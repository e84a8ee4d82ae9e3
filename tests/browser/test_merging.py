"""Somebody of marketing looks at two records, chooses what is right, and finds one person."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, PolicyVersion
from tests.browser.test_admin import enter, visit
from tests.support.accessible import violations_everywhere
from tests.support.merging import PAIRS, pair

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("P1")
def test_two_records_are_looked_at_and_made_one(
    browser: "Browser", log_in: Callable[[str], Client], live_server: LiveServer, policy: PolicyVersion
) -> None:
    two = pair(policy)
    client = log_in("marketing")
    with browser.new_context() as context:
        page = context.new_page()
        enter(page, client, live_server)
        visit(page, f"{live_server.url}{PAIRS}")
        page.get_by_role("link", name="Aino Lindqvist and Aino Lindqvst").click()
        page.get_by_text("They may be one person").wait_for()
        assert violations_everywhere(page, ".pc-stack") == []
        page.get_by_label("Phone: 070 1").check()
        page.get_by_label("Last name: Lindqvist").check()
        page.get_by_label(f"E-mail: {two.one.email}").check()
        page.get_by_role("button", name="Make them one").click()
        page.get_by_text("The two records of Aino Lindqvist are one now.").wait_for()
    left = Contact.objects.get()
    assert (left.pk, left.last_name, left.phone, left.email) == (two.one.pk, "Lindqvist", "070 1", two.one.email)
