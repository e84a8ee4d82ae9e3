"""Keys by which the company's servers use the API: shown once when issued, kept as a hash alone, revoked for good."""

import datetime as dt
import secrets
from hashlib import sha256

from django.db import IntegrityError, transaction

from contacts.base import audit, rows
from contacts.journal import writing
from contacts.models import ApiKey
from contacts.words.journal import JournalAct

PREFIX = "crm_"  # so that a scanner finds a key that somebody left in a repository


class KeyRefusedError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def issue(name: str, *, at: dt.datetime, by: str) -> tuple[ApiKey, str]:
    """Make a key for a server. Returns its record and the key itself, which nobody can read again.

    Raises KeyRefusedError where the name is taken.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            record = ApiKey.objects.create(name=name, digest=_digest(key), created_at=at)
    except IntegrityError:
        raise KeyRefusedError("Another key has this name already.") from None
    audit.record("api_key.issued", at=at, by=by, rule=f"api_key:{record.pk}")
    return record, key


@transaction.atomic
def revoke(record: ApiKey, *, at: dt.datetime, by: str) -> None:
    """End a key at once. Raises KeyRefusedError where it was revoked before."""
    if not ApiKey.objects.filter(pk=record.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise KeyRefusedError("This key is revoked already.")
    audit.record("api_key.revoked", at=at, by=by, rule=f"api_key:{record.pk}")
    writing.write(JournalAct.KEY_REVOKED, at=at, key=record.digest)


def holder(key: str) -> ApiKey | None:
    """Return whose key this is, or None where nobody holds it (any more)."""
    held = rows.one(ApiKey, "digest", _digest(key))
    return held if held and held.revoked_at is None else None


def _digest(key: str) -> str:
    # A key is 256 random bits, so nothing slower than SHA-256 is needed, and the lookup is by index.
    return sha256(key.encode()).hexdigest()
