"""The source of a policy: what a TOML file says, what a version is written from, and what it is exported as again."""

import hashlib
import json
import tomllib
from typing import Any

import tomli_w
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion, ScenarioRule
from contacts.policy.source_checks import MARKS, OPTIONAL, PolicyError

_TERMS = ("scenario", "clock", "months", "legal_basis", "categories", "title", "purposes", "note", "text")


def of_version(version: PolicyVersion) -> dict[str, Any]:
    """Return the source that a version was written from, whatever the order of its keys."""
    return {
        "controller": version.controller,
        "texts": version.texts,
        "rule": [_of_rule(rule) for rule in version.rules.order_by("pk")],
    }


def to_toml(source: dict[str, Any]) -> str:
    """Return a source as the file that `publish_policy` reads."""
    return tomli_w.dumps(source, multiline_strings=True)


def from_toml(content: bytes) -> dict[str, Any]:
    """Read a file. Raises PolicyError where it is no TOML."""
    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError([_("This is not a TOML file: %s.") % str(error).rstrip(".")]) from error


def digest(source: dict[str, Any]) -> str:
    """Return the SHA-256 of a source, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(source, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _of_rule(rule: ScenarioRule) -> dict[str, Any]:
    said = {name: getattr(rule, name) for name in _TERMS}
    return said | {name: getattr(rule, name) for name in (*OPTIONAL, *MARKS) if getattr(rule, name)}
