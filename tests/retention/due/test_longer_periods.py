"""A longer period never applies in silence: the due sets, the schedule and the filter against a plain model of L13."""

import calendar
import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.base.days import run_of
from contacts.models import Contact, PolicyVersion
from contacts.policy import policies
from contacts.words.vocabulary import Scenario
from retention.due import growing, retention_schedule
from retention.due.due_bases import RetentionDate
from retention.forecasts import deletion_forecast
from tests.support.examples import examples
from tests.support.factories import ContactFactory, OrganisationFactory, agree, hold

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L13")]

TODAY = dt.date(2026, 11, 24)
KINDS = ("customer", "whitepaper", "prospect")
NEVER = dt.date.max

# The model


def after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_by(rules: dict[str, tuple[str, int]], person: dict[str, Any], scenario: str) -> dt.date:
    clock, months = rules[scenario]
    collected = person["bases"][scenario]["collected_on"]
    if clock == "last_activity":
        return after(max(collected, person["active"] or collected), months)
    if clock == "collection":
        return after(collected, months)
    if person["agreement"] in ("none", "no organisation"):
        return after(collected, rules["prospect"][1])
    return NEVER if person["agreement"] == "open" else after(person["agreement"], months)


def promised(versions: list[tuple[dt.date, Any]], basis: dict[str, Any]) -> Any:
    """The rules shown, else those in force at collection, else the first."""
    if basis["shown"] is not None:
        return versions[basis["shown"] % len(versions)][1]
    before = [rules for day, rules in versions if day <= basis["collected_on"]]
    return before[-1] if before else versions[0][1]


def due_on(versions: list[tuple[dt.date, Any]], person: dict[str, Any], scenario: str) -> dt.date:
    basis = person["bases"][scenario]
    both = promised(versions, basis), versions[-1][1]
    return min(due_by(rules, person, scenario) for rules in both)


# The world

RULES = st.fixed_dictionaries(
    {
        "customer": st.tuples(st.sampled_from(["agreement_end"] * 3 + ["collection"]), st.sampled_from([3, 12, 24])),
        "whitepaper": st.tuples(st.sampled_from(["last_activity"] * 3 + ["collection"]), st.sampled_from([3, 11, 18])),
        "prospect": st.tuples(st.sampled_from(["collection"] * 3 + ["last_activity"]), st.sampled_from([3, 11, 18])),
    }
)
DAYS = st.dates(dt.date(2024, 8, 20), TODAY)
VERSIONS = st.lists(st.tuples(DAYS, RULES), min_size=1, max_size=4).map(
    lambda versions: sorted(versions, key=lambda version: version[0])
)
# The turn of a period is near: month ends among them.
NEAR = st.builds(
    lambda months, days: after(TODAY, -months) + dt.timedelta(days=days),
    st.sampled_from([3, 11, 12, 18, 24]),
    st.integers(-3, 3),
)
BASIS = st.fixed_dictionaries({"collected_on": NEAR | DAYS, "shown": st.none() | st.integers(0, 3)})
PERSON = st.fixed_dictionaries(
    {
        "bases": st.dictionaries(st.sampled_from(KINDS), BASIS, min_size=1, max_size=3),
        "active": st.none() | NEAR,
        "agreement": st.sampled_from(["none", "no organisation", "open"]) | NEAR,
    }
)


def publish(versions: list[tuple[dt.date, Any]], source: dict[str, Any]) -> list[PolicyVersion]:
    """Publish these versions, each on its day."""
    made = []
    for day, rules in versions:
        changed = [
            rule | dict(zip(("clock", "months"), rules.get(rule["scenario"], (rule["clock"], 18)), strict=True))
            for rule in source["rule"]
        ]
        version = policies.draft(source | {"rule": changed})
        policies.publish(version, at=dt.datetime.combine(day, dt.time(9), dt.UTC), by="test")
        made.append(version)
    return made


def held(person: dict[str, Any], versions: list[PolicyVersion]) -> Contact:
    contact: Contact = ContactFactory.create(last_activity_on=person["active"])
    if person["agreement"] != "no organisation":
        contact.organisation = OrganisationFactory.create()
        contact.save(update_fields=["organisation"])
        if person["agreement"] != "none":
            agree(contact.organisation, None if person["agreement"] == "open" else person["agreement"])
    for scenario, basis in person["bases"].items():
        shown = versions[basis["shown"] % len(versions)] if basis["shown"] is not None else None
        hold(contact, scenario, basis["collected_on"], policy=versions[-1], policy_shown=shown,
             policy_shown_on=shown and TODAY)  # fmt: skip
    return contact


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=VERSIONS, people=st.lists(PERSON, min_size=1, max_size=5), ahead=st.sampled_from([0, 0, 1, 40]))
def test_each_basis_lapses_by_the_shorter_of_the_two(
    versions: list[tuple[dt.date, Any]], people: list[dict[str, Any]], ahead: int, policy_source: dict[str, Any]
) -> None:
    with transaction.atomic():
        _check(versions, people, TODAY + dt.timedelta(days=ahead), publish(versions, policy_source))
        transaction.set_rollback(True)


def _check(
    versions: list[tuple[dt.date, Any]], people: list[dict[str, Any]], day: dt.date, made: list[PolicyVersion]
) -> None:
    contacts = [held(person, made) for person in people]
    for person in people:
        if "whitepaper" in person["bases"]:  # the collection was an activity (`hold`)
            collected = person["bases"]["whitepaper"]["collected_on"]
            person["active"] = max(person["active"] or collected, collected)
    expected = {
        (contact.pk, scenario): due_on(versions, person, scenario)
        for contact, person in zip(contacts, people, strict=True)
        for scenario in person["bases"]
    }
    due = {key for key, lapses_on in expected.items() if lapses_on <= day}
    policy = PolicyVersion.objects.get(pk=made[-1].pk)
    assert _schedule(policy) == expected
    assert _due(policy, day) == sorted(due)
    assert _due_among(policy, day) == due
    assert _growing(policy, day) == {
        (contact.pk, scenario)
        for contact, person in zip(contacts, people, strict=True)
        for scenario in person["bases"]
        if grows(versions, person, scenario, day)
    }
    found = Contact.objects.filter(deletion_forecast.by(day, policy=policy, day=TODAY))
    assert set(found.values_list("pk", flat=True)) == {pk for pk, _ in due} - {pk for pk, _ in set(expected) - due}


def _growing(policy: PolicyVersion, day: dt.date) -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(*growing.growing(policy, at=run_of(day, policy.zone)))
        found = cursor.fetchall()
    assert len(found) == len(set(found))
    return set(found)


def grows(versions: list[tuple[dt.date, Any]], person: dict[str, Any], scenario: str, day: dt.date) -> bool:
    """Whether they go earlier than by the version in force, or would once an agreement has ended that is open."""
    old, new = promised(versions, person["bases"][scenario]), versions[-1][1]
    before, after_all = (due_by(rules, person, scenario) for rules in (old, new))
    if before == after_all == NEVER:
        return bool(new[scenario][1] > old[scenario][1])
    return day < before < after_all


def _schedule(policy: PolicyVersion) -> dict[tuple[int, str], dt.date]:
    statement, values = retention_schedule.of_everyone(policy)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {(row[0], row[1]): row[5] or NEVER for row in cursor.fetchall()}


def _due(policy: PolicyVersion, day: dt.date) -> list[tuple[int, str]]:
    """Each once, or the counts of a run would be wrong."""
    with connection.cursor() as cursor:
        cursor.execute(*RetentionDate(policy, run_of(day, policy.zone)).all_due())
        return sorted(cursor.fetchall())


def _due_among(policy: PolicyVersion, day: dt.date) -> set[tuple[int, str]]:
    """As a batch decides again, with everybody's organisation locked."""
    night, found = RetentionDate(policy, run_of(day, policy.zone)), set()
    people = list(Contact.objects.values_list("pk", flat=True))
    organisations = list(Contact.objects.exclude(organisation=None).values_list("organisation", flat=True))
    for scenario in Scenario:
        with connection.cursor() as cursor:
            shared = night.stands_on_organisations(scenario)
            cursor.execute(*night.lapsed(scenario, people, organisations if shared else None))
            found |= set(cursor.fetchall())
    return found
