"""What must be true before web, worker and beat start: of the settings, of the disk and of the database.

They are Django's system checks under tags of their own, registered for deployment: `starting` has the doors run them,
and `manage.py check`. Commands do not, `migrate`, `collectstatic` and `preflight` among them: somebody has to be able
to put right what is wrong.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Worry
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connections

from contacts.journal import stores
from contacts.journal.stores import JournalError
from contacts.models import Contact
from contacts.people import rekeying
from contacts.words import keys
from dsr import checks as of_requests
from privacy_crm import durations, media, starting
from privacy_crm.backups import places
from privacy_crm.backups.places import BackupError
from privacy_crm.postgresql import rights
from privacy_crm.starting import START, START_DATABASE

# Of a secret, as Django's own check has it.
SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 5  # that differ

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
    """Find numbers and durations by which the product would do nothing, do it at once, or never end."""
    numbers, lengths = settings.NUMBERS, settings.DURATIONS
    wrong = [name for name in numbers if not numbers[name][0] <= getattr(settings, name) <= numbers[name][1]]
    wrong += [name for name in lengths if not _is_within(getattr(settings, name), *lengths[name])]
    ranges = numbers | lengths
    return [
        _error(f"{name} is {getattr(settings, name)}, and has to be from {least} to {most}.", "E008")
        for name, (least, most) in ((name, ranges[name]) for name in wrong)
    ]


def media_is_writable(**_options: Any) -> list[CheckMessage]:
    """Find a place for media that takes no file. A storage that does not answer is an outage, and ends no start."""
    try:
        media.try_out(default_storage)
    except media.RefusedError as error:
        return [_error(str(error), "E009")]
    except media.AwayError as error:
        return [Worry(str(error), id="privacy_crm.W009")]
    return []


def places_are_known(**_options: Any) -> list[CheckMessage]:
    """Find addresses of journal and backups under which nothing can be kept."""
    return [*_of_places()]


def holidays_are_known(**_options: Any) -> list[CheckMessage]:
    """Find what keeps deadlines from being known, as the check of requests does wherever checks are run."""
    found = [*of_requests.holidays_are_known(), *of_requests.eves_are_known()]
    return [_error(str(message.msg), "E016") for message in found]


def postgresql_is_new_enough(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find a server on which some acts would fail, deletions on request among them."""
    if "default" not in (databases or ()):
        return []
    old = starting.too_old(connections["default"])
    return [_error(old, "E010")] if old else []


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


def application_owns_nothing(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find a role that works with the tables and could drop them as well: a fault of ours would reach further."""
    if "default" not in (databases or ()) or not rights.owned():
        return []
    said = "DATABASE_URL names the role that owns the tables, which could drop them."
    hint = "Make a role of its own for the application, and name the owner in OWNER_DATABASE_URL: docs/operations.md."
    return [Worry(said, hint=hint, id="privacy_crm.W012")]


def register_all() -> None:
    """Called once, when the app is ready."""
    for check in (settings_are_safe, numbers_are_in_range, media_is_writable, places_are_known, holidays_are_known):
        register(check, START, deploy=True)
    for check in (
        postgresql_is_new_enough,
        keys_are_all_there,
        people_are_under_the_first_key,
        application_owns_nothing,
    ):
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
    for name, secret in _secrets():
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS:
            said = f"{name}: a key is too short, and needs {SHORTEST_SECRET} random characters or more."
            yield _error(said, "E004")
        elif any(each in secret.lower() for each in _EXAMPLES):
            said = f"{name}: a key is an example from a guide, and needs random characters that nobody knows."
            yield _error(said, "E005")
    if settings.SUPPRESSION_KEY_IS_DERIVED:
        yield _error(
            "SUPPRESSION_KEY must be set, or a new SECRET_KEY would forget every objection. Where people are on"
            " record already, set it to suppression: followed by the SECRET_KEY of today.",
            "E006",
        )


def _secrets() -> Iterator[tuple[str, str]]:
    """Yield each secret that is good for something new, with its setting; an earlier key of hashes only finds."""
    yield "SECRET_KEY", settings.SECRET_KEY
    yield from (("SECRET_KEY_FALLBACKS", each) for each in settings.SECRET_KEY_FALLBACKS)
    if not settings.SUPPRESSION_KEY_IS_DERIVED:
        first = keys.first()
        yield "SUPPRESSION_KEYS" if first in settings.SUPPRESSION_KEYS else "SUPPRESSION_KEY", first


def _of_places() -> Iterator[CheckMessage]:
    try:
        stores.configured()
    except JournalError as error:
        yield _error(str(error), "E015")
    try:
        places.of(settings.BACKUP_URL)
    except BackupError as error:
        yield _error(f"BACKUP_URL: {error}", "E017")


def _is_within(text: str, least: str, most: str) -> bool:
    return durations.seconds(least) <= durations.seconds(text) <= durations.seconds(most)


def _of_staff() -> Iterator[CheckMessage]:
    if not settings.SECOND_FACTOR:
        yield _error("SECOND_FACTOR must be on: a password alone opens nothing but a demo.", "E007")


def _named(apart: Sequence[str]) -> dict[str, dict[str, int]]:
    try:
        return rekeying.named(apart)
    except ProgrammingError:  # not migrated yet
        return {}


def _error(text: str, code: str) -> Error:
    return Error(text, id=f"privacy_crm.{code}")
