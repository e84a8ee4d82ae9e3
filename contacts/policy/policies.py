"""Draft and publish versions of the privacy policy, the record that pages, forms and the purge all read (P24)."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import PolicyVersion, ScenarioRule
from contacts.people import clocks
from contacts.policy import sources
from contacts.policy.source_checks import PolicyError, check


@transaction.atomic
def publish_source(source: dict[str, Any], *, at: dt.datetime, by: str) -> tuple[PolicyVersion, bool]:
    """Draft a policy from its source and publish it. Returns the version in force, and whether it is new.

    The same source as that of the version in force changes nothing. A draft that waits gets a later number. Raises
    PolicyError, with nothing written, also where another version is announced: it would come with a surprise.
    """
    lock()
    to_come = PolicyVersion.objects.announced()
    if to_come and to_come.holds_from:
        day = date_format(to_come.holds_from)
        raise PolicyError([_("Another version is to hold from %s. Take it back in the browser first.") % day])
    current = PolicyVersion.objects.in_force()
    if current and current.digest == sources.digest(source):
        return current, False
    version = draft(source)
    _before_drafts(version)
    publish(version, at=at, by=by)
    return version, True


@transaction.atomic
def draft(source: dict[str, Any]) -> PolicyVersion:
    """Write a version that nobody is bound by yet. Raises PolicyError where the source is not whole."""
    problems = check(source)
    if problems:
        raise PolicyError(problems)
    highest = PolicyVersion.objects.aggregate(Max("number"))["number__max"] or 0
    version = PolicyVersion.objects.create(number=highest + 1, **fields_of(source))
    ScenarioRule.objects.bulk_create(ScenarioRule(version=version, **rule) for rule in source["rule"])
    return version


def fields_of(source: dict[str, Any]) -> dict[str, Any]:
    """Return what a version itself holds of a source; its rules are rows of their own."""
    controller = source["controller"]
    return {
        "controller": controller,
        "time_zone": controller["time_zone"],
        "texts": source["texts"],
        "digest": sources.digest(source),
    }


@transaction.atomic
def publish(version: PolicyVersion, *, at: dt.datetime, by: str) -> None:
    """Put a draft in force. Rewrites the clocks of those scenarios alone whose kind of clock it changes.

    Raises PolicyError where it, or a later one, is published already: the versions are in force in their order.
    """
    lock()
    before = _clocks_in_force()
    later = PolicyVersion.objects.filter(number__gte=version.number, published_at__isnull=False)
    if not PolicyVersion.objects.filter(~Exists(later), pk=version.pk).update(published_at=at):
        raise PolicyError([_("Version %s, or a later one, is published already.") % version.number])
    after = _clocks_in_force()
    clocks.refresh_scenarios([scenario for scenario in after if before.get(scenario, "") not in {"", after[scenario]}])
    audit.record("policy.published", at=at, by=by, rule=f"version:{version.number}")


def lock() -> None:
    """Let one publication at a time compare itself with the version in force."""
    list(PolicyVersion.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _before_drafts(version: PolicyVersion) -> None:
    """Give a version the number after the last published one, and its own to the draft that had it."""
    published = PolicyVersion.objects.filter(published_at__isnull=False)
    number, wanted = version.number, (published.aggregate(Max("number"))["number__max"] or 0) + 1
    if number != wanted:
        PolicyVersion.objects.filter(pk=version.pk).update(number=number + 1)
        PolicyVersion.objects.filter(number=wanted).update(number=number)
        PolicyVersion.objects.filter(pk=version.pk).update(number=wanted)
        version.number = wanted


def _clocks_in_force() -> dict[str, str]:
    current = PolicyVersion.objects.in_force()
    return {rule.scenario: rule.clock for rule in current.each_rule} if current else {}


_LATEST = """
    SELECT id, digest FROM contacts_policyversion WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1"""


def current() -> PolicyVersion | None:
    """Return the version published last, or None where none ever was, at the price of one short statement.

    For doors that many people pass: a version never changes, so a process reads each one once, and all callers share
    it. None of them may change anything in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LATEST)
        latest = cursor.fetchone()
    return _read(*latest) if latest else None


@lru_cache(maxsize=4)
def _read(pk: int, digest: str) -> PolicyVersion:
    """Read a version with its rules; the digest of its source keeps databases apart that one process serves in turn."""
    return PolicyVersion.objects.prefetch_related("rules").get(pk=pk, digest=digest)
