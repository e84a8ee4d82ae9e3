"""What must be true before web, worker and beat start: of the settings, of the disk and of the database.

They are Django's system checks under tags of their own, registered for deployment: `starting` has the doors run them,
and `manage.py check`. Commands do not, `migrate`, `collectstatic` and `preflight` among them: somebody has to be able
to put right what is wrong.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import ProgrammingError, connections

from contacts.models import Contact
from contacts.people import rekeying
from contacts.words import keys
from privacy_crm.starting import START, START_DATABASE

OLDEST_POSTGRESQL = 17  # "pg_c_utf8", by which the search after an erasure compares
SHORTEST_SECRET = 50  # characters, as Django's own check has it

# What examples and guides say in place of a secret.
_EXAMPLES = (
    *("django-insecure-", "changeme", "change-me", "change_me", "change me", "example", "placeholder", "replace"),
    *("secret-key", "secret_key", "secretkey", "your-secret", "your_secret", "not-a-secret", "insecure"),
)

# These put a mail where nobody reads it, and say that it was sent.
_NO_MAIL = ("mail_files", "console", "locmem", "filebased", "dummy")


def settings_are_safe(**_options: Any) -> list[CheckMessage]:
    """Find settings that development may have and a site that is open to the world may not."""
    return [*_of_mail(), *_of_addresses(), *_of_the_way_here(), *_of_secrets(), *_of_staff()]


def numbers_are_in_range(**_options: Any) -> list[CheckMessage]:
    """Find numbers by which the product would do nothing, do it at once, or never end."""
    return [
        _error(f"{name} is {value}, and has to be from {least} to {most}.", "E008")
        for name, (least, most) in settings.NUMBERS.items()
        if not least <= (value := getattr(settings, name)) <= most
    ]


def media_is_writable(**_options: Any) -> list[CheckMessage]:
    """Find a directory for media that takes no file."""
    if not isinstance(default_storage, FileSystemStorage):
        return []
    root = Path(settings.MEDIA_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=root) as file:
            file.write(b"writable")
    except OSError as error:
        return [_error(f"MEDIA_DIR: nothing can be written in {root} ({error.strerror}).", "E009")]
    return []


def postgresql_is_new_enough(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find a server on which some acts would fail, deletions on request among them."""
    if "default" not in (databases or ()):
        return []
    version = _major(connections["default"])
    if version >= OLDEST_POSTGRESQL:
        return []
    said = f"DATABASE_URL leads to PostgreSQL {version}, and {OLDEST_POSTGRESQL} or later is needed."
    return [_error(said, "E010")]


def keys_are_all_there(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find keys under which something is hashed and that are not tried any more: objections would be forgotten."""
    if "default" not in (databases or ()):
        return []
    tried = [keys.fingerprint(key) for key in keys.known()]
    return [
        _error(
            f"SUPPRESSION_KEYS lacks the key {key}, under which the database has {sum(made.values()):,} addresses."
            " Their objections would not be found any more: set it, after the key that comes first.",
            "E011",
        )
        for key, made in _named(tried).items()
    ]


def people_are_under_the_first_key(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find people whom an objection would miss, since it is hashed under the first key and they are not."""
    if "default" not in (databases or ()):
        return []
    tried = {keys.fingerprint(key) for key in keys.earlier()}
    made = _named([keys.fingerprint(keys.first())])
    number = sum(made[key].get(Contact._meta.db_table, 0) for key in made.keys() & tried)
    said = f"SUPPRESSION_KEYS: {number:,} people are on record under an earlier key. Run `manage.py rekey` first."
    return [_error(said, "E012")] if number else []


def register_all() -> None:
    """Called once, when the app is ready."""
    for check in (settings_are_safe, numbers_are_in_range, media_is_writable):
        register(check, START, deploy=True)
    for check in (postgresql_is_new_enough, keys_are_all_there, people_are_under_the_first_key):
        register(check, START_DATABASE, Tags.database, deploy=True)


def _of_mail() -> Iterator[CheckMessage]:
    backend = settings.MAILERS["default"]["BACKEND"]
    if any(each in backend for each in _NO_MAIL):
        yield _error(
            "EMAIL_URL must name a mail server or a provider: without one, mails go into files, and to nobody.", "E001"
        )


def _of_addresses() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or not site.hostname:
        yield _error("SITE_URL must begin with https://, since the links in mails are made of it.", "E002")
    if "*" in settings.ALLOWED_HOSTS:
        yield _error("ALLOWED_HOSTS must name the site's own names: * takes any name that a stranger makes up.", "E003")


def _of_the_way_here() -> Iterator[CheckMessage]:
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield _error("HTTPS must be on: otherwise browsers send the cookies of staff for anybody to read.", "E013")
    if settings.WEBHOOKS_MAY_BE_LOCAL:
        yield _error("WEBHOOKS_MAY_BE_LOCAL must be off: with it, webhooks reach this network's own servers.", "E014")


def _of_secrets() -> Iterator[CheckMessage]:
    secret = settings.SECRET_KEY
    if len(secret) < SHORTEST_SECRET:
        yield _error(f"SECRET_KEY is too short: it needs {SHORTEST_SECRET} random characters or more.", "E004")
    elif any(each in secret.lower() for each in _EXAMPLES):
        yield _error("SECRET_KEY is an example from a guide: it needs random characters that nobody knows.", "E005")
    if settings.SUPPRESSION_KEY_IS_DERIVED:
        yield _error(
            "SUPPRESSION_KEY must be set, or a new SECRET_KEY would forget every objection. Where people are on"
            " record already, set it to suppression: followed by the SECRET_KEY of today.",
            "E006",
        )


def _of_staff() -> Iterator[CheckMessage]:
    if not settings.SECOND_FACTOR:
        yield _error("SECOND_FACTOR must be on: a password alone opens nothing but a demo.", "E007")


def _named(apart: Sequence[str]) -> dict[str, dict[str, int]]:
    try:
        return rekeying.named(apart)
    except ProgrammingError:  # not migrated yet
        return {}


def _major(connection: Any) -> int:
    return int(connection.pg_version // 10_000)


def _error(text: str, code: str) -> Error:
    return Error(text, id=f"privacy_crm.{code}")
