import datetime as dt
import gc
import os
import shutil
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.utils import translation

from contacts.models import PolicyVersion
from contacts.policy import promised
from privacy_crm.embedded import first_use
from privacy_crm.mail import mailer
from tests.databases import BARE, POLICY, PUBLISHED, Databases
from tests.support import clocks, closed_sockets, marking
from tests.support.embedded_users import User as ServerUser
from tests.support.embedded_users import open_directory, users
from tests.support.examples import examples, left_out
from tests.support.journals import Journal
from tests.support.mail_sink import Sink
from tests.support.processes import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# On a busy machine the first example alone may take a second, which says nothing of the code.
hypothesis.settings.register_profile(
    "busy", max_examples=examples(100), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
# The first is Chromium without what draws windows: it takes two thirds of the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


databases = Databases()
closed_sockets.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out faults that were not asked for and what a quick run does without; begin with files of long tests.

    No worker is to begin one when the others are done.

    xdist gives them out as they come (`--dist loadfile --no-loadscope-reorder`).
    """
    unasked = marking.unasked(items, config.getoption("markexpr"))
    dropped = unasked | left_out(items, config.getoption("randomly_seed", 0))
    config.hook.pytest_deselected(items=list(dropped))
    items[:] = [item for item in items if item not in dropped]
    order = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    long = {item.path for item in items if marking.is_long(item)}
    items.sort(key=lambda item: (item.path not in long, order[item.path]))


def pytest_itemcollected(item: pytest.Item) -> None:
    marking.mark(item)
    marking.tell_apart(item)


def pytest_collection_finish() -> None:
    """Nothing that is there by now will go: a tenth of each test's time went into looking whether it would."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: whoever waits for a browser or a process leaves one to somebody else."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True, scope="session")
def servers() -> None:
    """Have both from the first test on: they start with a connection of Django's, and not every test has one."""
    first_use.ensure(settings.VAR_DIR)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the fixtures: the policy is published already where a test has it."""
    published = {"policy", "policy_of_module"} & set(getattr(item, "fixturenames", ()))
    databases.choose(PUBLISHED if published else BARE)


@pytest.fixture(scope="session")
def django_db_setup(servers: None, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's, which migrates a database for each worker and flushes it."""
    with ExitStack() as until_the_end:
        with django_db_blocker.unblock():
            until_the_end.enter_context(databases.there())
        yield


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Keep out of a test what an earlier one has counted: its policy, in a clone like ours, has the number of ours."""
    # The threads of the live server make caches of their own, from the settings.
    settings.CACHES["default"]["KEY_PREFIX"] = caches["default"].key_prefix = uuid.uuid4().hex


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
def policy(db: None) -> PolicyVersion:
    """The demo company's policy, published."""
    version = PolicyVersion.objects.in_force()
    assert version, "only a test that names this fixture, itself or by another, is given the database that has it"
    promised.spans()  # a process reads the rules once: no test counts their statements because it came first
    return version


@pytest.fixture(scope="module")
def policy_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[PolicyVersion]:
    """The same, for what all tests of a module begin with: it is made once, and each test is rolled back to it.

    The whole module uses it (`pytestmark`), so that no test finds more where another came first.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        version = PolicyVersion.objects.in_force()
        assert version
        yield version
        transaction.set_rollback(True)


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Stop the clocks of the doors, the machine's and the database's, at noon on 24 November 2026."""
    with time_machine.travel(NOON, tick=False), clocks.database_at(NOON):
        yield


@pytest.fixture
def clock() -> Iterator[Any]:
    """The machine's clock, stopped at noon on 24 November 2026; it can be moved."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def second_factor(settings: Any) -> None:
    """The second factor is on, and passwords are hashed quickly."""
    settings.SECOND_FACTOR = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def journal(settings: Any, tmp_path: Path) -> Journal:
    """A journal in a directory of the test's own."""
    settings.JOURNAL_URL = (tmp_path / "journal").as_uri()
    return Journal(tmp_path / "journal")


@pytest.fixture
def log_in(db: None) -> Callable[[str], Client]:
    """Log in somebody who has a role, or the superuser."""

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


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server of our own, which gets everything."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    with sink.open():
        yield sink


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium without a window; tests that need one are skipped where it is missing."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        pytest.skip("Chromium is missing: `apt-get install chromium-headless-shell`, or `brew install --cask chromium`")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, beside which Django refuses to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    as_on_a_screen = "--font-render-hinting=none"  # without windows letters are fitted to pixels, and lines are wider
    # Pages are too short-lived to be compiled twice, and to be tidied up while they stand; what draws needs no process.
    short_lived = ["--js-flags=--no-turbofan,--min-semi-space-size=32", "--in-process-gpu"]
    ours_alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        arguments = [*quiet, *short_lived, as_on_a_screen, ours_alone]
        yield playwright.chromium.launch(executable_path=chromium, args=arguments)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def installation() -> Iterator[Site]:
    """Servers for the processes of all tests, and the product installed on them."""
    with open_directory() as directory, users() as use:
        user: ServerUser = use(directory / "var")
        with closing(Site(directory / "var", user.urls())) as site:
            site.install()
            yield site


@pytest.fixture(scope="module")
def installed(installation: Site) -> Site:
    """The product as it was installed, with the demo company's policy, for tests that kill its processes."""
    installation.renew()
    return installation
