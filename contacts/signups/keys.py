"""Keys by which the company's servers use the API: shown once when issued, kept as a hash alone, revoked for good.

Each opens the forms that it was issued for, or the tasks of one system, so many times an hour, until its last day.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contacts.base import audit, rows
from contacts.journal import writing
from contacts.models import ApiKey, System
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Scenario

FORMS = tuple(each for each in Scenario if each != Scenario.PROSPECT)
_A_MINUTE = dt.timedelta(minutes=1)
PREFIX = "crm_"  # so that a scanner finds a key that somebody left in a repository


class KeyRefusedError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Terms:
    """What a key opens, how often, and for how long: forms, or the tasks of a system and no form."""

    forms: Collection[str] = FORMS
    posts_an_hour: int = 1_000
    lasts: dt.timedelta = dt.timedelta(days=365)
    system: System | None = None


@transaction.atomic
def issue(name: str, terms: Terms | None = None, *, at: dt.datetime, by: str) -> tuple[ApiKey, str]:
    """Make a key for a server. Returns its record and the key itself, which nobody can read again.

    Raises KeyRefusedError where the name is taken.
    """
    key, terms = PREFIX + secrets.token_urlsafe(32), terms or Terms()
    told = {
        "forms": list(terms.forms),
        "posts_an_hour": terms.posts_an_hour,
        "ends_at": at + terms.lasts,
        "system": terms.system,
    }
    try:
        with transaction.atomic():
            record = ApiKey.objects.create(name=name, digest=_digest(key), created_at=at, **told)
    except IntegrityError:
        raise KeyRefusedError(_("Another key has this name already.")) from None
    audit.record("api_key.issued", at=at, by=by, rule=f"api_key:{record.pk}")
    return record, key


@transaction.atomic
def revoke(record: ApiKey, *, at: dt.datetime, by: str) -> None:
    """End a key at once. Raises KeyRefusedError where it was revoked before."""
    if not ApiKey.objects.filter(pk=record.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise KeyRefusedError(_("This key is revoked already."))
    audit.record("api_key.revoked", at=at, by=by, rule=f"api_key:{record.pk}")
    writing.write(JournalAct.KEY_REVOKED, at=at, key=record.digest)


def holder(key: str, *, at: dt.datetime) -> ApiKey | None:
    """Return whose key this is, or None where nobody holds it (any more)."""
    held = rows.one(ApiKey, "digest", _digest(key))
    return held if held and held.revoked_at is None and held.ends_at > at else None


def used(record: ApiKey, *, at: dt.datetime) -> None:
    """Note that something was taken by a key, once a minute at most: a refusal changes nothing, not even this."""
    if record.used_at is None or record.used_at <= at - _A_MINUTE:
        ApiKey.objects.filter(pk=record.pk).update(used_at=at)


def _digest(key: str) -> str:
    # A key is 256 random bits, so nothing slower than SHA-256 is needed, and the lookup is by index.
    return sha256(key.encode()).hexdigest()
