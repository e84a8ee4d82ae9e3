"""Draft and publish versions of the privacy policy, the record that pages, forms and the purge all read (P24)."""

import datetime as dt
import hashlib
import json
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.db import connection, transaction
from django.db.models import Exists, Max

from contacts.base import audit
from contacts.models import PolicyVersion, ScenarioRule
from contacts.people import clocks
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis, Scenario

LONGEST_PERIOD = 1200  # months

# What every policy says around its six rules, and where it leads (P10, P24).
SECTIONS = (
    "introduction",
    "meaning",
    "rights",
    "complaints",
    "sharing",
    "transfers",
    "security",
    "cookies",
    "third_party_sites",
    "applicants",
)
OPTIONAL_SECTIONS = ("beside", "changes")  # what a policy from before them does without
LINKS = ("careers", "cookies", "services")

_SPOKEN = ("title", "note", "text")
_OPTIONAL: dict[str, type] = {"recipients": list, "transfers": str}  # with the type of a text in one language


class PolicyError(ValueError):
    """The source of a policy lacks something or contradicts itself; `problems` has a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@transaction.atomic
def publish_source(source: dict[str, Any], *, at: dt.datetime, by: str) -> tuple[PolicyVersion, bool]:
    """Draft a policy from its source and publish it. Returns the version in force, and whether it is new.

    The same source as that of the version in force changes nothing. Raises PolicyError, with nothing written.
    """
    _lock()
    current = PolicyVersion.objects.in_force()
    if current and current.digest == digest(source):
        return current, False
    version = draft(source)
    publish(version, at=at, by=by)
    return version, True


@transaction.atomic
def draft(source: dict[str, Any]) -> PolicyVersion:
    """Write a version that nobody is bound by yet. Raises PolicyError where the source is not whole."""
    problems = check(source)
    if problems:
        raise PolicyError(problems)
    controller = source["controller"]
    highest = PolicyVersion.objects.aggregate(Max("number"))["number__max"] or 0
    version = PolicyVersion.objects.create(
        number=highest + 1,
        controller=controller,
        time_zone=controller["time_zone"],
        texts=source["texts"],
        digest=digest(source),
    )
    ScenarioRule.objects.bulk_create(ScenarioRule(version=version, **rule) for rule in source["rule"])
    return version


@transaction.atomic
def publish(version: PolicyVersion, *, at: dt.datetime, by: str) -> None:
    """Put a draft in force. Rewrites the clocks of those scenarios alone whose kind of clock it changes.

    Raises PolicyError where it, or a later one, is published already: the versions are in force in their order.
    """
    _lock()
    before = _clocks_in_force()
    later = PolicyVersion.objects.filter(number__gte=version.number, published_at__isnull=False)
    if not PolicyVersion.objects.filter(~Exists(later), pk=version.pk).update(published_at=at):
        raise PolicyError([f"Version {version.number}, or a later one, is published already."])
    after = _clocks_in_force()
    clocks.refresh_scenarios([scenario for scenario in after if before.get(scenario, "") not in {"", after[scenario]}])
    audit.record("policy.published", at=at, by=by, rule=f"version:{version.number}")


def digest(source: dict[str, Any]) -> str:
    """Return the SHA-256 of a source, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(source, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check(source: dict[str, Any]) -> list[str]:
    """Return what is wrong with a source, a line for each thing, or nothing."""
    controller, texts, rules = source.get("controller"), source.get("texts"), source.get("rule")
    if not (isinstance(controller, dict) and isinstance(texts, dict) and isinstance(rules, list)):
        return ["The file needs a [controller], [texts.…] and six [[rule]] tables."]
    return [
        *_check_controller(controller),
        *_check_texts(texts),
        *_check_scenarios(rules),
        *(problem for rule in rules for problem in _check_rule(rule)),
    ]


def _lock() -> None:
    """Let one publication at a time compare itself with the version in force."""
    list(PolicyVersion.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _clocks_in_force() -> dict[str, str]:
    current = PolicyVersion.objects.in_force()
    return {rule.scenario: rule.clock for rule in current.each_rule} if current else {}


def _check_controller(controller: dict[str, Any]) -> list[str]:
    problems = [
        f"controller: {name} is missing."
        for name in ("name", "number", "address", "email", "privacy_contact", "authority")
        if not controller.get(name)
    ]
    if controller.get("time_zone") not in available_timezones():
        problems.append("controller: time_zone is not a known time zone, such as Europe/Stockholm.")
    return problems + _check_addresses(controller)


def _check_addresses(controller: dict[str, Any]) -> list[str]:
    """An address that pages link to leads to another page, and runs nothing."""
    addresses = {f"links.{name}": _table(controller, "links").get(name) for name in LINKS}
    addresses["authority.url"] = _table(controller, "authority").get("url")
    return [
        f"controller: {name} must be the address of a page, from https:// on."
        for name, address in addresses.items()
        if not str(address).startswith(("https://", "http://"))
    ]


def _check_texts(texts: dict[str, Any]) -> list[str]:
    missing = [f"texts: {name} needs an English text (en)." for name in SECTIONS if not _english(texts, name)]
    return missing + [
        f"texts: {name} is not a section of a policy." for name in sorted(set(texts) - {*SECTIONS, *OPTIONAL_SECTIONS})
    ]


def _check_scenarios(rules: list[Any]) -> list[str]:
    found = sorted(str(rule.get("scenario")) if isinstance(rule, dict) else "?" for rule in rules)
    if found != sorted(Scenario.values):
        return [f"rule: each of the six scenarios needs one rule; found {', '.join(found) or 'none'}."]
    return []


def _check_rule(rule: Any) -> list[str]:
    if not isinstance(rule, dict):
        return ["rule: not a table."]
    problems = []
    months = rule.get("months")
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= LONGEST_PERIOD:
        problems.append(f"months must be a whole number from 1 to {LONGEST_PERIOD}.")
    for name, allowed in (("clock", Clock.values), ("legal_basis", LegalBasis.values)):
        if rule.get(name) not in allowed:
            problems.append(f"{name} must be one of {', '.join(allowed)}.")
    if not rule.get("categories") or not set(rule["categories"]) <= set(Category.values):
        problems.append(f"categories must be taken from {', '.join(Category.values)}.")
    problems += [f"{name} needs an English text (en)." for name in (*_SPOKEN, "purposes") if not _english(rule, name)]
    problems += [
        f"{name} is a {kind.__name__} in each language that the text is in."
        for name, kind in _OPTIONAL.items()
        if name in rule and not _whole(rule, name, kind)
    ]
    known = {"scenario", "clock", "months", "legal_basis", "categories", "purposes", *_SPOKEN, *_OPTIONAL}
    problems += [f"{name} is not a field of a rule." for name in sorted(set(rule) - known)]
    return [f"rule {rule.get('scenario')}: {problem}" for problem in problems]


def _english(spoken: dict[str, Any], name: str) -> bool:
    return bool(_table(spoken, name).get("en"))


def _whole(rule: dict[str, Any], name: str, kind: type) -> bool:
    texts = _table(rule, name)
    return set(texts) == set(_table(rule, "text")) and all(isinstance(text, kind) for text in texts.values())


def _table(source: dict[str, Any], name: str) -> dict[str, Any]:
    found = source.get(name)
    return found if isinstance(found, dict) else {}


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
