"""A version of the policy that keeps people longer than they were promised."""

import datetime as dt
import tomllib
from typing import Any

from contacts.models import PolicyVersion
from contacts.policy import policies
from tests.databases import POLICY
from tests.support.factories import NOON


def lengthen(scenario: str = "prospect", *, at: dt.datetime = NOON, more: str = "", **changes: Any) -> PolicyVersion:
    """Publish a version whose rule for a scenario is changed: to 24 months where nothing else is said.

    `more` is a purpose that it has as well.
    """
    source = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    for rule in source["rule"]:
        if rule["scenario"] == scenario:
            rule.update(changes or ({} if more else {"months": 24}))
            for language in rule["purposes"] if more else ():
                rule["purposes"][language].append(more)
    return policies.publish_source(source, at=at, by="test")[0]
