"""A policy goes out as the file that it comes in by, and says the same afterwards (P24)."""

import tomllib
from typing import Any

import pytest

from contacts.models import PolicyVersion
from contacts.policy import policies, sources
from contacts.policy.source_checks import PolicyError
from tests.support.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]


def test_what_is_exported_and_imported_again_is_the_same_policy(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    exported = sources.to_toml(sources.of_version(policy))
    assert sources.from_toml(exported.encode()) == tomllib.loads(exported) == policy_source
    assert sources.digest(sources.from_toml(exported.encode())) == policy.digest
    assert policies.publish_source(sources.from_toml(exported.encode()), at=NOON, by="test") == (policy, False)


def test_words_with_quotes_and_backslashes_survive(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    said = 'One "quoted" word, a \\ and """three"""\n\nA second paragraph: “å” 🌱'
    policy_source["texts"]["security"]["en"] = said
    version, _fresh = policies.publish_source(policy_source, at=NOON, by="test")
    read = sources.from_toml(sources.to_toml(sources.of_version(version)).encode())
    assert read["texts"]["security"]["en"] == said


@pytest.mark.parametrize("content", [b"\xff\xfe", b"not = [toml"])
def test_what_is_no_toml_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(PolicyError, match="not a TOML file"):
        sources.from_toml(content)


PURPOSES = {"en": ["Answer", "Tell"], "sv": ["Svara", "Berätta"]}
MARKS = {"uses": ["service", "marketing"], "rewords": {"Tell": ["Inform"]}}


@pytest.mark.promise("L13")
def test_uses_and_earlier_words_of_purposes_go_out_and_come_in(policy_source: dict[str, Any]) -> None:
    policy_source["rule"][5] |= {"purposes": PURPOSES, **MARKS}
    version, _fresh = policies.publish_source(policy_source, at=NOON, by="test")
    assert sources.from_toml(sources.to_toml(sources.of_version(version)).encode()) == policy_source


@pytest.mark.promise("L13")
@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ({"uses": ["service"]}, "one use for each purpose"),
        ({"uses": ["service", "selling"]}, "Choose from service"),
        ({"uses": "service"}, "Choose from service"),
        ({"rewords": {"Sell": ["Tell"]}}, "Only an English purpose"),
        ({"rewords": {"Tell": "Inform"}}, "as a list of texts"),
        ({"rewords": ["Tell"]}, "as a list of texts"),
    ],
)
def test_what_a_rule_says_of_no_purpose_of_its_own_is_refused(
    marks: dict[str, Any], why: str, policy_source: dict[str, Any]
) -> None:
    policy_source["rule"][5] |= {"purposes": PURPOSES, **marks}
    with pytest.raises(PolicyError, match=why):
        policies.draft(policy_source)
