"""Who goes within so many days: the condition for a list of millions against the answer for one person at a time."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Contact, PolicyVersion, Suppression
from contacts.policy import policies
from contacts.words.vocabulary import Channel, Scenario
from privacy_crm import segments
from retention.due import retention_schedule
from retention.forecasts import deletion_forecast
from tests.support.examples import examples
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    RegistrationFactory,
    agree,
    hold,
    place,
)

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
AHEAD = 60
LAST = TODAY + dt.timedelta(days=AHEAD)


def months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, 28))


def around(months: int) -> st.SearchStrategy[dt.date]:
    """Days whose period of so many months ends about LAST, and some that are far from it."""
    near = months_before(LAST, months)
    return st.integers(-4, 4).map(lambda days: near + dt.timedelta(days=days)) | st.sampled_from(
        [near - dt.timedelta(days=80), near + dt.timedelta(days=300)]
    )


UNTIL = st.sampled_from([None, *(LAST + dt.timedelta(days=days) for days in (-2, -1, 0, 1)), TODAY, dt.date.max])
PEOPLE = st.fixed_dictionaries(
    {
        "bases": st.dictionaries(st.sampled_from(Scenario.values), around(18), min_size=1, max_size=3),
        "agreement": st.sampled_from(["none", "no organisation", "open"]) | around(24),
        "holds": st.dictionaries(st.sampled_from(["freeze", "duty"]), UNTIL, max_size=2) | st.just({}),
        "objected": st.sampled_from([None, None, TODAY, LAST, LAST + dt.timedelta(days=2)]),
        "channels": st.sampled_from([2, 3]),
        "event": st.sampled_from([None, None, LAST - dt.timedelta(days=1), LAST, LAST + dt.timedelta(days=1)]),
    }
)


def held(person: dict[str, Any], policy: PolicyVersion) -> Contact:
    contact: Contact = ContactFactory.create()
    if person["agreement"] != "no organisation":
        contact.organisation = OrganisationFactory.create()
        contact.save(update_fields=["organisation"])
        if person["agreement"] != "none":
            agree(contact.organisation, None if person["agreement"] == "open" else person["agreement"])
    for scenario, collected_on in person["bases"].items():
        hold(contact, scenario, collected_on, policy=policy)
    for kind, until in person["holds"].items():
        place(contact, kind, "request" if kind == "freeze" else "bookkeeping", until)
    if person.get("event") and "event" in person["bases"]:
        ends = dt.datetime.combine(person["event"], dt.time(23), dt.UTC)
        event = EventFactory.create(starts_at=ends - dt.timedelta(hours=1), ends_at=ends)
        RegistrationFactory.create(contact=contact, event=event)
    if person.get("objected"):
        for channel in list(Channel)[3 - person["channels"] :]:
            Suppression.objects.create(
                address_hash=contact.address_hash,
                mailbox_hash=contact.mailbox_hash,
                channel=channel,
                reason="objection",
                since=person["objected"],
            )
    return contact


@pytest.mark.promise("P9")
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PEOPLE, min_size=1, max_size=6))
def test_the_filter_agrees_with_the_day_that_each_page_shows(
    people: list[dict[str, Any]], policy: PolicyVersion
) -> None:
    contacts = [held(person, policy) for person in people]
    until = retention_schedule.kept_until(policy, [contact.pk for contact in contacts], TODAY)
    expected = {key for key, day in until.items() if day is not None and day <= LAST}
    among = Contact.objects.filter(pk__in=until)
    assert (
        set(among.filter(deletion_forecast.by(LAST, policy=policy, day=TODAY)).values_list("pk", flat=True)) == expected
    )
    assert set(_segment(policy).filter(pk__in=until).values_list("pk", flat=True)) == expected


PERIODS = {"customer": 24, "partner": 12, "whitepaper": 6, "webinar": 18, "event": 6, "prospect": 12}


@pytest.mark.promise("P9")
def test_each_scenario_goes_by_its_own_period(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    for rule in policy_source["rule"]:
        rule["months"] = PERIODS[rule["scenario"]]
    policies.publish_source(policy_source, at=NOON, by="test")
    policy = PolicyVersion.objects.in_force() or policy
    own = {**PERIODS, "customer": PERIODS["prospect"], "partner": PERIODS["prospect"]}
    days = {scenario: (months_before(LAST, months), own[scenario]) for scenario, months in PERIODS.items()}
    for scenario, (ended, months) in days.items():
        for later in (-1, 0, 1, 40):
            started = months_before(LAST, months) + dt.timedelta(days=later)
            held({"bases": {scenario: started}, "agreement": "none", "holds": {}}, policy)
        if scenario in ("customer", "partner"):
            for later in (-1, 0, 1, 40):
                agreement = ended + dt.timedelta(days=later)
                held({"bases": {scenario: months_before(LAST, 30)}, "agreement": agreement, "holds": {}}, policy)
    until = retention_schedule.kept_until(policy, list(Contact.objects.values_list("pk", flat=True)), TODAY)
    expected = {key for key, day in until.items() if day is not None and day <= LAST}
    found = Contact.objects.filter(deletion_forecast.by(LAST, policy=policy, day=TODAY))
    assert set(found.values_list("pk", flat=True)) == expected
    assert 0 < len(expected) < len(until)


def _segment(policy: PolicyVersion) -> Any:
    return segments.people({"due": str(AHEAD)}, policy=policy, day=TODAY)


@pytest.mark.parametrize(("kind", "reason"), [("freeze", "request"), ("duty", "bookkeeping")])
@pytest.mark.parametrize("until", [None, *(LAST + dt.timedelta(days=days) for days in (-2, -1, 0, 1)), TODAY])
def test_the_filter_agrees_about_each_kind_of_hold(
    kind: str, reason: str, until: dt.date | None, policy: PolicyVersion
) -> None:
    contact = held({"bases": {"prospect": dt.date(2025, 6, 1)}, "agreement": "none", "holds": {kind: until}}, policy)
    goes_on = retention_schedule.kept_until(policy, [contact.pk], TODAY)[contact.pk]
    found = Contact.objects.filter(deletion_forecast.by(LAST, policy=policy, day=TODAY)).exists()
    assert found == (goes_on is not None and goes_on <= LAST)
