import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contacts import policies
from contacts.models import PolicyVersion

POLICY = Path(__file__).resolve().parent.parent / "privacy_crm" / "demo" / "policy.toml"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def policy_source() -> dict[str, Any]:
    """The demo company's policy, free to be changed by a test."""
    return tomllib.loads(POLICY.read_text(encoding="utf-8"))


@pytest.fixture
def policy(db: None, policy_source: dict[str, Any]) -> PolicyVersion:
    """The demo company's policy, published."""
    version, _ = policies.publish_source(policy_source, at=LONG_AGO, by="test")
    return PolicyVersion.objects.in_force() or version
