"""What a draft of the policy would do to those who are held: by the night's own SQL, with nobody touched (P24)."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from contacts.models import Basis, PolicyVersion
from contacts.policy import policies
from retention.forecasts import forecast, policy_effects
from retention.models import PolicyEffect
from tests.support.factories import NOON, ContactFactory, HoldFactory, customer, hold

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]

NIGHT = dt.date(2026, 11, 25)


def drafted(source: dict[str, Any], scenario: str, **terms: Any) -> PolicyVersion:
    next(rule for rule in source["rule"] if rule["scenario"] == scenario).update(terms)
    return policies.draft(source)


def held(scenario: str, collected_on: dt.date, policy: PolicyVersion, **fields: Any) -> Any:
    person = ContactFactory.create(**fields)
    hold(person, scenario, collected_on, policy=policy)
    return person


@pytest.fixture
def halved(policy: PolicyVersion, policy_source: dict[str, Any]) -> PolicyVersion:
    """Prospects are kept half as long."""
    months = policy.rule("prospect").months
    return drafted(policy_source, "prospect", months=months // 2)


def test_who_would_go_tonight_soon_and_within_a_year_is_counted_beside_today(
    policy: PolicyVersion, halved: PolicyVersion
) -> None:
    half = halved.rule("prospect").months
    for days in (0, 1, 30, 200):
        day = NIGHT + dt.timedelta(days=days)
        held("prospect", day.replace(day=min(day.day, 28)) - dt.timedelta(days=half * 31), policy)
    figures = policy_effects.count(policy, halved, at=NOON)
    for name, version in (("now", policy), ("then", halved)):
        days = list(forecast.days(policy=version, first=NIGHT, number=366))
        told = [sum(day.bases["prospect"] for day in days[: number + 1]) for number in (0, 30, 365)]
        assert figures["prospect"][name] == told
        assert figures[policy_effects.PEOPLE][name][2] == sum(day.contacts for day in days)
    assert figures["prospect"]["then"][0] > figures["prospect"]["now"][0]
    assert figures["prospect"]["sooner"] == figures[policy_effects.PEOPLE]["sooner"] == 4
    assert figures["prospect"]["later"] == 0


def test_a_longer_period_is_told_of_those_whose_period_would_grow(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    held("event", dt.date(2026, 5, 1), policy)
    held("webinar", dt.date(2026, 5, 1), policy)
    longer = drafted(policy_source, "event", months=policy.rule("event").months * 2)
    figures = policy_effects.count(policy, longer, at=NOON)
    assert (figures["event"]["grows"], figures["webinar"]["grows"], figures[""]["grows"]) == (1, 0, 1)
    assert (figures["event"]["later"], figures[""]["later"]) == (0, 0)  # until they are told of it


def test_another_clock_is_counted_as_if_it_ran_and_no_basis_is_written(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    months = policy.rule("whitepaper").months
    collected = dt.date(NIGHT.year - months // 12 - 1, 1, 15)
    reader = held("whitepaper", collected, policy, last_activity_on=dt.date(2026, 11, 1))
    before = list(Basis.objects.values())
    other = drafted(policy_source, "whitepaper", clock="collection")
    figures = policy_effects.count(policy, other, at=NOON)
    assert (figures["whitepaper"]["now"][0], figures["whitepaper"]["then"][0]) == (0, 1)
    assert figures["whitepaper"]["sooner"] == 1
    assert list(Basis.objects.values()) == before
    policies.publish(other, at=NOON, by="test")
    days = list(forecast.days(policy=other, first=NIGHT, number=1))
    assert days[0].bases["whitepaper"] == 1, reader


def test_who_is_frozen_or_has_an_open_agreement_goes_no_sooner(policy: PolicyVersion, halved: PolicyVersion) -> None:
    frozen = held("prospect", dt.date(2020, 1, 1), policy)
    HoldFactory.create(contact=frozen, kind="freeze", until=None)
    customer(policy)
    figures = policy_effects.count(policy, halved, at=NOON)
    assert figures["customer"] | figures[""] == {
        "now": [0, 0, 0],
        "then": [0, 0, 0],
        "sooner": 0,
        "later": 0,
        "grows": 0,
        "told": 0,
        "waits": {},
    }


def test_some_are_named_whom_the_draft_alone_would_hit_tonight(policy: PolicyVersion, halved: PolicyVersion) -> None:
    held("prospect", dt.date(2010, 1, 1), policy)  # goes tonight in any case
    half = halved.rule("prospect").months
    hit = held("prospect", NIGHT - dt.timedelta(days=half * 31), policy)
    held("prospect", dt.date(2026, 11, 1), policy)
    assert list(policy_effects.hit(policy, halved, 20, at=NOON)) == [(hit.pk, "prospect")]


def test_what_was_counted_is_kept_for_the_draft_as_it_reads(policy: PolicyVersion, halved: PolicyVersion) -> None:
    policy_effects.keep(halved.pk, at=NOON)
    policy_effects.keep(halved.pk, at=NOON)
    assert PolicyEffect.objects.get().night == NIGHT
    assert policy_effects.current(halved, NIGHT) is not None
    assert policy_effects.current(halved, NIGHT + dt.timedelta(days=1)) is None
    PolicyVersion.objects.filter(pk=halved.pk).update(digest="other")
    halved.refresh_from_db()
    assert policy_effects.current(halved, NIGHT) is None


def test_a_published_version_is_not_counted(policy: PolicyVersion) -> None:
    policy_effects.keep(policy.pk, at=NOON)
    assert not PolicyEffect.objects.exists()


def test_a_file_is_tried_and_nothing_of_it_stays(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    held("prospect", dt.date(2026, 5, 1), policy)
    policy_source["rule"][5]["months"] = 1
    assert policy_effects.rehearse(policy_source, at=NOON)["prospect"]["then"][0] == 1
    assert PolicyVersion.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'")
        assert cursor.fetchone() == (0,)


def test_very_many_may_take_longer_than_anybody_waits_for_a_page(policy: PolicyVersion, halved: PolicyVersion) -> None:
    lasts = set()

    def note(execute: Any, query: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        with context["connection"].connection.cursor() as beside:
            beside.execute("SHOW statement_timeout")
            if "policy_lapse" in str(query):
                lasts.add(beside.fetchone()[0])
        return execute(query, params, many, context)

    with connection.execute_wrapper(note):
        policy_effects.keep(halved.pk, at=NOON)
    assert lasts == {"1h"}
