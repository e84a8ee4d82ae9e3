"""What keeps web, worker and beat from starting: each setting, one by one, against settings that are safe."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.db import OperationalError, connections
from django.db.backends.base import base
from django.db.backends.signals import connection_created

from privacy_crm import checks, starting
from privacy_crm import settings as ours
from tests.support.object_storage import BUCKET, kept_there, object_storage

SMTP = {"default": {"BACKEND": "contacts.outbox.mail_smtp.EmailBackend"}}
FILES = {"default": {"BACKEND": "contacts.outbox.mail_files.EmailBackend"}}
CONSOLE = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}


@pytest.fixture
def safe(settings: LazySettings, tmp_path: Path) -> LazySettings:
    """Settings that a site which is open to the world may have."""
    settings.MAILERS = SMTP
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://crm.example", ["crm.example"]
    settings.SECRET_KEY = "kX3_p" * 13
    settings.SUPPRESSION_KEY, settings.SUPPRESSION_KEY_IS_DERIVED = "suppression:" + "kX3_p" * 13, False
    settings.SECOND_FACTOR = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.WEBHOOKS_MAY_BE_LOCAL = False
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings


def test_nothing_is_wrong_with_safe_settings(safe: LazySettings) -> None:
    assert starting.faults() == []


@pytest.mark.promise("L11")
@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("EMAIL_URL", "MAILERS", FILES),
        ("EMAIL_URL", "MAILERS", CONSOLE),
        ("SITE_URL", "SITE_URL", "http://crm.example"),
        ("SITE_URL", "SITE_URL", "https://"),
        ("ALLOWED_HOSTS", "ALLOWED_HOSTS", ["crm.example", "*"]),
        ("SECRET_KEY", "SECRET_KEY", "kX3_p" * 9),
        ("SECRET_KEY", "SECRET_KEY", "kX3_" * 20),
        ("SECRET_KEY", "SECRET_KEY", "django-insecure-" + "kX3_p" * 13),
        ("SECRET_KEY", "SECRET_KEY", "please-changeme-" + "kX3_p" * 13),
        ("SECRET_KEY_FALLBACKS", "SECRET_KEY_FALLBACKS", ["kX3_p" * 13, "x"]),
        ("SUPPRESSION_KEY", "SUPPRESSION_KEY_IS_DERIVED", True),
        ("SUPPRESSION_KEY", "SUPPRESSION_KEY", "x"),
        ("SUPPRESSION_KEY", "SUPPRESSION_KEY", "changeme" * 9),
        ("SUPPRESSION_KEYS", "SUPPRESSION_KEYS", ["x", "suppression:" + "kX3_p" * 13]),
        ("STATEMENT_TIMEOUT", "STATEMENT_TIMEOUT", "0"),
        ("STATEMENT_TIMEOUT", "STATEMENT_TIMEOUT", "2d"),
        ("LOCK_TIMEOUT", "LOCK_TIMEOUT", "0s"),
        ("IDLE_TIMEOUT", "IDLE_TIMEOUT", "500ms"),
        ("SWEEP_LOCK_TIMEOUT", "SWEEP_LOCK_TIMEOUT", "1h"),
        ("HOLIDAYS_COUNTRY", "HOLIDAYS_COUNTRY", "ZZ"),
        ("JOURNAL_URL", "JOURNAL_URL", "ftp://journal.example/"),
        ("JOURNAL_URL", "JOURNAL_URL", "/var/lib/journal"),
        ("BACKUP_URL", "BACKUP_URL", "ftp://backups.example/"),
        ("BACKUP_DAYS", "BACKUP_DAYS", 0),
        ("SECOND_FACTOR", "SECOND_FACTOR", False),
        ("HTTPS", "SESSION_COOKIE_SECURE", False),
        ("HTTPS", "CSRF_COOKIE_SECURE", False),
        ("WEBHOOKS_MAY_BE_LOCAL", "WEBHOOKS_MAY_BE_LOCAL", True),
    ],
)
def test_a_setting_that_is_not_safe_is_named_in_one_line(
    safe: LazySettings, name: str, attribute: str, value: Any
) -> None:
    setattr(safe, attribute, value)
    (line,) = starting.faults()
    assert line.startswith((f"{name} ", f"{name}: "))
    assert "\n" not in line


def _numbers() -> list[str]:
    from privacy_crm.settings import NUMBERS

    return sorted(NUMBERS)


@pytest.mark.parametrize("name", _numbers())
def test_a_number_out_of_its_range_is_named_with_the_range(safe: LazySettings, name: str) -> None:
    least, most = safe.NUMBERS[name]
    for value in (least, most):
        setattr(safe, name, value)
        assert starting.faults() == []
    for value in (-1, least - 1, most + 1, float("nan")):
        setattr(safe, name, value)
        (line,) = starting.faults()
        assert line.startswith(f"{name} is {value}")
        assert str(most) in line


@pytest.mark.promise("P12")
def test_a_key_that_was_weak_may_stay_behind_a_better_one(safe: LazySettings) -> None:
    """Or nobody could leave it behind: what is hashed under it can be found by it alone."""
    safe.SUPPRESSION_KEYS = ["kX3_p" * 13, "x"]
    safe.SUPPRESSION_KEY = "kX3_p" * 13
    assert starting.faults() == []


@pytest.mark.parametrize("text", ["banana", "5 parsecs", "-1s", "1s; SELECT 1", "s"])
def test_a_duration_that_is_none_ends_the_start_with_one_line(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IDLE_TIMEOUT", text)
    with pytest.raises(SystemExit):
        ours.duration("IDLE_TIMEOUT", "2min", "1s", "1h")
    assert capsys.readouterr().err.startswith("privacy_crm: IDLE_TIMEOUT ")


@pytest.mark.parametrize("text", ["90s", "1500ms", "5 min", "60000"])
def test_a_duration_is_what_postgresql_takes_for_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDLE_TIMEOUT", text)
    assert ours.duration("IDLE_TIMEOUT", "2min", "1s", "1h") == text


def test_a_duration_that_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDLE_TIMEOUT", "")
    assert ours.duration("IDLE_TIMEOUT", "2min", "1s", "1h") == "2min"


@pytest.mark.parametrize("name", ["Europe/Atlantis", "Europe", "../../etc/passwd", "/etc/localtime"])
def test_a_time_zone_that_nobody_knows_ends_the_start_with_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIME_ZONE", name)
    with pytest.raises(SystemExit):
        ours.zone("TIME_ZONE", "Europe/Stockholm")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("privacy_crm: TIME_ZONE ")


def test_no_number_is_read_without_a_range() -> None:
    text = Path("privacy_crm/settings.py").read_text()
    assert "env.int(" not in text
    assert "env.float(" not in text


def test_a_directory_that_takes_no_file_is_named(safe: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    safe.MEDIA_ROOT = tmp_path / "file" / "media"
    (line,) = starting.faults()
    assert line.startswith("MEDIA_DIR: ")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with object_storage() as url:
        yield url


def test_a_bucket_that_takes_files_is_as_it_should_be(safe: LazySettings, bucket: str) -> None:
    with kept_there(bucket):
        assert starting.faults() == []
        assert default_storage.listdir("") == ([], [])


def test_a_bucket_that_is_not_there_is_named(safe: LazySettings, bucket: str) -> None:
    with kept_there(bucket.replace(f"/{BUCKET}?", "/another?")):
        (line,) = starting.faults()
    assert line.startswith("MEDIA_URL: ")
    assert "NoSuchBucket" in line


def test_a_storage_that_does_not_answer_is_an_outage_and_no_mistake(safe: LazySettings) -> None:
    with kept_there("s3://key:secret@127.0.0.1:1/crm?tls=0&region=us-east-1"):
        assert starting.faults() == []
        (worry,) = checks.media_is_writable()
    assert worry.msg.startswith("MEDIA_URL: ")


def test_a_server_that_is_too_old_is_named_with_the_version_that_is_needed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks.postgresql_is_new_enough(databases=["default"]) == []
    monkeypatch.setitem(vars(connections["default"]), "pg_version", 150_008)
    (error,) = checks.postgresql_is_new_enough(databases=["default"])
    assert error.msg.startswith("DATABASE_URL leads to PostgreSQL 15")
    assert "17" in error.msg


def test_the_database_is_not_asked_unless_it_is_named() -> None:
    """Without the fixture that lets a test use it: asked, it would refuse."""
    assert checks.postgresql_is_new_enough(databases=[]) == []


def test_commands_and_migrations_run_none_of_these(settings: LazySettings) -> None:
    """`migrate`, `collectstatic` and others run what is registered for all; these are registered for deployment."""
    settings.SECOND_FACTOR = False
    found = django_checks.run_checks(databases=[])
    assert not [message for message in found if str(message.id).startswith("privacy_crm.")]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_too_old_even_for_django_is_named_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """*Found*: Django's own refusal ended the start with a traceback that named no setting."""
    connections["default"].close()
    monkeypatch.setattr(base, "RAN_DB_VERSION_CHECK", set())
    monkeypatch.setitem(vars(connections["default"]), "pg_version", 140_010)
    (line,) = starting.faults_of_database()
    assert line.startswith("DATABASE_URL leads to PostgreSQL 14")


@pytest.fixture
def unseen() -> Iterator[None]:
    """As where the database did not answer when the product started."""
    connections["default"].close()
    connection_created.connect(starting._look, dispatch_uid=starting.START)
    yield
    connection_created.disconnect(dispatch_uid=starting.START)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_at_the_start_is_looked_at_before_it_is_used(
    unseen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connections["default"]
    monkeypatch.setitem(vars(connection), "pg_version", 150_008)
    for _ in range(2):
        with pytest.raises(ImproperlyConfigured, match="PostgreSQL 15"):
            connection.ensure_connection()
        assert connection.connection is None
    monkeypatch.setitem(vars(connection), "pg_version", 180_000)
    connection.ensure_connection()
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_amid_the_look_is_looked_at_again(
    unseen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*Found*: it was never looked at again, and the connection was given out."""
    connection = connections["default"]

    def gone(*_query: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(gone), pytest.raises(OperationalError):
        connection.ensure_connection()
    assert connection.connection is None
    monkeypatch.setitem(vars(connection), "pg_version", 150_008)
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL 15"):
        connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_no_thread_passes_unseen_while_another_looks(unseen: None, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = []

    def come_in() -> None:
        other = connections["default"]
        vars(other)["pg_version"] = 150_008
        with suppress(ImproperlyConfigured):
            other.ensure_connection()
            passed.append(other)
        other.close()

    def meanwhile(execute: Any, *query: Any) -> Any:
        thread = threading.Thread(target=come_in)
        thread.start()
        thread.join()
        return execute(*query)

    connection = connections["default"]
    monkeypatch.setitem(vars(connection), "pg_version", 150_008)
    with connection.execute_wrapper(meanwhile), pytest.raises(ImproperlyConfigured):
        connection.ensure_connection()
    assert not passed
