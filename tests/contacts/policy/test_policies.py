import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from contacts.models import AuditEvent, PolicyVersion, ScenarioRule
from contacts.policy import policies, sources
from contacts.policy.policies import PolicyError
from tests.support.factories import NOON, ContactFactory, hold


@pytest.mark.django_db
@pytest.mark.promise("P24")
def test_publishing_the_same_source_again_changes_nothing(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    again, fresh = policies.publish_source(policy_source, at=NOON, by="test")
    assert (again.pk, fresh) == (policy.pk, False)
    assert PolicyVersion.objects.count() == 1
    assert AuditEvent.objects.filter(code="policy.published").count() == 1


@pytest.mark.django_db
def test_another_source_becomes_the_next_version(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    policy_source["rule"][5]["months"] = 12
    version, fresh = policies.publish_source(policy_source, at=NOON, by="test")
    assert (version.number, fresh) == (2, True)
    current = PolicyVersion.objects.in_force()
    assert current is not None
    assert current.rule("prospect").months == 12


@pytest.mark.django_db
def test_a_draft_is_not_in_force(policy_source: dict[str, Any]) -> None:
    policies.draft(policy_source)
    assert PolicyVersion.objects.in_force() is None


@pytest.mark.django_db
def test_a_draft_is_not_published_once_a_later_version_is(policy_source: dict[str, Any]) -> None:
    late, early = policies.draft(policy_source), policies.draft(policy_source)
    policies.publish(early, at=NOON, by="test")
    before = everything_about_policies()
    with pytest.raises(PolicyError, match="later"):
        policies.publish(late, at=NOON, by="test")
    assert everything_about_policies() == before


@pytest.mark.django_db
def test_a_published_version_and_its_rules_are_immutable_in_the_database(policy: PolicyVersion) -> None:
    attempts = [
        lambda: PolicyVersion.objects.update(time_zone="UTC"),
        lambda: ScenarioRule.objects.update(months=1),
        lambda: ScenarioRule.objects.filter(version=policy).delete(),
        lambda: PolicyVersion.objects.filter(pk=policy.pk).delete(),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert ScenarioRule.objects.filter(version=policy).count() == 6


@pytest.mark.django_db
def test_a_change_of_a_period_rewrites_no_basis_and_a_change_of_clock_does(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    reader = ContactFactory(last_activity_on=dt.date(2026, 6, 1))
    basis = hold(reader, "whitepaper", dt.date(2026, 1, 1), policy=policy)
    policy_source["rule"][2]["months"] = 6
    policies.publish_source(policy_source, at=NOON, by="test")
    basis.refresh_from_db()
    assert basis.clock_from == dt.date(2026, 6, 1)
    policy_source["rule"][2]["clock"] = "collection"
    policies.publish_source(policy_source, at=NOON, by="test")
    basis.refresh_from_db()
    assert basis.clock_from == dt.date(2026, 1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda s: s["rule"].pop(), "six scenarios"),
        (lambda s: s["rule"][0].update(months=0), "months"),
        (lambda s: s["rule"][0].update(months=True), "months"),
        (lambda s: s["rule"][0].update(clock="moon"), "clock"),
        (lambda s: s["rule"][0]["note"].pop("en"), "note"),
        (lambda s: s["rule"][0].update(colour="blue"), "colour"),
        (lambda s: s["controller"].update(time_zone="Mars/Olympus"), "time_zone"),
        (lambda s: s.pop("texts"), "texts"),
        (lambda s: s["texts"].pop("complaints"), "complaints"),
        (lambda s: s["texts"].update(jokes={"en": "…"}), "jokes"),
        (lambda s: s["controller"]["links"].pop("careers"), "careers"),
        (lambda s: s["controller"]["links"].update(cookies="javascript:alert(1)"), "cookies"),
        (lambda s: s["controller"]["authority"].update(url="imy.se"), "authority"),
        (lambda s: s["rule"][0].update(recipients={"en": "everybody", "sv": "alla"}), "recipients"),
        (lambda s: s["rule"][0]["transfers"].pop("sv"), "transfers"),
    ],
)
def test_a_source_that_is_not_whole_is_refused_in_words_and_nothing_is_written(
    policy_source: dict[str, Any], spoil: Any, told: str
) -> None:
    spoil(policy_source)
    with pytest.raises(PolicyError, match=told):
        policies.publish_source(policy_source, at=NOON, by="test")
    assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"not = [toml", b"a = 1"])
def test_a_file_that_is_no_policy_ends_the_command_with_2_and_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "policy.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("publish_policy", str(file))
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["purge"], ["forecast"], ["explain", "--all"]])
def test_without_a_published_policy_a_command_ends_with_2_and_names_publish_policy(command: list[str]) -> None:
    with pytest.raises(CommandError, match="publish_policy") as refused:
        call_command(*command)
    assert refused.value.returncode == 2


def everything_about_policies() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (PolicyVersion, ScenarioRule, AuditEvent)]


@pytest.mark.django_db
@pytest.mark.promise("P24")
def test_the_command_says_what_a_file_does_before_it_is_in_force(
    policy: PolicyVersion, policy_source: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(ContactFactory(), "prospect", dt.date(2026, 11, 1), policy=policy)
    policy_source["rule"][5]["months"] *= 2
    file = tmp_path / "policy.toml"
    file.write_text(sources.to_toml(policy_source), encoding="utf-8")
    call_command("publish_policy", str(file))
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("prospect: 0 (today 0) tonight")
    assert told[-1] == "Version 2 is published."
    assert "0 sooner, 0 later than today, 1 promised a shorter period" in told[0]
    call_command("publish_policy", str(file))
    assert capsys.readouterr().out == "Version 2 is in force already.\n"
