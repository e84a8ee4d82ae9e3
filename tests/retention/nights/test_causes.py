"""Why the people of a waiting run are due: each counted once, in all as many as it would delete and reduce."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db.models import Sum

from contacts.base.days import run_of
from contacts.models import Contact, PolicyVersion
from contacts.policy import policies
from retention.due.months import latest_due_anchor
from retention.models import PurgeRun
from retention.nights import causes
from retention.watch import scheduler
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    ContactFactory,
    OrganisationFactory,
    agree,
    approve,
    contact_of,
    crowd,
    hold,
    is_held,
    place,
    run,
    scenarios_of,
)
from tests.support.objecting import noted

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9"), pytest.mark.usefixtures("low_cap")]

NIGHT = DUE + ONE_DAY


@pytest.fixture
def low_cap(settings: Any) -> None:
    settings.PURGE_CAP_NUMBER, settings.PURGE_CAP_SHARE = 0, 0.0


@pytest.fixture
def known(policy: PolicyVersion) -> PolicyVersion:
    """A policy under which a night has finished."""
    run(DUE, policy)
    return policy


def waiting(policy: PolicyVersion, day: dt.date = NIGHT) -> PurgeRun:
    at = run_of(day, policy.zone)
    scheduler.tick(at=at, now=lambda: at)
    return PurgeRun.objects.get(status="needs_approval")


def counted(waits: PurgeRun) -> dict[tuple[str, str], int]:
    told = {(each.part, each.cause): each.to_delete + each.to_minimise for each in waits.causes.all()}
    sums = waits.causes.aggregate(to_delete=Sum("to_delete"), to_minimise=Sum("to_minimise"))
    assert sums == {"to_delete": waits.to_delete, "to_minimise": waits.to_minimise}
    named = Counter(waits.candidates.exclude(cause="").values_list("part", "cause"))
    assert told == named
    return told


def of_a_firm(policy: PolicyVersion, ended_on: dt.date | None = None) -> Contact:
    firm = OrganisationFactory.create()
    agree(firm, ended_on)
    return contact_of(firm, "customer", policy)


def test_who_is_due_on_the_day_and_who_was_before(known: PolicyVersion) -> None:
    crowd(2, "prospect", latest_due_anchor(NIGHT, 18), policy=known)
    crowd(3, "webinar", latest_due_anchor(DUE, 18), policy=known)
    assert counted(waiting(known)) == {("prospect", "period"): 2, ("webinar", "catch_up"): 3}


def test_an_agreement_whose_end_came_on_record_late(known: PolicyVersion) -> None:
    of_a_firm(known, latest_due_anchor(NIGHT, 24))
    of_a_firm(known, latest_due_anchor(DUE, 24))
    thawed = of_a_firm(known, latest_due_anchor(DUE - 9 * ONE_DAY, 24))
    place(thawed, "freeze", "request", until=DUE - ONE_DAY)
    thawed.holds.update(closed_on=DUE)
    told = counted(waiting(known))
    assert told == {("customer", "period"): 1, ("customer", "agreement"): 1, ("customer", "catch_up"): 1}


def test_an_objection_to_all_marketing(known: PolicyVersion) -> None:
    for contact in crowd(2, "webinar", DUE, policy=known):
        noted(contact, DUE)
    assert counted(waiting(known)) == {("webinar", "objection"): 2}


@pytest.mark.promise("P5")
def test_the_reduced_count_as_well(known: PolicyVersion) -> None:
    for contact in crowd(2, "prospect", DUE - 700 * ONE_DAY, policy=known):
        place(contact, "duty", "tax")
    waits = waiting(known)
    assert counted(waits) == {("prospect", "catch_up"): 2}
    assert (waits.to_delete, waits.to_minimise) == (0, 2)


def test_a_person_with_two_reasons_is_one_person_with_the_less_ordinary_cause(known: PolicyVersion) -> None:
    contact = of_a_firm(known, latest_due_anchor(DUE, 24))
    hold(contact, "prospect", latest_due_anchor(NIGHT, 18), policy=known)
    assert counted(waiting(known)) == {("customer", "agreement"): 1}


def test_who_only_loses_a_reason_has_no_cause_and_goes_on_the_list_all_the_same(known: PolicyVersion) -> None:
    stays, _leaves = crowd(2, "prospect", DUE - 700 * ONE_DAY, policy=known)
    hold(stays, "webinar", DUE, policy=known)
    waits = waiting(known)
    assert counted(waits) == {("prospect", "catch_up"): 1}
    assert waits.candidates.get(contact=stays).cause == ""


def republished(source: dict[str, Any], **changes: dict[str, Any]) -> PolicyVersion:
    rules = [rule | changes.get(rule["scenario"], {}) for rule in source["rule"]]
    version, _ = policies.publish_source(source | {"rule": rules}, at=NOON, by="test")
    return version


@pytest.mark.promise("P24")
def test_a_changed_policy_is_the_cause_of_those_alone_who_would_have_stayed(
    known: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    crowd(2, "prospect", DUE - 400 * ONE_DAY, policy=known)
    crowd(1, "prospect", latest_due_anchor(NIGHT, 18), policy=known)
    crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=known)
    republished(policy_source, prospect={"months": 12})
    told = counted(waiting(known))
    assert told == {("prospect", "policy"): 2, ("prospect", "period"): 1, ("prospect", "catch_up"): 1}


@pytest.mark.promise("P24")
def test_another_clock_is_a_changed_policy_too(known: PolicyVersion, policy_source: dict[str, Any]) -> None:
    contact = ContactFactory.create(last_activity_on=DUE)
    hold(contact, "webinar", DUE - 700 * ONE_DAY, policy=known)
    republished(policy_source, webinar={"clock": "collection"})
    assert counted(waiting(known)) == {("webinar", "policy"): 1}


@pytest.mark.promise("P24")
def test_the_ledger_names_the_policy_that_was_applied(known: PolicyVersion, policy_source: dict[str, Any]) -> None:
    """Not the one under which the run had asked."""
    going = crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=known)[0]
    waits = waiting(known)
    assert waits.policy_version == known
    republished(policy_source, event={"months": 17})
    applied = republished(policy_source, event={"months": 16})
    approve(waits)
    scheduler.tick(at=NOON + ONE_DAY, now=lambda: NOON + ONE_DAY)
    waits.refresh_from_db()
    assert (waits.status, is_held(going)) == ("finished", False)
    assert str(waits.policy_version) == str(applied) == "Policy 3"


@pytest.mark.promise("P24")
def test_an_approval_lets_nobody_go_who_was_only_to_lose_a_reason(
    known: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    """Also where a policy that was published since would end the other reason, too."""
    going, staying, losing = crowd(3, "prospect", DUE - 700 * ONE_DAY, policy=known)
    hold(staying, "webinar", DUE - 400 * ONE_DAY, policy=known)
    hold(losing, "webinar", DUE, policy=known)
    waits = waiting(known)
    assert waits.to_delete == 1
    republished(policy_source, webinar={"months": 6})
    approve(waits)
    scheduler.tick(at=NOON + ONE_DAY, now=lambda: NOON + ONE_DAY)
    assert [is_held(each) for each in (going, staying, losing)] == [False, True, True]
    assert (scenarios_of(staying), scenarios_of(losing)) == (["prospect", "webinar"], ["webinar"])


# Examples


def test_examples_are_of_every_kind_and_no_more_than_there_is_room_for(known: PolicyVersion) -> None:
    crowd(30, "prospect", latest_due_anchor(NIGHT, 18), policy=known)
    crowd(2, "webinar", latest_due_anchor(DUE, 18), policy=known)
    found = causes.examples(waiting(known), Contact.objects.all(), 20)
    assert Counter((each.part, each.cause, each.over_on) for each in found) == {
        ("prospect", "period", NIGHT): 18,
        ("webinar", "catch_up", DUE): 2,
    }


def test_examples_are_among_those_who_may_be_seen(known: PolicyVersion) -> None:
    seen, _other = crowd(2, "prospect", DUE - 700 * ONE_DAY, policy=known)
    (found,) = causes.examples(waiting(known), Contact.objects.filter(pk=seen.pk), 20)
    assert found.public_id == seen.public_id
