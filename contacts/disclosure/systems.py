"""Keep the register of other systems that hold people: what each may hold, its owner, and how it is asked (L18)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from contacts.base import audit
from contacts.disclosure import ssrf_guard, webhook_client
from contacts.disclosure.ssrf_guard import TargetRefusedError
from contacts.models import Recipient, System
from contacts.signups import keys
from contacts.words.vocabulary import ReachedBy


class SystemRefusedError(ValueError):
    """What was told cannot be put on record; the message says why."""


@dataclass(frozen=True)
class Described:
    """What the register says of a system. `recipient` is its line in the register of recipients, where it has one."""

    name: str
    holds: str
    scenarios: Collection[str]
    owner_email: str
    reached_by: str = ReachedBy.MAIL
    webhook_url: str = ""
    days: int = 14
    recipient: Recipient | None = None


@transaction.atomic
def add(described: Described, *, at: dt.datetime, by: str) -> System:
    """Put a system on record: from now on each request that may concern it asks it. Raises SystemRefusedError."""
    system = System()
    _describe(system, described)
    audit.record("system.added", at=at, by=by, rule=f"system:{system.pk}")
    return system


@transaction.atomic
def change(system_id: int, described: Described, *, at: dt.datetime, by: str) -> None:
    """Change what the register says of a system. Raises SystemRefusedError.

    Links that were made for another owner end, and what is still open is asked of the new one.
    """
    system = _locked(system_id)
    before = _hears(system)
    _describe(system, described)
    if _hears(system) != before:
        System.objects.filter(pk=system_id).update(owner_number=F("owner_number") + 1)
    audit.record("system.changed", at=at, by=by, rule=f"system:{system_id}")


@transaction.atomic
def end(system_id: int, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Take a system out of use: no request asks it any more. Its keys end, too. Raises SystemRefusedError."""
    system = _locked(system_id)
    if system.ended_on:
        raise SystemRefusedError("This system is out of use already.")
    system.ended_on = day
    system.save(update_fields=["ended_on"])
    for key in system.keys.filter(revoked_at__isnull=True):
        keys.revoke(key, at=at, by=by)
    audit.record("system.ended", at=at, by=by, rule=f"system:{system_id}")


@transaction.atomic
def issue_key(system: System, *, at: dt.datetime, by: str) -> str:
    """Make the key by which a system's server fetches its tasks. Raises SystemRefusedError where it uses no API."""
    if system.reached_by != ReachedBy.API or system.ended_on:
        raise SystemRefusedError("This system does not fetch tasks by API.")
    number = system.keys.count() + 1
    terms = keys.Terms(forms=(), system=system)
    return keys.issue(f"{system.name} ({number})", terms, at=at, by=by)[1]


@transaction.atomic
def reveal_secret(system: System, *, at: dt.datetime, by: str) -> str:
    """Return what signs a system's webhooks, for whoever sets its server up. Raises SystemRefusedError without one."""
    if system.reached_by != ReachedBy.WEBHOOK:
        raise SystemRefusedError("This system has no webhook, and there is nothing to sign.")
    audit.record("system.secret_shown", at=at, by=by, rule=f"system:{system.pk}")
    return webhook_client.secret(system)


def _hears(system: System) -> tuple[str, ...]:
    return system.owner_email, system.reached_by, system.webhook_url


def _locked(system_id: int) -> System:
    system = System.objects.select_for_update(no_key=True).filter(pk=system_id).first()
    if system is None:
        raise SystemRefusedError("This system is no longer on record.")
    return system


def _describe(system: System, described: Described) -> None:
    if described.reached_by == ReachedBy.WEBHOOK and described.webhook_url:
        _check_webhook(described.webhook_url)
    for name, value in vars(described).items():
        setattr(system, name, value.strip() if isinstance(value, str) else value)
    system.scenarios = sorted(set(described.scenarios))
    try:
        system.full_clean()
    except ValidationError as error:
        raise SystemRefusedError(" ".join(error.messages)) from None
    system.save()


def _check_webhook(url: str) -> None:
    try:
        ssrf_guard.check(url)
    except TargetRefusedError as refusal:
        raise SystemRefusedError(str(refusal)) from None
