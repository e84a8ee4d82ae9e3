"""What keeps web, worker and beat from starting: each setting, one by one, against settings that are safe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.signals import connection_created

from privacy_crm import checks, starting

SMTP = {"default": {"BACKEND": "contacts.outbox.mail_smtp.EmailBackend"}}
FILES = {"default": {"BACKEND": "contacts.outbox.mail_files.EmailBackend"}}
CONSOLE = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}


@pytest.fixture
def safe(settings: LazySettings, tmp_path: Path) -> LazySettings:
    """Settings that a site which is open to the world may have."""
    settings.MAILERS = SMTP
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://crm.example", ["crm.example"]
    settings.SECRET_KEY = "kX3_" * 13
    settings.SUPPRESSION_KEY_IS_DERIVED = False
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
        ("SECRET_KEY", "SECRET_KEY", "kX3_" * 12),
        ("SECRET_KEY", "SECRET_KEY", "django-insecure-" + "kX3_" * 13),
        ("SECRET_KEY", "SECRET_KEY", "please-changeme-" + "kX3_" * 13),
        ("SUPPRESSION_KEY", "SUPPRESSION_KEY_IS_DERIVED", True),
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


def test_no_number_is_read_without_a_range() -> None:
    text = Path("privacy_crm/settings.py").read_text()
    assert "env.int(" not in text
    assert "env.float(" not in text


def test_a_directory_that_takes_no_file_is_named(safe: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    safe.MEDIA_ROOT = tmp_path / "file" / "media"
    (line,) = starting.faults()
    assert line.startswith("MEDIA_DIR: ")


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
