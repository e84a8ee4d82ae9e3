"""The demo company's policy, as it first read and as it reads now: so that there is something that has changed."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from contacts.models import PolicyVersion
from contacts.policy import policies

HERE = Path(__file__).parent
# Before the demo begins. Nobody in it was collected before the first version, with which the GDPR came.
FIRST, NOW = dt.timedelta(days=3100), dt.timedelta(days=90)
BY = "demo"


def publish(at: dt.datetime) -> None:
    """Publish both versions, each on its day; nothing where a policy is published already."""
    if PolicyVersion.objects.in_force() is None:
        now = _read("policy.toml")
        for source, ago in ((_earlier(now, _read("earlier_policy.toml")), FIRST), (now, NOW)):
            policies.publish_source(source, at=at - ago, by=BY)


def _earlier(now: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    return {
        "controller": now["controller"] | said["controller"],
        "texts": now["texts"] | said["texts"],
        "rule": [rule | said["rule"].get(rule["scenario"], {}) for rule in now["rule"]],
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))
