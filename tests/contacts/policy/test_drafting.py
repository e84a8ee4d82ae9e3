"""A draft begins with the version in force, and is changed section by section under the checks of the file (P24)."""

from typing import Any

import pytest

from contacts.models import AuditEvent, PolicyVersion
from contacts.policy import drafting, policies, policy_changes, publishing, sources
from contacts.policy.drafting import Source
from contacts.policy.source_checks import PolicyError
from tests.support.assessing import assessed
from tests.support.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]


@pytest.fixture
def draft(policy: PolicyVersion) -> PolicyVersion:
    return drafting.start(at=NOON, by="user:1")


def months(number: Any) -> Any:
    def change(source: Source) -> Source:
        source["rule"][5]["months"] = number
        return source

    return change


def revise(draft: PolicyVersion, change: Any) -> PolicyVersion:
    return drafting.revise(draft, change, seen=draft.digest, at=NOON, by="user:1")


def test_it_begins_with_what_is_in_force_and_binds_nobody(policy: PolicyVersion, draft: PolicyVersion) -> None:
    assert sources.of_version(draft) == sources.of_version(policy)
    assert (draft.number, PolicyVersion.objects.in_force()) == (policy.number + 1, policy)
    assert policy_changes.between(policy, draft, "en") == []
    assert AuditEvent.objects.get(code="policy.drafted").by == "user:1"


def test_there_is_one_draft_at_a_time(draft: PolicyVersion) -> None:
    with pytest.raises(PolicyError, match="draft already"):
        drafting.start(at=NOON, by="user:2")


def test_without_a_version_in_force_there_is_nothing_to_begin_with() -> None:
    with pytest.raises(PolicyError, match="No version is in force"):
        drafting.start(at=NOON, by="user:1")


def test_a_change_is_written_and_its_digest_is_that_of_the_file(draft: PolicyVersion) -> None:
    changed = revise(draft, months(7))
    found = PolicyVersion.objects.get(pk=draft.pk)
    assert found.rule("prospect").months == 7
    assert found.digest == changed.digest == sources.digest(sources.of_version(found)) != draft.digest
    assert AuditEvent.objects.get(code="policy.revised").rule == f"draft:{draft.pk}"


def test_what_is_optional_can_be_taken_out(draft: PolicyVersion) -> None:
    def without(source: Source) -> Source:
        return source | {"rule": [{k: v for k, v in rule.items() if k != "recipients"} for rule in source["rule"]]}

    found = PolicyVersion.objects.get(pk=revise(draft, without).pk)
    assert [rule.recipients for rule in found.each_rule] == [{}] * 6


def test_what_the_file_would_be_refused_for_is_refused_and_nothing_is_written(draft: PolicyVersion) -> None:
    with pytest.raises(PolicyError, match="rule prospect months"):
        revise(draft, months(0))
    assert PolicyVersion.objects.get(pk=draft.pk).digest == draft.digest


def test_what_was_changed_meanwhile_is_not_written_over(draft: PolicyVersion) -> None:
    revise(draft, months(7))
    with pytest.raises(PolicyError, match="changed since"):
        revise(draft, months(8))
    assert PolicyVersion.objects.get(pk=draft.pk).rule("prospect").months == 7


def test_what_is_proposed_or_published_is_no_draft_any_more(policy: PolicyVersion, draft: PolicyVersion) -> None:
    assessed(policy)
    summary = {"en": "Shorter.", "sv": "Kortare."}
    publishing.propose(draft, holds_from=NOON.date(), summary=summary, seen=draft.digest, at=NOON, by="user:1")
    for version in (policy, draft):
        with pytest.raises(PolicyError, match="not a draft any more"):
            revise(version, months(7))


def test_a_file_that_is_published_meanwhile_leaves_the_draft_the_next_number(
    draft: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    policy_source["rule"][0]["months"] = 5
    published, _fresh = policies.publish_source(policy_source, at=NOON, by="test")
    draft.refresh_from_db()
    assert (published.number, draft.number) == (2, 3)
    policies.publish(draft, at=NOON, by="test")
    assert PolicyVersion.objects.in_force() == draft
