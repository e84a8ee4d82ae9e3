"""Schemathesis plays every operation of the API by its own description, with good and with bad data."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import (
    ChecksConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.core.parameters import ParameterLocation

from contacts.api.bodies import LATEST_POLICY
from contacts.models import PolicyVersion
from contacts.signups import keys
from privacy_crm.wsgi import application
from tests.support import visitors
from tests.support.examples import examples
from tests.support.factories import NOON, TopicFactory, WhitepaperFactory

pytestmark = pytest.mark.django_db

EXAMPLES = 40  # of each operation, beside those that cover each constraint of its description
SLUGS = {"whitepapers": "calm-backups", "events": "cloud-day"}

# What is right by the description is taken, and not merely refused politely.
_TAKEN = ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx"]))
_CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(checks=_TAKEN)))
described = schemathesis.openapi.from_wsgi("/api/openapi.json", application, config=_CONFIG)


@pytest.fixture
def in_the_tests_transaction() -> Iterator[None]:
    """Let a request end without closing the connection, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(in_the_tests_transaction: None, policy: PolicyVersion, settings: LazySettings) -> str:
    """A server's key, and something to ask for."""
    settings.MAILS_AN_HOUR = 1_000_000
    WhitepaperFactory.create(slug=SLUGS["whitepapers"]).topics.add(TopicFactory.create())
    visitors.event(slug=SLUGS["events"], capacity=50)
    return keys.issue("website", at=NOON, by="test")[1]


@pytest.mark.walk
@described.parametrize()
@settings(
    max_examples=examples(EXAMPLES),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # what one post stores is in no other's way
)
def test_the_api_answers_as_it_describes_itself(case: schemathesis.Case, key: str, policy: PolicyVersion) -> None:
    aim(case, policy)
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})


def aim(case: schemathesis.Case, policy: PolicyVersion) -> None:
    """Let what is right by the description hit what there is: made-up names and versions stop at the first look."""
    right_path = case.meta is None or not case.meta.is_negative_at(ParameterLocation.PATH)
    if right_path and "{slug}" in case.path:
        case.path_parameters["slug"] = SLUGS[case.path.split("/")[3]]
    if isinstance(case.body, dict) and _is_version(case.body.get("policy_version")):
        case.body["policy_version"] = policy.number


def _is_version(value: Any) -> bool:
    return type(value) in {int, float} and 1 <= value <= LATEST_POLICY and value % 1 == 0
