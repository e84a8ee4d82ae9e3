"""A version is published for a day to come: announced at once, in force from that day on, and never before (P24)."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion, ScenarioRule
from contacts.policy import drafting, policies, publishing
from contacts.policy.source_checks import PolicyError
from contacts.tasks import bring_policy_into_force
from retention.watch import scheduler
from tests.support.assessing import assessed
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.factoring import member

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]

DAY = dt.date(2026, 12, 1)
EVE = dt.datetime(2026, 11, 30, 22, 59, tzinfo=dt.UTC)  # 23:59 in Stockholm
MIDNIGHT = dt.datetime(2026, 11, 30, 23, 0, tzinfo=dt.UTC)
SUMMARY = {"en": "Prospects are kept for six months.", "sv": "Presumtiva kunder sparas i sex månader."}
OFFICER = "user:1"


@pytest.fixture
def draft(policy: PolicyVersion) -> PolicyVersion:
    def change(source: drafting.Source) -> drafting.Source:
        source["rule"][5]["months"] = 6
        source["rule"][2]["clock"] = "collection"
        return source

    assessed(policy)
    begun = drafting.start(at=NOON, by=OFFICER)
    return drafting.revise(begun, change, seen=begun.digest, at=NOON, by=OFFICER)


@pytest.fixture
def announced(draft: PolicyVersion) -> PolicyVersion:
    assert propose(draft)
    draft.refresh_from_db()
    return draft


def propose(version: PolicyVersion, **told: Any) -> bool:
    plan = {"holds_from": DAY, "summary": SUMMARY, "seen": version.digest, "at": NOON, "by": OFFICER}
    return publishing.propose(version, **{**plan, **told})


def months() -> int:
    policy = PolicyVersion.objects.in_force()
    assert policy is not None
    assert policy == policies.current()
    return policy.rule("prospect").months


def two_officers() -> list[str]:
    return [f"user:{member('privacy officer').pk}" for _number in range(2)]


def test_it_holds_from_its_day_on_and_not_a_minute_before(policy: PolicyVersion, announced: PolicyVersion) -> None:
    before = policy.rule("prospect").months
    assert publishing.come_into_force(at=EVE, by="policy") is None
    assert months() == before != 6
    assert publishing.come_into_force(at=MIDNIGHT, by="policy") == announced
    announced.refresh_from_db()
    assert (months(), announced.published_at) == (6, MIDNIGHT)
    assert publishing.come_into_force(at=MIDNIGHT, by="policy") is None
    codes = AuditEvent.objects.filter(code__startswith="policy.").order_by("pk").values_list("code", flat=True)
    assert list(codes)[-3:] == ["policy.proposed", "policy.announced", "policy.published"]


def test_a_tick_puts_it_in_force(draft: PolicyVersion) -> None:
    past = {"proposed_at": NOON, "proposed_by": OFFICER, "announced_at": NOON, "holds_from": dt.date(2026, 1, 1)}
    PolicyVersion.objects.filter(pk=draft.pk).update(**past)
    bring_policy_into_force()
    assert months() == 6


def test_the_night_looks_for_itself(announced: PolicyVersion) -> None:
    at = dt.datetime(2026, 12, 1, 1, 31, tzinfo=dt.UTC)
    scheduler.tick(at=at, now=lambda: at)
    announced.refresh_from_db()
    assert announced.published_at == at


def test_clocks_that_it_changes_are_set_on_its_day(policy: PolicyVersion, announced: PolicyVersion) -> None:
    reader = ContactFactory.create(last_activity_on=dt.date(2026, 6, 1))
    basis = hold(reader, "whitepaper", dt.date(2026, 1, 1), policy=policy)
    assert basis.clock_from == dt.date(2026, 6, 1)
    publishing.come_into_force(at=MIDNIGHT, by="policy")
    basis.refresh_from_db()
    assert basis.clock_from == dt.date(2026, 1, 1)


def test_for_today_it_is_in_force_at_once(draft: PolicyVersion) -> None:
    propose(draft, holds_from=NOON.date())
    assert months() == 6


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"holds_from": NOON.date() - dt.timedelta(days=1)}, "day to come"),
        ({"summary": {"en": "Shorter."}}, "each language"),
        ({"seen": "other"}, "changed since"),
    ],
)
def test_what_is_not_whole_is_not_proposed(draft: PolicyVersion, told: dict[str, Any], why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        propose(draft, **told)
    draft.refresh_from_db()
    assert draft.proposed_at is None


def test_where_two_may_publish_a_second_has_to_approve(draft: PolicyVersion) -> None:
    first, second = two_officers()
    assert not propose(draft, by=first)
    with pytest.raises(PolicyError, match="second person"):
        publishing.approve(draft, seen=draft.digest, at=NOON, by=first)
    assert publishing.come_into_force(at=MIDNIGHT, by="policy") is None
    publishing.approve(draft, seen=draft.digest, at=NOON, by=second)
    draft.refresh_from_db()
    assert (draft.announced_at, draft.published_at) == (NOON, None)
    with pytest.raises(PolicyError, match="does not wait"):
        publishing.approve(draft, seen=draft.digest, at=NOON, by=second)


def test_what_is_approved_after_its_day_holds_at_once(draft: PolicyVersion) -> None:
    first, second = two_officers()
    propose(draft, by=first)
    publishing.approve(draft, seen=draft.digest, at=MIDNIGHT + dt.timedelta(days=2), by=second)
    assert months() == 6


def test_an_announced_version_never_changes_in_the_database(announced: PolicyVersion) -> None:
    theirs = PolicyVersion.objects.filter(pk=announced.pk)
    attempts = [
        lambda: theirs.update(texts={}),
        lambda: theirs.update(holds_from=DAY + dt.timedelta(days=1)),
        lambda: theirs.update(summary={}),
        lambda: ScenarioRule.objects.filter(version=announced).update(months=1),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_taken_back_it_is_a_draft_again(announced: PolicyVersion) -> None:
    publishing.take_back(announced, at=NOON, by=OFFICER)
    assert PolicyVersion.objects.announced() is None
    assert publishing.come_into_force(at=MIDNIGHT, by="policy") is None
    announced.refresh_from_db()
    drafting.revise(announced, lambda source: source, seen=announced.digest, at=NOON, by=OFFICER)
    publishing.propose(announced, holds_from=NOON.date(), summary=SUMMARY, seen=announced.digest, at=NOON, by=OFFICER)
    with pytest.raises(PolicyError, match="does not wait"):
        publishing.take_back(announced, at=NOON, by=OFFICER)


def test_no_file_is_published_past_an_announced_one(announced: PolicyVersion, policy_source: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="1 December 2026"):
        policies.publish_source(policy_source, at=NOON, by="test")


def read(client: Client, path: str) -> str:
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_public_page_says_that_it_comes_and_what_it_changes(announced: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/")
    assert "Version 1, published on" in shown
    assert "A new version applies from 1 December 2026." in shown
    assert SUMMARY["en"] in shown
    coming = read(client, "/privacy/2/")
    assert "It is not in force yet: it applies from 1 December 2026." in coming
    assert '<meta name="robots" content="noindex">' in coming
    assert "applies from 1 December 2026" in read(client, "/privacy/1/2/")
    assert SUMMARY["sv"] in read(client, "/privacy/?lang=sv")


def test_once_in_force_its_summary_stays_beside_its_number(announced: PolicyVersion, client: Client) -> None:
    publishing.come_into_force(at=MIDNIGHT, by="policy")
    shown = read(client, "/privacy/")
    assert "A new version" not in shown
    assert SUMMARY["en"] in shown


def test_what_is_only_proposed_is_not_public(draft: PolicyVersion, client: Client) -> None:
    propose(draft, by=two_officers()[0])
    assert client.get("/privacy/2/").status_code == 404
    assert "A new version" not in read(client, "/privacy/")
