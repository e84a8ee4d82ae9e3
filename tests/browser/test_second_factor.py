"""The second factor as staff meet it: a real browser, an app's codes, and a passkey that Chromium makes up."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from retention.models import PurgeRun, RunStatus
from tests.support.accessible import violations_everywhere
from tests.support.factories import NOON
from tests.support.factoring import PASSWORD, code, kinds, member, with_app

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.promise("P17"), pytest.mark.django_db(transaction=True)]

OURS = ".ac-page"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WAITS = {"started_at": NOON, "finished_at": NOON}


@pytest.fixture(autouse=True)
def on(settings: LazySettings, policy: PolicyVersion) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def complaints() -> list[str]:
    """What the console says, which tells of breaches of the content security policy, too."""
    return []


@pytest.fixture
def page(browser: "Browser", complaints: list[str]) -> Iterator["Page"]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def log_in(page: "Page", server: LiveServer, user: "User") -> None:
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def test_a_newcomer_sets_up_an_app_keeps_the_codes_and_is_in(
    page: "Page", complaints: list[str], live_server: LiveServer
) -> None:
    user = member()
    log_in(page, live_server, user)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("heading", name="Set up an app")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    page.get_by_text("Type a key instead").click()
    page.get_by_label("Authenticator code").fill(code(page.locator("#totp-key").inner_text()))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("Keep these now")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the codes").click()
    kept = download.value.path().read_text().split()
    assert kept == page.locator(".ac-codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert kinds(user) == ["recovery_codes", "totp"]
    assert complaints == []


def test_a_passkey_is_added_and_logs_in_without_password_or_code(
    page: "Page", complaints: list[str], live_server: LiveServer
) -> None:
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    user = member()
    log_in(page, live_server, user)
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    page.get_by_label("Log in with it alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("Keep these now")).to_be_visible()
    assert kinds(user) == ["recovery_codes", "webauthn"]
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/admin/retention/hold/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/admin/retention/hold/")
    assert complaints == []


def test_a_passkey_is_the_second_factor_beside_the_password_too(page: "Page", live_server: LiveServer) -> None:
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    log_in(page, live_server, user := member())
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("Keep these now")).to_be_visible()
    page.context.clear_cookies()
    log_in(page, live_server, user)
    expect(page.get_by_role("heading", name="Show your second factor")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    page.goto(f"{live_server.url}/account/again/passkey/?next=/account/")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{live_server.url}/account/")


def test_a_passkey_that_is_not_there_says_so_and_the_code_is_the_other_way(
    page: "Page", live_server: LiveServer
) -> None:
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    secret = with_app(user := member())
    log_in(page, live_server, user)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not taken")
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/admin/")


def test_an_approval_asks_for_the_passkey_anew_and_goes_on_where_it_was(
    page: "Page", live_server: LiveServer, settings: LazySettings, policy: PolicyVersion
) -> None:
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    run = PurgeRun.objects.create(at=NOON, by="test", status=RunStatus.NEEDS_APPROVAL, policy_version=policy, **WAITS)
    log_in(page, live_server, member())
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("Keep these now")).to_be_visible()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page.goto(f"{live_server.url}/admin/retention/purgerun/{run.pk}/change/")
    page.get_by_role("link", name="Approve this run").click()
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    assert violations_everywhere(page, OURS) == []
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{live_server.url}/admin/retention/purgerun/{run.pk}/approve/")
    page.get_by_label("Reason").fill("Expected.")
    page.get_by_role("button", name="Delete 0 people").click()
    expect(page.get_by_text("The run is approved")).to_be_visible()
    assert PurgeRun.objects.get().status != RunStatus.NEEDS_APPROVAL
