"""Each purpose that rests on legitimate interest has a current assessment, or no version is published (L19)."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.test import Client

from contacts.models import ConsentRecord, PolicyVersion
from contacts.permission import objections
from contacts.policy import assessments, drafting, publishing, sources
from contacts.policy.assessments import AssessmentError, Purpose
from contacts.policy.source_checks import PolicyError
from contacts.words.vocabulary import Channel, Processing
from tests.support.assessing import DECIDED, SUMMARY, assessed, impact
from tests.support.factories import NOON, ContactFactory, hold

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L19")]

DAY = dt.date(2026, 11, 24)


def test_contacts_of_organisations_rest_on_it_as_well(policy: PolicyVersion) -> None:
    scenarios = {each.scenario for each in assessments.of_policy(policy)}
    assert scenarios == {"customer", "partner", "whitepaper", "webinar", "event", "prospect"}


def test_a_purpose_is_missing_until_it_is_assessed_and_again_after_its_review(policy: PolicyVersion) -> None:
    first, *others = assessments.of_policy(policy)
    assessed(policy, others)
    assert assessments.missing(policy, DAY) == [first]
    assessed(policy, [first], review_on=DAY)
    assert assessments.missing(policy, DAY) == []
    assert assessments.missing(policy, DAY + dt.timedelta(days=1)) == [first]
    assessed(policy, [first])
    assert assessments.missing(policy, DAY + dt.timedelta(days=1)) == []


def test_a_purpose_in_other_words_is_another_one(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    assessed(policy)
    begun = drafting.start(at=NOON, by="user:1")
    draft = drafting.revise(begun, _with_purpose("Sell your details"), seen=begun.digest, at=NOON, by="user:1")
    assert assessments.missing(draft, DAY) == [Purpose("customer", "Sell your details")]


@pytest.mark.promise("L13")
def test_a_purpose_that_is_said_to_be_the_same_in_other_words_is_covered(policy: PolicyVersion) -> None:
    made, begun = assessed(policy), drafting.start(at=NOON, by="user:1")
    first = policy.rule("customer").purposes["en"][0]

    def change(source: drafting.Source) -> drafting.Source:
        source["rule"][0]["purposes"]["en"][0] = "Help you"
        return source | {"rule": [source["rule"][0] | {"rewords": {"Help you": [first]}}, *source["rule"][1:]]}

    draft = drafting.revise(begun, change, seen=begun.digest, at=NOON, by="user:1")
    assert assessments.missing(draft, DAY) == []
    assert assessments.latest(draft)["customer"] == [made]
    newer = assessed(policy, [Purpose("customer", first)], title="Anew")
    assert newer in assessments.latest(draft)["customer"]


def _with_purpose(text: str) -> Any:
    def change(source: drafting.Source) -> drafting.Source:
        source["rule"][0]["purposes"]["en"].append(text)
        return source

    return change


def publish(draft: PolicyVersion, *, at: dt.datetime = NOON) -> bool:
    plan = {"holds_from": at.date(), "summary": {"en": "New.", "sv": "Nytt."}, "seen": draft.digest}
    return publishing.propose(draft, **plan, at=at, by="user:1")


def test_without_a_current_one_the_browser_does_not_publish(policy: PolicyVersion) -> None:
    draft = drafting.start(at=NOON, by="user:1")
    with pytest.raises(PolicyError, match="No current assessment covers: customer: Answer your support"):
        publish(draft)
    draft.refresh_from_db()
    assert draft.proposed_at is None
    assessed(policy)
    assert publish(draft)


def test_it_has_to_be_current_when_the_second_person_approves(policy: PolicyVersion) -> None:
    assessed(policy, review_on=DAY)
    draft = drafting.start(at=NOON, by="user:1")
    past = {"proposed_at": NOON, "proposed_by": "user:1", "holds_from": DAY}
    PolicyVersion.objects.filter(pk=draft.pk).update(**past)
    with pytest.raises(PolicyError, match="No current assessment"):
        publishing.approve(draft, seen=draft.digest, at=NOON + dt.timedelta(days=1), by="user:2")


def test_the_command_publishes_and_warns(
    policy: PolicyVersion, policy_source: dict[str, Any], tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assessed(policy)
    policy_source["rule"][0]["purposes"]["en"].append("Sell your details")
    file = tmp_path / "policy.toml"
    file.write_text(sources.to_toml(policy_source), encoding="utf-8")
    call_command("publish_policy", str(file))
    told = capsys.readouterr().out
    assert "No current assessment of legitimate interest: customer: Sell your details\n" in told
    assert told.count("No current assessment") == 1


def test_its_summary_is_on_the_public_page_in_both_languages(policy: PolicyVersion, client: Client) -> None:
    assert SUMMARY["en"] not in client.get("/privacy/?lang=en").content.decode()
    assessed(policy, [Purpose("customer", assessments.of_policy(policy)[0].text)])
    for language, text in SUMMARY.items():
        assert client.get(f"/privacy/?lang={language}").content.decode().count(text) == 1


def test_objections_since_are_counted_from_the_records(policy: PolicyVersion) -> None:
    for scenario, on in (("prospect", DAY), ("prospect", DECIDED - dt.timedelta(days=1)), ("customer", DAY)):
        person = ContactFactory.create()
        hold(person, scenario, dt.date(2026, 5, 1), policy=policy)
        said: Any = {"public_id": person.public_id, "reason": "told us", "by": "user:7", "at": NOON}
        objections.record(person.address_hash, channels=list(Channel), day=on, **said)
    made = assessed(policy, [each for each in assessments.of_policy(policy) if each.scenario == "prospect"])
    assert ConsentRecord.objects.filter(Q(state="refused")).count() == 9
    assert assessments.objections_since(made) == 1


def test_what_is_reviewed_at_once_is_refused(policy: PolicyVersion) -> None:
    with pytest.raises(AssessmentError, match="after the day of the decision"):
        assessed(policy, review_on=DECIDED)
    with pytest.raises(AssessmentError, match="after the day of the decision"):
        impact(review_on=DECIDED)


def test_each_processing_has_an_assessment_or_the_reason_why_none(policy: PolicyVersion) -> None:
    assert assessments.without_impact() == list(Processing)
    impact("customer", text="First.")
    later = impact("customer", text="Second.", needed=True)
    impact("mail")
    assert set(assessments.without_impact()) == set(Processing) - {Processing.CUSTOMER, Processing.MAIL}
    assert {each.processing: each.pk for each in assessments.impacts()}["customer"] == later.pk


def test_what_comes_up_for_review_is_found_once_it_is_the_latest(policy: PolicyVersion) -> None:
    old = assessed(policy, review_on=DAY)
    assert assessments.to_review(policy, DAY) == [old]
    assessed(policy)
    assert assessments.to_review(policy, DAY) == []
