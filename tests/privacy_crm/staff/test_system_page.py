"""The page "System": what to do first, the settings, and neither a secret nor a person on it."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from contacts.base import job_runs
from contacts.models import Message, PolicyVersion
from privacy_crm.staff.system import configured, lines
from privacy_crm.staff.system.lines import Line, Section, Tone
from tests.support.factories import NOON, ONE_DAY, ContactFactory, hold

type LogIn = Callable[[str], Client]

ROOT: Path = settings.BASE_DIR

pytestmark = pytest.mark.django_db


def shown(client: Client) -> str:
    return client.get("/admin/system/").content.decode()


def told(section: Section) -> dict[str, tuple[str, Tone]]:
    return {line.name: (line.says, line.tone) for line in section.lines}


def test_the_administrator_reads_how_the_product_runs(log_in: LogIn, policy: PolicyVersion) -> None:
    page = shown(log_in("administrator"))
    for said in ("PostgreSQL answers.", "Valkey answers.", "Queues", "Deletes dietary needs within 15 minutes"):
        assert said in page
    assert "contacts.tasks" not in page


def test_the_sidebar_offers_it_to_administrators_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    assert "/admin/system/" in log_in("administrator").get("/admin/").content.decode()
    assert "/admin/system/" not in log_in("privacy officer").get("/admin/").content.decode()


def test_a_part_that_is_away_comes_first_and_the_page_still_opens(
    log_in: LogIn, policy: PolicyVersion, settings: LazySettings
) -> None:
    client = log_in("administrator")
    settings.REDIS_URL = "redis://localhost:1/0"
    page = shown(client)
    assert page.index("Valkey does not answer, so no job begins.") < page.index("First:") < page.index("What answers")


SECRETS = (
    *("SECRET_KEY", "SUPPRESSION_KEY", "DEFAULT_FROM_EMAIL", "ALTCHA_HMAC_SECRET"),
    *("ALTCHA_CHALLENGE_HMAC_KEY_SECRET", "DATABASE_URL", "CELERY_BROKER_URL"),
)
MARKER = "marked5ecret"


@pytest.mark.promise("P17")
def test_no_secret_and_no_person_is_on_it(
    log_in: LogIn, policy: PolicyVersion, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*configured.WHETHER_SET, *_asked_of_the_environment()):
        monkeypatch.setenv(name, MARKER)
    for name in SECRETS:
        setattr(settings, name, MARKER)
    settings.SECRET_KEY_FALLBACKS = settings.SUPPRESSION_KEYS = [MARKER, f"{MARKER}2"]
    settings.HEARTBEAT_URL = f"https://{MARKER}.example/{MARKER}"
    settings.REDIS_URL = f"redis://:{MARKER}@localhost:1/0"
    settings.MAILERS = {"default": {**settings.MAILERS["default"], "OPTIONS": {"password": MARKER}}}
    settings.ANYMAIL = {"WEBHOOK_SECRET": MARKER, "POSTMARK_SERVER_TOKEN": MARKER}
    person = ContactFactory.create(email=f"{MARKER}@fjordkraft.example", first_name=MARKER, last_name=MARKER)
    hold(person, "prospect", dt.date(2020, 1, 1), policy=policy)
    Message.objects.create(
        template="reminder", purpose="service", contact=person, created_at=NOON, not_before=NOON - ONE_DAY
    )
    job_runs.failed("test.failed", ValueError, at=NOON)
    page = shown(log_in("administrator"))
    assert MARKER not in page
    assert "Failed on 24 November 2026" in page


def _asked_of_the_environment() -> set[str]:
    text = (ROOT / "privacy_crm" / "settings.py").read_text()
    return set(re.findall(r'(?:env\.\w+|number|share|duration|zone|day|day_of_year)\(\s*"([A-Z_]+)"', text))


def test_each_setting_is_shown_or_said_to_be_set_or_not() -> None:
    of_the_provider = {"ANYMAIL_WEBHOOK_SECRET", "MAILGUN_WEBHOOK_SIGNING_KEY", "MAILERSEND_SIGNING_SECRET"}
    known = {*configured.SHOWN, *configured.WHETHER_SET}
    assert _asked_of_the_environment() | of_the_provider == known | {"BEHIND_PROXY"}  # which PROXY_HOPS says
    assert not set(configured.SHOWN) & set(configured.WHETHER_SET)


def test_nothing_that_may_be_a_secret_is_shown_by_its_value() -> None:
    assert not [name for name in configured.SHOWN if re.search("KEY|SECRET$|PASSWORD|TOKEN", name)]
    assert [name for name in configured.SHOWN if name.endswith("_URL")] == ["SITE_URL"]


def test_a_secret_counts_as_set_by_itself_and_by_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTBEAT_URL", raising=False)
    assert told(configured.configured())["HEARTBEAT_URL"][0] == "not set"
    monkeypatch.setenv("HEARTBEAT_URL_FILE", "/run/secrets/heartbeat")
    assert told(configured.configured())["HEARTBEAT_URL"][0] == "set"


@pytest.mark.parametrize(
    ("tones", "says"),
    [
        ((Tone.FINE, Tone.FINE), "All is well."),
        ((Tone.LOOK, Tone.FINE), "Nothing is urgent. 1 thing is worth a look."),
        ((Tone.LOOK, Tone.LOOK), "Nothing is urgent. 2 things are worth a look."),
        ((Tone.LOOK, Tone.ACT), "The second says so."),
    ],
)
def test_one_sentence_says_how_all_of_it_is(tones: tuple[Tone, Tone], says: str) -> None:
    one, two = tones
    sections = [
        Section("A", [Line("a", "The first says so.", one)]),
        Section("B", [Line("b", "The second says so.", two)]),
    ]
    assert lines.verdict(sections).says == says


def test_what_else_asks_for_somebody_stands_below_what_is_first() -> None:
    sections = [
        Section("A", [Line("a", "Look at this.", Tone.LOOK), Line("b", "This works.")]),
        Section("B", [Line("c", "Mend this.", Tone.ACT, "So.")]),
        Section("Jobs", [Line("d", "Done on Monday.", Tone.ACT, "Start it.")] * 2, "2 jobs are late."),
    ]
    found = lines.verdict(sections)
    assert (found.says, found.remedy) == ("Mend this.", "So.")
    assert [(line.name, line.says) for line in found.others] == [("Jobs", "2 jobs are late."), ("a", "Look at this.")]
    assert [line.name for line in lines.verdict(sections[:1]).others] == ["a"]
