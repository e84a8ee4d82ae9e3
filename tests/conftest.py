import datetime as dt
import os
import shutil
import tomllib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

from contacts.models import PolicyVersion
from contacts.policy import policies
from privacy_crm import roles
from tests.support.embedded_users import User as ServerUser
from tests.support.embedded_users import users
from tests.support.processes import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

POLICY = Path(__file__).resolve().parent.parent / "privacy_crm" / "demo" / "policy.toml"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True, scope="session")
def cache_of_our_own() -> None:
    """Keep what an earlier session, or a demo beside us, has remembered under the same keys out of the tests."""
    settings.CACHES["default"]["KEY_PREFIX"] = uuid.uuid4().hex


@pytest.fixture(autouse=True, scope="session")
def files_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' whitepapers out of those of a demo."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True, scope="session")
def no_second_factor() -> None:
    """Let the tests of everything else log in without one; those of the second factor turn it on."""
    settings.SECOND_FACTOR = False


@pytest.fixture(autouse=True, scope="session")
def static_files_when_asked_for() -> None:
    """Look for a static file when it is asked for: to list all of them for each browser takes half of a test's time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin in the language of the staff: a visitor's language stays with the thread that served them."""
    with translation.override("en"):
        yield


@pytest.fixture
def policy_source() -> dict[str, Any]:
    """The demo company's policy, free to be changed by a test."""
    return tomllib.loads(POLICY.read_text(encoding="utf-8"))


@pytest.fixture
def policy(db: None, policy_source: dict[str, Any]) -> PolicyVersion:
    """The demo company's policy, published."""
    version, _ = policies.publish_source(policy_source, at=LONG_AGO, by="test")
    return PolicyVersion.objects.in_force() or version


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Stop the clock of the doors at noon on 24 November 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def log_in(db: None) -> Callable[[str], Client]:
    """Log in somebody who has a role, or the superuser."""
    roles.apply()

    def client_of(role: str) -> Client:
        user = User.objects.create(username=f"{role}-{User.objects.count()}", is_staff=True)
        if role == "superuser":
            User.objects.filter(pk=user.pk).update(is_superuser=True)
        else:
            user.groups.set([Group.objects.get(name=role)])
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium without a window; tests that need one are skipped where it is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is missing: `apt-get install chromium`, or `brew install --cask chromium`")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, beside which Django refuses to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=quiet)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product on servers of its own, with the demo company's policy, for tests that kill its processes."""
    with users() as use:
        var = tmp_path_factory.mktemp("var")
        user: ServerUser = use(var)
        site = Site(var, user.urls())
        site.manage("migrate", "-v", "0")
        site.manage("publish_policy")
        yield site
