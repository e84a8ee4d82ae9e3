"""What the nightly run deletes, reduces and leaves, sentence by sentence as the promises have it."""

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from contacts.base.days import run_of
from contacts.events import dietary
from contacts.models import (
    Activity,
    AuditEvent,
    Basis,
    ChannelPermission,
    Contact,
    Event,
    FoodPreference,
    Organisation,
    PolicyVersion,
    Registration,
    SignUp,
)
from contacts.people import agreements, clocks
from contacts.policy import policies
from contacts.tasks import sweep_food_preferences
from contacts.words.vocabulary import ActivityKind, AgreementKind, Scenario
from retention.holds import holds
from retention.models import REASONS, HoldKind, PurgeCount, PurgeRun
from retention.nights import outcomes, purge, run_log
from retention.nights.approvals import ApprovalError
from retention.watch import scheduler, warning
from tests.support.factories import (
    AUTUMN,
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    EventFactory,
    HoldFactory,
    OrganisationFactory,
    SignUpFactory,
    agree,
    approve,
    contact_of,
    crowd,
    customer,
    do,
    everything_about,
    held_for,
    hold,
    is_held,
    place,
    register,
    rehearse,
    run,
    scenarios_of,
    stockholm,
)

pytestmark = pytest.mark.django_db

EVE = DUE - ONE_DAY
LATER = dt.date(2026, 6, 1)
FULL = {
    "first_name": "Saga",
    "last_name": "Vinterstråle",
    "job_title": "Buyer",
    "phone": "+46 70 000 00 01",
    "address": "Norrgatan 4",
    "postal_code": "111 99",
    "city": "Kiruna",
    "country": "SE",
    "language": "sv",
    "company": "Vinterstråle Bygg",
}
ACTIVE_SCENARIOS = ["whitepaper", "webinar", "event"]

p3 = pytest.mark.promise("P3")
p5 = pytest.mark.promise("P5")
p6 = pytest.mark.promise("P6")
p7 = pytest.mark.promise("P7")
p8 = pytest.mark.promise("P8")
p9 = pytest.mark.promise("P9")
BY_SCENARIO = [
    pytest.param("customer", marks=p3),
    pytest.param("partner", marks=p3),
    pytest.param("whitepaper", marks=p6),
    pytest.param("webinar", marks=p7),
    pytest.param("event", marks=p7),
    pytest.param("prospect", marks=p9),
]


def fields_of(contact: Contact) -> dict[str, Any]:
    """What is known of a person, without what is empty."""
    values = Contact.objects.values(*FULL, "email", "organisation", "last_activity_on").get(pk=contact.pk)
    return {name: value for name, value in values.items() if value not in {None, ""}}


def organisation(*ends: dt.date | None) -> Organisation:
    """An organisation with a customer agreement for each end."""
    made = OrganisationFactory.create()
    for number, ended_on in enumerate(ends):
        agree(made, ended_on, reference=f"A-{number}")
    return made


def republish(source: dict[str, Any], changes: dict[str, dict[str, Any]]) -> PolicyVersion:
    """Publish a policy whose rules differ as told."""
    rules = [rule | changes.get(rule["scenario"], {}) for rule in source["rule"]]
    return policies.publish_source(source | {"rule": rules}, at=NOON, by="test")[0]


# The table


@pytest.mark.parametrize(
    ("scenario", "clock", "months"),
    [
        pytest.param("customer", "agreement_end", 24, marks=p3),
        pytest.param("partner", "agreement_end", 24, marks=p3),
        pytest.param("whitepaper", "last_activity", 18, marks=p6),
        pytest.param("webinar", "last_activity", 18, marks=p7),
        pytest.param("event", "last_activity", 18, marks=p7),
        pytest.param("prospect", "collection", 18, marks=p9),
    ],
)
def test_the_published_policy_says_what_the_public_was_told(
    policy: PolicyVersion, scenario: str, clock: str, months: int
) -> None:
    rule = policy.rule(scenario)
    assert (rule.clock, rule.months) == (clock, months)


@pytest.mark.parametrize("scenario", BY_SCENARIO)
def test_the_run_on_the_due_day_deletes(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    outcome = run(DUE, policy)
    assert not is_held(contact)
    assert outcome.bases_lapsed == dict.fromkeys(Scenario.values, 0) | {scenario: 1}
    assert outcome.contacts_deleted == 1


@pytest.mark.parametrize("scenario", BY_SCENARIO)
def test_the_run_on_the_day_before_touches_nobody(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    before = everything_about(contact)
    outcome = run(EVE, policy)
    assert everything_about(contact) == before
    assert sum(outcome.bases_lapsed.values()) == outcome.contacts_deleted == outcome.contacts_minimised == 0


@pytest.mark.parametrize("scenario", [*ACTIVE_SCENARIOS, "prospect"])
@pytest.mark.parametrize(
    ("anchor", "due"),
    [
        (dt.date(2024, 8, 31), dt.date(2026, 2, 28)),
        (dt.date(2026, 8, 31), dt.date(2028, 2, 29)),
        (dt.date(2026, 8, 30), dt.date(2028, 2, 29)),
    ],
)
def test_a_period_that_ends_in_february_ends_on_its_last_day(
    policy: PolicyVersion, scenario: str, anchor: dt.date, due: dt.date
) -> None:
    contact = ContactFactory.create()
    hold(contact, scenario, anchor, policy=policy)
    run(due - ONE_DAY, policy)
    assert is_held(contact)
    run(due, policy)
    assert not is_held(contact)


@p3
def test_24_months_after_a_leap_day_end_on_the_28th(policy: PolicyVersion) -> None:
    contact = contact_of(organisation(dt.date(2024, 2, 29)), "customer", policy)
    run(dt.date(2026, 2, 27), policy)
    assert is_held(contact)
    run(dt.date(2026, 2, 28), policy)
    assert not is_held(contact)


@pytest.mark.parametrize("scenario", BY_SCENARIO)
def test_one_run_catches_up_missed_nights(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    run(DUE + 40 * ONE_DAY, policy)
    assert not is_held(contact)


# Last activity


@pytest.mark.parametrize("kind", ActivityKind.values)
@pytest.mark.parametrize(
    "scenario", [pytest.param(name, marks=p6 if name == "whitepaper" else p7) for name in ACTIVE_SCENARIOS]
)
def test_any_activity_keeps_all_three_activity_scenarios(policy: PolicyVersion, scenario: str, kind: str) -> None:
    contact = held_for(scenario, policy)
    do(contact, kind, stockholm(2026, 1, 15, 12), policy)
    run(dt.date(2027, 7, 14), policy)
    assert is_held(contact)
    run(dt.date(2027, 7, 15), policy)
    assert not is_held(contact)


@p9
@pytest.mark.parametrize("kind", ActivityKind.values)
def test_a_prospect_goes_18_months_after_collection_whatever_happens_later(policy: PolicyVersion, kind: str) -> None:
    contact = held_for("prospect", policy)
    do(contact, kind, stockholm(2026, 11, 22, 12), policy)
    run(DUE, policy)
    assert not is_held(contact)


@p3
def test_an_activity_keeps_no_customer_longer(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    do(contact, "meeting", stockholm(2026, 11, 22, 12), policy)
    run(DUE, policy)
    assert not is_held(contact)


@p6
def test_an_activity_of_long_ago_that_is_noted_late_brings_nothing_forward(policy: PolicyVersion) -> None:
    contact = held_for("whitepaper", policy)
    do(contact, "call", stockholm(2023, 1, 15, 12), policy)
    run(EVE, policy)
    assert is_held(contact)


@pytest.mark.parametrize(
    "scenario", [pytest.param(name, marks=p6 if name == "whitepaper" else p7) for name in ACTIVE_SCENARIOS]
)
def test_an_activity_from_before_the_collection_brings_nothing_forward(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    Contact.objects.filter(pk=contact.pk).update(last_activity_on=dt.date(2024, 1, 15))
    clocks.refresh_contacts([contact.pk])
    run(EVE, policy)
    assert is_held(contact)
    run(DUE, policy)
    assert not is_held(contact)


@p6
@p7
def test_a_sign_up_for_one_thing_keeps_what_is_held_for_another(policy: PolicyVersion) -> None:
    contact = held_for("whitepaper", policy)
    register(contact, EventFactory.create(), stockholm(2026, 2, 1, 12), policy=policy)
    run(dt.date(2027, 7, 31), policy)
    assert scenarios_of(contact) == ["event", "whitepaper"]
    run(dt.date(2027, 8, 1), policy)
    assert not is_held(contact)


@p6
@pytest.mark.parametrize("scenario", ["prospect", "customer", "partner"])
def test_being_entered_by_us_is_no_activity_of_the_person(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for("whitepaper", policy)
    hold(contact, scenario, LATER, policy=policy)
    run(DUE, policy)
    assert scenarios_of(contact) == [scenario]


# Days in the company's time zone


@p6
@pytest.mark.parametrize(
    ("occurred_at", "due"),
    [
        (dt.datetime(2025, 5, 23, 21, 59, 59, tzinfo=dt.UTC), EVE),
        (dt.datetime(2025, 5, 23, 22, 0, tzinfo=dt.UTC), DUE),
        (dt.datetime(2025, 5, 24, 21, 59, 59, tzinfo=dt.UTC), DUE),
    ],
)
def test_an_activity_counts_on_its_day_in_the_companys_time_zone(
    policy: PolicyVersion, occurred_at: dt.datetime, due: dt.date
) -> None:
    contact = ContactFactory.create()
    hold(contact, "whitepaper", dt.date(2025, 1, 1), policy=policy)
    do(contact, "download", occurred_at, policy)
    run(due - ONE_DAY, policy)
    assert is_held(contact)
    run(due, policy)
    assert not is_held(contact)


@p9
def test_a_run_decides_by_the_day_in_the_companys_time_zone(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    last_moment_of_the_eve = dt.datetime(2026, 11, 23, 22, 59, 59, tzinfo=dt.UTC)
    purge.run(policy=policy, at=last_moment_of_the_eve, by="test", approve=False, now=lambda: NOON)
    assert is_held(contact)
    midnight = dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC)
    purge.run(policy=policy, at=midnight, by="test", approve=False, now=lambda: NOON)
    assert not is_held(contact)


@p9
def test_a_company_elsewhere_has_its_own_midnight(policy_source: dict[str, Any]) -> None:
    policy_source["controller"]["time_zone"] = "Pacific/Auckland"
    policy = republish(policy_source, {})
    contact = held_for("prospect", policy)
    midnight = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
    purge.run(policy=policy, at=midnight - dt.timedelta(seconds=1), by="test", approve=False, now=lambda: NOON)
    assert is_held(contact)
    purge.run(policy=policy, at=midnight, by="test", approve=False, now=lambda: NOON)
    assert not is_held(contact)


# Agreements


@p3
def test_no_clock_runs_while_an_agreement_is_open(policy: PolicyVersion) -> None:
    contact = customer(policy)
    run(dt.date(2100, 1, 1), policy)
    assert scenarios_of(contact) == ["customer"]


@p3
@pytest.mark.parametrize("scenario", ["customer", "partner"])
def test_the_clock_starts_when_the_last_agreement_of_either_kind_has_ended(
    policy: PolicyVersion, scenario: str
) -> None:
    both = organisation(dt.date(2023, 1, 1))
    agree(both, AUTUMN, kind="partner")
    contact = contact_of(both, scenario, policy)
    run(EVE, policy)
    assert is_held(contact)
    run(DUE, policy)
    assert not is_held(contact)


@p3
@pytest.mark.parametrize("scenario", ["customer", "partner"])
@pytest.mark.parametrize("still_open", AgreementKind.values)
def test_one_open_agreement_of_either_kind_keeps_everyone(
    policy: PolicyVersion, scenario: str, still_open: str
) -> None:
    both = organisation(dt.date(2020, 1, 1))
    agree(both, None, kind=still_open)
    contact = contact_of(both, scenario, policy)
    run(DUE, policy)
    assert is_held(contact)


@p3
def test_a_reopened_agreement_stops_the_clock(policy: PolicyVersion) -> None:
    ended = OrganisationFactory.create()
    agreement = agree(ended, AUTUMN)
    contact = contact_of(ended, "customer", policy)
    agreements.reopen(agreement, at=NOON, by="test")
    run(dt.date(2100, 1, 1), policy)
    assert is_held(contact)


@p3
def test_a_reopened_agreement_that_ends_again_counts_from_its_new_end(policy: PolicyVersion) -> None:
    ended = OrganisationFactory.create()
    agreement = agree(ended, AUTUMN)
    contact = contact_of(ended, "customer", policy)
    agreements.reopen(agreement, at=NOON, by="test")
    agreements.end(agreement, LATER, at=NOON, by="test")
    run(dt.date(2028, 5, 31), policy)
    assert is_held(contact)
    run(dt.date(2028, 6, 1), policy)
    assert not is_held(contact)


@p3
def test_a_new_agreement_stops_the_clock(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    agree(contact.organisation, None, kind="partner")
    run(DUE, policy)
    assert is_held(contact)


@p3
def test_an_end_to_come_is_an_end_on_that_day(policy: PolicyVersion) -> None:
    contact = customer(policy)
    agreements.end(contact.organisation.agreements.get(), dt.date(2027, 3, 31), at=NOON, by="test")
    run(dt.date(2029, 3, 30), policy)
    assert is_held(contact)
    run(dt.date(2029, 3, 31), policy)
    assert not is_held(contact)


@p9
@pytest.mark.parametrize("scenario", ["customer", "partner"])
@pytest.mark.parametrize("with_whom", [lambda: None, organisation], ids=["no organisation", "no agreement"])
def test_without_any_agreement_the_rule_of_a_prospect_holds(
    policy: PolicyVersion, scenario: str, with_whom: Callable[[], Organisation | None]
) -> None:
    contact = contact_of(with_whom(), scenario, policy)
    do(contact, "call", stockholm(2026, 11, 20, 12), policy)
    run(EVE, policy)
    assert is_held(contact)
    outcome = run(DUE, policy)
    assert not is_held(contact)
    assert outcome.bases_lapsed[scenario] == 1


@p3
def test_an_agreement_that_is_linked_verifies_the_customer(policy: PolicyVersion) -> None:
    unverified = organisation()
    contact = contact_of(unverified, "customer", policy)
    agree(unverified, None)
    run(DUE, policy)
    assert is_held(contact)


@p3
def test_an_ended_agreement_that_is_linked_sets_the_clock_of_the_agreement(policy: PolicyVersion) -> None:
    unverified = organisation()
    contact = contact_of(unverified, "customer", policy)
    agree(unverified, dt.date(2025, 12, 1))
    run(dt.date(2027, 11, 30), policy)
    assert is_held(contact)
    run(dt.date(2027, 12, 1), policy)
    assert not is_held(contact)


@pytest.mark.parametrize("act", [agreements.reopen, partial(agreements.end, ended_on=LATER)], ids=["reopen", "end"])
def test_an_agreement_that_went_with_its_organisation_cannot_be_changed_any_more(
    policy: PolicyVersion, act: Callable[..., None]
) -> None:
    agreement = agree(OrganisationFactory.create(), AUTUMN)
    run(DUE, policy)
    with pytest.raises(agreements.AgreementError):
        act(agreement, at=NOON, by="test")
    assert not AuditEvent.objects.filter(code__in=["agreement.reopened", "agreement.ended"]).exists()


# Several scenarios


@pytest.mark.parametrize("scenario", [*ACTIVE_SCENARIOS, "prospect"])
def test_a_lapsed_basis_goes_and_the_person_stays_for_the_other(policy: PolicyVersion, scenario: str) -> None:
    contact = customer(policy, **FULL)
    hold(contact, scenario, SPRING, policy=policy)
    outcome = run(DUE, policy)
    assert scenarios_of(contact) == ["customer"]
    assert FULL.items() <= fields_of(contact).items()
    assert outcome.bases_lapsed[scenario] == 1
    assert outcome.contacts_deleted == 0


def test_what_only_the_lapsed_bases_needed_goes_and_what_others_need_stays(policy: PolicyVersion) -> None:
    contact = customer(policy)
    webinar, event = EventFactory.create(kind="webinar"), EventFactory.create()
    hold(contact, "whitepaper", SPRING, policy=policy)
    for what in (webinar, event):
        register(contact, what, stockholm(2025, 5, 24, 12), policy=policy)
    for kind in ActivityKind.values:
        do(contact, kind, stockholm(2025, 5, 24, 12), policy)
    ChannelPermission.objects.create(contact=contact, channel="post", state="objected", given_on=SPRING)
    run(DUE, policy)
    assert scenarios_of(contact) == ["customer"]
    assert not contact.registrations.exists()
    assert set(contact.activities.values_list("kind", flat=True)) == {"call", "meeting", "reply"}
    assert contact.permissions.exists()


def test_what_one_of_two_scenarios_still_needs_stays(policy_source: dict[str, Any]) -> None:
    policy = republish(policy_source, {"webinar": {"months": 30}})
    contact = held_for("whitepaper", policy)
    register(contact, EventFactory.create(kind="webinar"), stockholm(2025, 5, 24, 12), policy=policy)
    do(contact, "download", stockholm(2025, 5, 24, 12), policy)
    do(contact, "attendance", stockholm(2025, 5, 24, 12), policy)
    run(DUE, policy)
    assert scenarios_of(contact) == ["webinar"]
    assert list(contact.activities.values_list("kind", flat=True)) == ["attendance"]
    assert contact.registrations.exists()


def test_a_category_that_no_remaining_scenario_names_goes_with_the_basis(policy_source: dict[str, Any]) -> None:
    policy = republish(policy_source, {"prospect": {"categories": ["name", "email", "city"]}})
    contact = held_for("whitepaper", policy, **FULL)
    hold(contact, "prospect", LATER, policy=policy)
    run(DUE, policy)
    known = fields_of(contact)
    assert known["email"]
    assert {"first_name", "last_name", "city"} <= set(known)
    assert not {"phone", "address", "postal_code", "country", "company", "job_title"} & set(known)


def test_a_category_that_a_remaining_scenario_names_stays(policy_source: dict[str, Any]) -> None:
    policy = republish(policy_source, {"whitepaper": {"categories": ["name", "email"]}})
    contact = held_for("whitepaper", policy, **FULL)
    hold(contact, "prospect", LATER, policy=policy)
    run(DUE, policy)
    assert FULL.items() <= fields_of(contact).items()


def test_the_person_goes_with_the_last_of_several_bases(policy: PolicyVersion) -> None:
    contact = held_for("whitepaper", policy)
    hold(contact, "prospect", dt.date(2025, 7, 1), policy=policy)
    run(DUE, policy)
    assert scenarios_of(contact) == ["prospect"]
    run(dt.date(2026, 12, 31), policy)
    assert is_held(contact)
    run(dt.date(2027, 1, 1), policy)
    assert not is_held(contact)


def test_bases_that_lapse_in_one_night_take_the_person_once(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    for scenario in (*ACTIVE_SCENARIOS, "prospect"):
        hold(contact, scenario, SPRING, policy=policy)
    outcome = run(DUE, policy)
    assert not is_held(contact)
    assert outcome.bases_lapsed == dict.fromkeys(Scenario.values, 1) | {"partner": 0}
    assert outcome.contacts_deleted == 1
    assert AuditEvent.objects.filter(code="contact.deleted", public_id=contact.public_id).count() == 1


# Freezes


@pytest.mark.parametrize("reason", REASONS[HoldKind.FREEZE])
def test_a_frozen_person_is_not_touched(policy: PolicyVersion, reason: str) -> None:
    contact = held_for("whitepaper", policy, **FULL)
    hold(contact, "prospect", SPRING, policy=policy)
    register(contact, EventFactory.create(), stockholm(2025, 5, 24, 12), policy=policy)
    do(contact, "download", stockholm(2025, 5, 24, 12), policy)
    place(contact, "freeze", reason)
    before = everything_about(contact)
    outcome = run(DUE, policy)
    assert everything_about(contact) == before
    assert sum(outcome.bases_lapsed.values()) == 0
    assert outcome.contacts_held == 1


def test_the_ledger_counts_whom_a_freeze_alone_kept(policy: PolicyVersion) -> None:
    spared, in_time, owed, _goes = (held_for("whitepaper", policy) for _ in range(4))
    for contact in (spared, in_time):
        place(contact, "freeze", "request")
    hold(in_time, "prospect", EVE, policy=policy)
    place(owed, "duty", "bookkeeping")
    for _ in range(2):
        run(DUE, policy)
        assert PurgeRun.objects.latest("pk").spared == 1
    spared.holds.all().delete()
    run(DUE, policy)
    assert PurgeRun.objects.latest("pk").spared == 0


def test_a_freeze_stops_the_reduction_to_what_other_bases_need(policy: PolicyVersion) -> None:
    contact = customer(policy)
    hold(contact, "whitepaper", SPRING, policy=policy)
    place(contact, "freeze", "request")
    before = everything_about(contact)
    run(DUE, policy)
    assert everything_about(contact) == before


def test_a_freeze_stands_through_its_last_day(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "legal_claim", until=DUE + ONE_DAY)
    run(DUE + ONE_DAY, policy)
    assert is_held(contact)
    run(DUE + 2 * ONE_DAY, policy)
    assert not is_held(contact)


def test_a_freeze_that_is_ended_stands_through_that_day(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    freeze = place(contact, "freeze", "request")
    holds.end(freeze, day=DUE, at=NOON, by="test")
    run(DUE, policy)
    assert is_held(contact)
    run(DUE + ONE_DAY, policy)
    assert not is_held(contact)


def test_one_of_two_freezes_is_enough(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "request", until=EVE)
    place(contact, "freeze", "legal_claim", until=DUE)
    run(DUE, policy)
    assert is_held(contact)
    run(DUE + ONE_DAY, policy)
    assert not is_held(contact)


def test_a_freeze_that_ends_before_the_bases_lapse_changes_nothing(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy, **FULL)
    place(contact, "freeze", "request", until=LATER)
    run(LATER + ONE_DAY, policy)
    assert FULL.items() <= fields_of(contact).items()
    assert scenarios_of(contact) == ["prospect"]


def test_a_freeze_goes_before_a_duty_and_the_duty_follows(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy, **FULL)
    place(contact, "freeze", "request", until=DUE)
    place(contact, "duty", "bookkeeping")
    run(DUE, policy)
    assert FULL.items() <= fields_of(contact).items()
    run(DUE + ONE_DAY, policy)
    assert "phone" not in fields_of(contact)


def test_a_freeze_that_is_renewed_after_its_end_stands_again(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "request", until=LATER)
    run(LATER + ONE_DAY, policy)
    place(contact, "freeze", "request", until=DUE)
    run(DUE, policy)
    assert is_held(contact)
    run(DUE + ONE_DAY, policy)
    assert not is_held(contact)


# Duties


@p5
@pytest.mark.promise("L11")
@pytest.mark.parametrize("reason", REASONS[HoldKind.DUTY])
def test_a_duty_alone_leaves_name_and_organisation_and_never_the_address(policy: PolicyVersion, reason: str) -> None:
    contact = held_for("customer", policy, **FULL)
    hold(contact, "webinar", SPRING, policy=policy)
    register(contact, EventFactory.create(kind="webinar"), stockholm(2025, 5, 24, 12), policy=policy)
    do(contact, "meeting", stockholm(2025, 5, 24, 12), policy)
    ChannelPermission.objects.create(contact=contact, channel="post", state="objected", given_on=SPRING)
    place(contact, "duty", reason)
    outcome = run(DUE, policy)
    kept = {name: FULL[name] for name in ("first_name", "last_name", "company")}
    assert fields_of(contact) == kept | {"organisation": contact.organisation_id}
    assert {name: len(rows) for name, rows in everything_about(contact).items() if rows} == {"contact": 1, "Hold": 1}
    assert (outcome.contacts_deleted, outcome.contacts_minimised, outcome.contacts_held) == (0, 1, 1)


@p5
def test_a_duty_keeps_what_it_names_and_no_more(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax", keeps=("phone", "postal_address", "email"))
    run(DUE, policy)
    assert fields_of(contact) == {name: FULL[name] for name in ("phone", "address", "postal_code")}


@p5
def test_a_duty_that_names_the_address_alone_keeps_name_and_organisation(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax", keeps=("email",))
    run(DUE, policy)
    assert set(fields_of(contact)) == {"first_name", "last_name", "company", "organisation"}


@p5
def test_a_duty_that_was_written_with_the_address_among_what_it_keeps_does_not_keep_it(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy, **FULL)
    HoldFactory.create(contact=contact, kind="duty", reason="tax", keeps=["email", "name"])
    assert run(DUE, policy).status == "finished"
    assert set(fields_of(contact)) == {"first_name", "last_name"}


@p5
def test_two_duties_keep_what_either_names_until_one_ends(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax", keeps=("phone",), until=DUE + ONE_DAY)
    place(contact, "duty", "bookkeeping", keeps=("city",))
    run(DUE, policy)
    assert set(fields_of(contact)) == {"phone", "city"}
    run(DUE + ONE_DAY, policy)
    assert set(fields_of(contact)) == {"phone", "city"}
    run(DUE + 2 * ONE_DAY, policy)
    assert set(fields_of(contact)) == {"city"}


@p5
def test_a_duty_renewed_for_less_leaves_less(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax", keeps=("phone", "city"))
    run(DUE, policy)
    place(contact, "duty", "tax", keeps=("city",))
    run(DUE + ONE_DAY, policy)
    assert set(fields_of(contact)) == {"city"}


@p5
def test_a_duty_lets_bases_lapse_and_leaves_the_person_whole_while_one_stands(policy: PolicyVersion) -> None:
    contact = customer(policy, **FULL)
    hold(contact, "prospect", SPRING, policy=policy)
    place(contact, "duty", "bookkeeping")
    outcome = run(DUE, policy)
    assert scenarios_of(contact) == ["customer"]
    assert FULL.items() <= fields_of(contact).items()
    assert (outcome.contacts_minimised, outcome.contacts_held) == (0, 0)


@p5
@pytest.mark.promise("L9")
def test_a_duty_stands_through_its_last_day_and_the_run_after_deletes(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "bookkeeping", until=dt.date(2033, 12, 31))
    run(DUE, policy)
    run(dt.date(2033, 12, 31), policy)
    assert is_held(contact)
    outcome = run(dt.date(2034, 1, 1), policy)
    assert not is_held(contact)
    assert (outcome.contacts_deleted, outcome.contacts_held) == (1, 0)
    assert AuditEvent.objects.get(code="contact.deleted").rule == "hold"


@p5
def test_a_duty_that_ended_before_the_last_lapse_reduces_nobody(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax", until=EVE)
    outcome = run(DUE, policy)
    assert not is_held(contact)
    assert (outcome.contacts_deleted, outcome.contacts_minimised) == (1, 0)


@p5
def test_the_end_of_a_duty_leaves_a_person_whole_who_is_held_for_a_reason(policy: PolicyVersion) -> None:
    contact = customer(policy, **FULL)
    place(contact, "duty", "tax", until=EVE)
    run(DUE, policy)
    assert scenarios_of(contact) == ["customer"]
    assert FULL.items() <= fields_of(contact).items()


@p5
def test_a_person_is_reduced_once(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax")
    run(DUE, policy)
    before = everything_about(contact)
    outcome = run(DUE + ONE_DAY, policy)
    assert everything_about(contact) == before
    assert outcome.contacts_minimised == 0
    assert AuditEvent.objects.filter(code="contact.reduced").count() == 1


@p5
def test_a_freeze_keeps_a_reduced_person_as_they_are_when_the_duty_ends(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy, **FULL)
    place(contact, "duty", "tax", until=DUE)
    run(DUE, policy)
    place(contact, "freeze", "legal_claim")
    before = fields_of(contact)
    run(DUE + ONE_DAY, policy)
    assert fields_of(contact) == before


@p5
def test_a_reduced_person_goes_when_the_freeze_that_outlived_the_duty_ends(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    place(contact, "duty", "tax", until=DUE)
    place(contact, "freeze", "legal_claim", until=DUE + 9 * ONE_DAY)
    run(DUE + ONE_DAY, policy)
    run(DUE + 9 * ONE_DAY, policy)
    assert is_held(contact)
    run(DUE + 10 * ONE_DAY, policy)
    assert not is_held(contact)


@pytest.mark.parametrize("field", ["contacts_deleted", "contacts_minimised", "contacts_held"])
def test_a_dry_run_foresees_what_holds_do(policy: PolicyVersion, field: str) -> None:
    reduced = held_for("prospect", policy)
    place(reduced, "duty", "tax", until=DUE)
    run(DUE, policy)
    frozen, thawed, under_duty = crowd(3, "prospect", SPRING, policy=policy)
    place(frozen, "freeze", "request")
    place(thawed, "freeze", "request", until=DUE)
    place(under_duty, "duty", "tax")
    foreseen = rehearse(DUE + ONE_DAY, policy)
    done = run(DUE + ONE_DAY, policy)
    assert getattr(foreseen, field) == getattr(done, field) > 0
    assert list(map(is_held, (reduced, thawed, frozen, under_duty))) == [False, False, True, True]


# Dietary needs


def diner(policy: PolicyVersion, **event: Any) -> Registration:
    """A guest of an event, who wrote what they eat; the event is on 24 May 2027 from 9 to 17 in Stockholm."""
    fields: dict[str, Any] = {
        "starts_at": stockholm(2027, 5, 24, 9),
        "ends_at": stockholm(2027, 5, 24, 17),
        "time_zone": "Europe/Stockholm",
    }
    guest = ContactFactory.create()
    return register(guest, EventFactory.create(**fields | event), NOON, policy=policy, food="No nuts")


@p8
def test_food_preferences_go_at_the_end_of_the_event_and_not_before(policy: PolicyVersion) -> None:
    diner(policy)
    assert dietary.sweep(stockholm(2027, 5, 24, 16, 59)) == 0
    assert FoodPreference.objects.count() == 1
    assert dietary.sweep(stockholm(2027, 5, 24, 17)) == 1
    assert not FoodPreference.objects.exists()


@p8
def test_the_registration_outlives_its_food_preference(policy: PolicyVersion) -> None:
    registration = diner(policy)
    dietary.sweep(stockholm(2027, 5, 24, 17))
    assert Registration.objects.filter(pk=registration.pk).exists()


@p8
@pytest.mark.parametrize(("new_end", "left"), [((2027, 6, 1, 17), 1), ((2027, 5, 24, 12), 0)])
def test_a_moved_event_counts_with_its_new_end(policy: PolicyVersion, new_end: tuple[int, ...], left: int) -> None:
    registration = diner(policy)
    Event.objects.filter(pk=registration.event_id).update(ends_at=stockholm(*new_end))
    dietary.sweep(stockholm(2027, 5, 24, 16, 59) if left == 0 else stockholm(2027, 5, 31, 12))
    assert FoodPreference.objects.count() == left


@p8
@pytest.mark.parametrize(
    ("zone", "over"),
    [
        ("Europe/Stockholm", dt.datetime(2027, 5, 24, 22, 0, tzinfo=dt.UTC)),
        ("America/Los_Angeles", dt.datetime(2027, 5, 24, 7, 0, tzinfo=dt.UTC)),
        ("Asia/Tokyo", dt.datetime(2027, 5, 24, 15, 0, tzinfo=dt.UTC)),
    ],
)
def test_without_an_end_the_event_is_over_at_the_end_of_its_last_day_where_it_is(
    policy: PolicyVersion, zone: str, over: dt.datetime
) -> None:
    diner(policy, starts_at=dt.datetime(2027, 5, 24, 4, 0, tzinfo=dt.UTC), ends_at=None, time_zone=zone)
    assert dietary.sweep(over - dt.timedelta(seconds=1)) == 0
    assert dietary.sweep(over) == 1


@p8
def test_the_day_on_which_summer_time_begins_ends_an_hour_earlier(policy: PolicyVersion) -> None:
    diner(policy, starts_at=stockholm(2027, 3, 28, 1), ends_at=None)
    assert dietary.sweep(dt.datetime(2027, 3, 28, 21, 59, 59, tzinfo=dt.UTC)) == 0
    assert dietary.sweep(dt.datetime(2027, 3, 28, 22, 0, tzinfo=dt.UTC)) == 1


@p8
def test_food_preferences_of_a_cancelled_event_go_at_once(policy: PolicyVersion) -> None:
    diner(policy, cancelled_at=NOON)
    assert dietary.sweep(NOON) == 1


@p8
def test_food_preferences_of_a_cancelled_registration_go_at_once(policy: PolicyVersion) -> None:
    registration = diner(policy)
    Registration.objects.filter(pk=registration.pk).update(cancelled_at=NOON)
    assert dietary.sweep(NOON) == 1


@p8
def test_nobody_is_asked_for_food_preferences_at_a_webinar(policy: PolicyVersion) -> None:
    diner(policy, kind="webinar")
    assert dietary.sweep(NOON) == 1


@p8
@pytest.mark.parametrize("change", [{}, {"cancelled_at": NOON}, {"kind": "webinar"}])
def test_food_preferences_of_who_never_proved_their_address_go_as_those_of_guests(
    policy: PolicyVersion, change: dict[str, Any]
) -> None:
    event = EventFactory.create(**{"ends_at": stockholm(2027, 5, 24, 17), **change})
    wish = SignUpFactory.create(kind="event", scenario="event", event=event, policy_version=policy)
    FoodPreference.objects.create(sign_up=wish, preference="No nuts", consented_at=NOON)
    before_the_end, end = stockholm(2027, 5, 24, 16, 59), stockholm(2027, 5, 24, 17)
    assert dietary.sweep(before_the_end) == (1 if change else 0)
    dietary.sweep(end)
    assert not FoodPreference.objects.exists()
    assert SignUp.objects.filter(pk=wish.pk).exists()


@p8
@pytest.mark.parametrize(("kind", "reason"), [("freeze", "legal_claim"), ("duty", "bookkeeping")])
def test_no_hold_stops_the_deletion_of_food_preferences(policy: PolicyVersion, kind: str, reason: str) -> None:
    place(diner(policy).contact, kind, reason)
    assert dietary.sweep(stockholm(2027, 5, 24, 17)) == 1


@p8
def test_the_nightly_run_sweeps_food_preferences_of_the_frozen_too(policy: PolicyVersion) -> None:
    place(diner(policy).contact, "freeze", "request")
    day = dt.date(2027, 5, 25)
    assert rehearse(day, policy).food_preferences_deleted == 1
    assert run(day, policy).food_preferences_deleted == 1
    assert not FoodPreference.objects.exists()


@p8
def test_a_dry_run_sweeps_nothing(policy: PolicyVersion) -> None:
    diner(policy)
    rehearse(dt.date(2027, 5, 25), policy)
    assert FoodPreference.objects.count() == 1


@p8
def test_the_task_of_every_few_minutes_sweeps(policy: PolicyVersion) -> None:
    diner(policy, starts_at=stockholm(2025, 5, 24, 9), ends_at=stockholm(2025, 5, 24, 17))
    sweep_food_preferences()
    assert not FoodPreference.objects.exists()


@p8
def test_the_table_of_food_preferences_names_nobody() -> None:
    names = [field.name for field in FoodPreference._meta.fields]
    assert names == ["id", "registration", "sign_up", "preference", "consented_at"]


# The cap


@pytest.fixture
def low_cap(settings: Any) -> None:
    """More than a tenth, and more than two."""
    settings.PURGE_CAP_NUMBER = 2


@pytest.mark.parametrize(
    ("due", "others", "status"),
    [(100, 0, "finished"), (101, 0, "needs_approval"), (101, 908, "needs_approval"), (101, 909, "finished")],
)
def test_a_run_of_more_than_100_people_and_more_than_a_tenth_asks_first(
    policy: PolicyVersion, due: int, others: int, status: str
) -> None:
    crowd(due, "prospect", SPRING, policy=policy)
    crowd(others, "prospect", LATER, policy=policy)
    assert rehearse(DUE, policy).status == status
    assert run(DUE, policy).status == status
    assert Contact.objects.count() == others + (due if status == "needs_approval" else 0)


@pytest.mark.usefixtures("low_cap")
def test_a_run_that_asks_first_has_touched_nobody(policy: PolicyVersion) -> None:
    people = [held_for("whitepaper", policy) for _ in range(3)]
    hold(people[0], "prospect", LATER, policy=policy)
    more = held_for("prospect", policy)
    before = [everything_about(contact) | {"PurgeCandidate": []} for contact in (*people, more)]
    outcome = run(DUE, policy)
    assert [everything_about(contact) | {"PurgeCandidate": []} for contact in (*people, more)] == before
    assert sum(outcome.bases_lapsed.values()) == outcome.contacts_deleted == 0
    waiting = PurgeRun.objects.get()
    assert (waiting.status, waiting.to_delete, waiting.to_minimise) == ("needs_approval", 3, 0)


@pytest.mark.usefixtures("low_cap")
def test_the_cap_counts_the_reduced_too(policy: PolicyVersion) -> None:
    for contact in crowd(3, "prospect", SPRING, policy=policy)[:2]:
        place(contact, "duty", "tax")
    assert run(DUE, policy).status == "needs_approval"
    waiting = PurgeRun.objects.get()
    assert (waiting.to_delete, waiting.to_minimise) == (1, 2)


@pytest.mark.usefixtures("low_cap")
def test_the_cap_counts_people_and_not_bases(policy: PolicyVersion) -> None:
    for contact in crowd(2, "prospect", SPRING, policy=policy):
        hold(contact, "whitepaper", SPRING, policy=policy)
    assert run(DUE, policy).status == "finished"


@pytest.mark.usefixtures("low_cap")
def test_a_basis_that_lapses_while_the_person_stays_does_not_count_for_the_cap(policy: PolicyVersion) -> None:
    for contact in crowd(3, "prospect", SPRING, policy=policy):
        hold(contact, "whitepaper", LATER, policy=policy)
    assert run(DUE, policy).status == "finished"
    assert Basis.objects.filter(scenario="prospect").count() == 0


@pytest.mark.usefixtures("low_cap")
def test_a_basis_that_lapses_beside_those_who_wait_waits_too_and_goes_with_the_approval(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    stays = customer(policy)
    hold(stays, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    assert scenarios_of(stays) == ["customer", "prospect"]
    approve(waiting, at=NOON, by="user:1")
    purge.resume(waiting, at=NOON, now=lambda: NOON)
    assert scenarios_of(stays) == ["customer"]


@pytest.mark.usefixtures("low_cap")
def test_a_dry_run_never_stops_at_the_cap_and_says_that_the_run_would(policy: PolicyVersion) -> None:
    crowd(4, "prospect", SPRING, policy=policy)
    outcome = rehearse(DUE, policy)
    assert outcome.status == "needs_approval"
    assert (outcome.bases_lapsed["prospect"], outcome.contacts_deleted) == (4, 4)
    assert Contact.objects.count() == 4
    assert not PurgeRun.objects.exists()


@pytest.mark.usefixtures("low_cap")
def test_an_approved_run_goes_beyond_the_cap(policy: PolicyVersion) -> None:
    crowd(4, "prospect", SPRING, policy=policy)
    foreseen = rehearse(DUE, policy)
    outcome = run(DUE, policy, approve=True)
    assert outcome.status == "finished"
    assert (outcome.bases_lapsed, outcome.contacts_deleted) == (foreseen.bases_lapsed, foreseen.contacts_deleted)
    assert not Contact.objects.exists()
    assert AuditEvent.objects.filter(code="purge.approved", by="test").count() == 1


def waiting_run(policy: PolicyVersion) -> PurgeRun:
    run(DUE, policy)
    return PurgeRun.objects.get(status="needs_approval")


@pytest.mark.usefixtures("low_cap")
def test_an_approval_covers_that_runs_people_and_nobody_else(policy: PolicyVersion) -> None:
    covered = crowd(3, "prospect", SPRING, policy=policy)
    due_tomorrow = crowd(1, "prospect", SPRING + ONE_DAY, policy=policy)
    waiting = waiting_run(policy)
    came_in_since = crowd(1, "prospect", SPRING, policy=policy)
    next_night = run_of(DUE + ONE_DAY, policy.zone)
    assert approve(waiting, at=next_night, by="user:1")
    assert purge.resume(waiting, at=next_night, now=lambda: next_night)
    assert not any(map(is_held, covered))
    assert all(map(is_held, due_tomorrow + came_in_since))
    outcome = outcomes.outcome(waiting)
    assert (outcome.status, outcome.contacts_deleted, outcome.bases_lapsed["prospect"]) == ("finished", 3, 3)


@pytest.mark.usefixtures("low_cap")
def test_who_was_active_since_is_spared_by_an_approved_run(policy: PolicyVersion) -> None:
    people = crowd(3, "whitepaper", SPRING, policy=policy)
    waiting = waiting_run(policy)
    do(people[0], "call", stockholm(2026, 11, 24, 9), policy)
    approve(waiting, at=NOON, by="user:1")
    purge.resume(waiting, at=NOON, now=lambda: NOON)
    assert [is_held(contact) for contact in people] == [True, False, False]


@pytest.mark.usefixtures("low_cap")
def test_an_approved_run_is_carried_out_by_the_next_tick_once(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    assert approve(waiting, at=NOON, by="user:1")
    assert Contact.objects.count() == 3
    for _ in range(2):
        scheduler.tick(at=NOON, now=lambda: NOON)
    assert not Contact.objects.exists()
    assert outcomes.outcome(waiting).contacts_deleted == 3
    assert PurgeRun.objects.count() == 1


@pytest.mark.usefixtures("low_cap")
def test_an_approved_run_that_was_broken_off_is_completed_by_the_next_tick(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    approve(waiting, at=NOON, by="user:1")
    assert run_log.resume(waiting, policy)  # and then the process died
    scheduler.tick(at=NOON, now=lambda: NOON)
    scheduler.tick(at=NOON, now=lambda: NOON)
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("low_cap")
def test_a_run_is_approved_once(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    assert approve(waiting, at=NOON, by="user:1")
    with pytest.raises(ApprovalError):
        approve(waiting, at=NOON, by="user:2")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approved_by) == ("approved", "user:1")
    assert AuditEvent.objects.filter(code="purge.approved").count() == 1


@pytest.mark.usefixtures("low_cap")
def test_a_run_that_nobody_approved_is_not_carried_out(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    assert not purge.resume(waiting, at=NOON, now=lambda: NOON)
    assert Contact.objects.count() == 3


@pytest.mark.usefixtures("low_cap")
def test_a_waiting_run_that_a_later_one_replaced_can_no_longer_be_approved(policy: PolicyVersion) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    waiting = waiting_run(policy)
    run(DUE + ONE_DAY, policy)
    with pytest.raises(ApprovalError):
        approve(waiting, at=NOON, by="user:1")
    assert Contact.objects.count() == 3
    assert sorted(PurgeRun.objects.values_list("status", flat=True)) == ["needs_approval", "superseded"]


@p8
@pytest.mark.usefixtures("low_cap")
def test_the_cap_does_not_delay_food_preferences(policy: PolicyVersion) -> None:
    diner(policy, starts_at=stockholm(2026, 11, 20, 9), ends_at=stockholm(2026, 11, 20, 17))
    crowd(3, "prospect", SPRING, policy=policy)
    outcome = run(DUE, policy)
    assert (outcome.status, outcome.food_preferences_deleted) == ("needs_approval", 1)
    assert not FoodPreference.objects.exists()


@p5
@pytest.mark.usefixtures("low_cap")
def test_the_cap_does_not_delay_the_end_of_a_hold(policy: PolicyVersion) -> None:
    reduced, thawed = held_for("prospect", policy), held_for("whitepaper", policy)
    place(reduced, "duty", "tax", until=DUE)
    place(thawed, "freeze", "request", until=DUE)
    run(DUE, policy)
    waiting = crowd(3, "prospect", SPRING, policy=policy)
    outcome = run(DUE + ONE_DAY, policy)
    assert (outcome.status, outcome.contacts_deleted) == ("needs_approval", 2)
    assert not is_held(reduced)
    assert not is_held(thawed)
    assert all(map(is_held, waiting))


@pytest.mark.usefixtures("low_cap")
def test_people_whose_hold_ended_do_not_make_a_run_ask(policy: PolicyVersion) -> None:
    for contact in crowd(4, "prospect", SPRING, policy=policy):
        place(contact, "freeze", "request", until=EVE)
    assert rehearse(DUE, policy).status == "finished"
    assert run(DUE, policy).status == "finished"
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("low_cap")
def test_a_hold_that_a_run_has_dealt_with_takes_nobody_past_the_cap_later(policy: PolicyVersion) -> None:
    people = crowd(3, "prospect", SPRING, policy=policy)
    for contact in people:
        place(contact, "freeze", "request", until=LATER)
    run(LATER + ONE_DAY, policy)
    assert run(DUE, policy).status == "needs_approval"
    assert all(map(is_held, people))


# The command


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int | str | None, Any]:
    # A rehearsal: whatever day it is, the day of the run is not one to come.
    with override_settings(DEBUG=True), pytest.raises(SystemExit) as ended:
        call_command("purge", "--json", *arguments)
    return ended.value.code, json.loads(capsys.readouterr().out)


def test_the_command_answers_with_one_object(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    held_for("prospect", policy)
    code, answer = command(capsys, "--at", "2026-11-24")
    assert code == 0
    assert dt.datetime.fromisoformat(answer.pop("at")) == stockholm(2026, 11, 24, 2, 30)
    assert answer == {
        "run": PurgeRun.objects.get().pk,
        "dry_run": False,
        "status": "finished",
        "bases_lapsed": dict.fromkeys(Scenario.values, 0) | {"prospect": 1},
        "contacts_deleted": 1,
        "contacts_minimised": 0,
        "contacts_held": 0,
        "food_preferences_deleted": 0,
        "skipped": 0,
    }


def test_a_dry_run_answers_with_the_same_object_and_writes_nothing(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    contact = held_for("prospect", policy)
    before = everything_about(contact)
    code, answer = command(capsys, "--at", "2026-11-24", "--dry-run")
    assert code == 0
    assert set(answer) == {
        "run", "at", "dry_run", "status", "bases_lapsed", "contacts_deleted", "contacts_minimised", "contacts_held",
        "food_preferences_deleted", "skipped",
    }  # fmt: skip
    assert (answer["run"], answer["dry_run"], answer["contacts_deleted"]) == (None, True, 1)
    assert everything_about(contact) == before
    assert not PurgeRun.objects.exists()


@pytest.mark.usefixtures("low_cap")
@pytest.mark.parametrize(
    ("option", "code"), [((), 3), (("--dry-run",), 3), (("--dry-run", "--approve"), 0), (("--approve",), 0)]
)
def test_the_exit_code_says_whether_the_run_waits(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str], option: tuple[str, ...], code: int
) -> None:
    crowd(3, "prospect", SPRING, policy=policy)
    ended, answer = command(capsys, "--at", "2026-11-24", *option)
    assert ended == code
    assert answer["status"] == ("finished" if code == 0 else "needs_approval")


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("arguments", [["--at", "soon"], ["--at", "2026-02-30"], ["--at", ""]])
def test_wrong_use_of_the_purge_exits_with_2_and_deletes_nothing(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    contact = held_for("prospect", policy)
    with pytest.raises(CommandError) as refused:
        call_command("purge", "--json", *arguments)
    assert (refused.value.returncode, capsys.readouterr().out) == (2, "")
    assert len(str(refused.value).splitlines()) == 1
    assert is_held(contact)
    assert not PurgeRun.objects.exists()


# One failing rule


TRIP = """
    CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no: %', (SELECT email FROM contacts_contact LIMIT 1); END $$;
    CREATE TRIGGER trip BEFORE DELETE ON contacts_basis FOR EACH ROW WHEN (OLD.scenario = 'webinar')
        EXECUTE FUNCTION trip()"""


@pytest.fixture
def broken_webinars(policy: PolicyVersion) -> list[Contact]:
    """A database in which no webinar basis can be deleted, and a person due under each activity scenario."""
    people = [held_for(scenario, policy) for scenario in ACTIVE_SCENARIOS]
    with connection.cursor() as cursor:
        cursor.execute(TRIP)
    return people


def test_a_rule_that_fails_does_not_stop_the_others(policy: PolicyVersion, broken_webinars: list[Contact]) -> None:
    outcome = run(DUE, policy)
    assert [is_held(contact) for contact in broken_webinars] == [False, True, False]
    assert (outcome.status, outcome.contacts_deleted) == ("failed", 2)
    assert outcome.bases_lapsed == dict.fromkeys(Scenario.values, 0) | {"whitepaper": 1, "event": 1}


def test_a_rule_that_fails_is_named_in_the_ledger_without_a_value(
    policy: PolicyVersion, broken_webinars: list[Contact]
) -> None:
    run(DUE, policy)
    failures = dict(PurgeCount.objects.exclude(failure="").values_list("rule", "failure"))
    assert list(failures) == ["webinar"]
    assert "@" not in failures["webinar"]


@pytest.mark.usefixtures("broken_webinars")
def test_a_failed_run_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = command(capsys, "--at", "2026-11-24")
    assert (code, answer["status"]) == (1, "failed")


def test_the_next_run_does_what_the_failed_one_could_not(policy: PolicyVersion, broken_webinars: list[Contact]) -> None:
    run(DUE, policy)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER trip ON contacts_basis")
    assert run(DUE + ONE_DAY, policy).status == "finished"
    assert not any(map(is_held, broken_webinars))


def test_a_tick_does_what_the_failed_run_could_not_within_the_hour(
    policy: PolicyVersion, broken_webinars: list[Contact]
) -> None:
    night = run_of(DUE, policy.zone)
    for minutes in (0, 10, 50):
        _tick(night + dt.timedelta(minutes=minutes))
    assert [each.status for each in PurgeRun.objects.order_by("pk")] == ["failed"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER trip ON contacts_basis")
    _tick(night + dt.timedelta(minutes=60))
    assert [each.status for each in PurgeRun.objects.order_by("pk")] == ["failed", "finished"]
    assert not any(map(is_held, broken_webinars))


@pytest.mark.usefixtures("broken_webinars")
def test_officers_hear_once_a_night_of_a_rule_that_fails_each_hour(policy: PolicyVersion) -> None:
    officer = User.objects.create_user("officer", email="officer@nordvik.example")
    officer.groups.add(Group.objects.get(name="privacy officer"))
    told = []
    for hours in (0, 1, 2, 24, 25):
        at = run_of(DUE, policy.zone) + dt.timedelta(hours=hours)
        _tick(at)
        told.append(warning.warn(policy=policy, at=at))
    assert PurgeRun.objects.filter(status="failed").count() == 5
    assert told == [1, 0, 0, 1, 0]


def _tick(at: dt.datetime) -> None:
    scheduler.tick(at=at, now=lambda: at)


def test_a_basis_that_a_failing_rule_left_keeps_the_person_when_the_others_go(
    policy: PolicyVersion, broken_webinars: list[Contact]
) -> None:
    contact = broken_webinars[1]
    hold(contact, "prospect", SPRING, policy=policy)
    run(DUE, policy)
    assert scenarios_of(contact) == ["webinar"]


# Ledger, audit and the admin's own log


def test_the_ledger_counts_by_rule(policy: PolicyVersion) -> None:
    reduced, both, _customer = held_for("prospect", policy), held_for("webinar", policy), held_for("customer", policy)
    place(reduced, "duty", "tax")
    hold(both, "prospect", LATER, policy=policy)
    outcome = run(DUE, policy)
    counted = PurgeCount.objects.filter(run=outcome.run, bases_lapsed__gt=0)
    assert list(counted.values_list("rule", "bases_lapsed", "contacts_deleted", "contacts_minimised")) == [
        ("customer", 1, 1, 0),
        ("webinar", 1, 0, 0),
        ("prospect", 1, 0, 1),
    ]


def test_the_ledger_has_a_row_for_a_run_that_found_nothing(policy: PolicyVersion) -> None:
    at = run_of(DUE, policy.zone)
    outcome = run(DUE, policy)
    row = PurgeRun.objects.get()
    assert (row.pk, row.at, row.status, row.policy_version) == (outcome.run, at, "finished", policy)
    assert row.started_at == row.finished_at == at


@pytest.mark.parametrize("scenario", BY_SCENARIO)
def test_each_deletion_is_one_audit_event_with_the_public_id_and_the_rule(policy: PolicyVersion, scenario: str) -> None:
    contact = held_for(scenario, policy)
    outcome = run(DUE, policy)
    event = AuditEvent.objects.get(code="contact.deleted")
    assert (event.public_id, event.rule, event.by) == (contact.public_id, scenario, f"purge:{outcome.run}")
    assert event.at == run_of(DUE, policy.zone)


@pytest.mark.promise("L11")
def test_audit_and_ledger_hold_no_value(policy: PolicyVersion) -> None:
    gone, kept, reduced = (held_for("prospect", policy, **FULL) for _ in range(3))
    hold(kept, "whitepaper", LATER, policy=policy)
    place(reduced, "duty", "tax")
    run(DUE, policy)
    rows = [*AuditEvent.objects.values(), *PurgeRun.objects.values(), *PurgeCount.objects.values()]
    told = " ".join(str(value) for row in rows for value in row.values())
    assert str(gone.public_id) in told
    values = [FULL[name] for name in set(FULL) - {"language", "country"}]
    assert [value for value in [*values, "@", "Lindqvist"] if value in told] == []


def logged(contact: Contact, user: User) -> LogEntry:
    return LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Contact),
        object_id=str(contact.pk),
        object_repr=contact.email or "",
        action_flag=CHANGE,
    )


@pytest.mark.promise("L11")
@pytest.mark.parametrize("under_duty", [False, True])
def test_what_the_admin_logged_about_a_person_goes_with_them(
    policy: PolicyVersion, admin_user: User, *, under_duty: bool
) -> None:
    gone, stays = held_for("prospect", policy), customer(policy)
    if under_duty:
        place(gone, "duty", "tax")
    logged(gone, admin_user)
    kept = logged(stays, admin_user)
    elsewhere = LogEntry.objects.create(
        user=admin_user,
        content_type=ContentType.objects.get_for_model(Organisation),
        object_id=str(gone.pk),
        action_flag=CHANGE,
    )
    run(DUE, policy)
    assert set(LogEntry.objects.all()) == {kept, elsewhere}


# Organisations


def test_an_organisation_with_contacts_cannot_be_deleted(policy: PolicyVersion) -> None:
    contact = customer(policy)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=contact.organisation_id).delete()
    assert contact.organisation.agreements.exists()
    assert Contact.objects.get(pk=contact.pk).organisation == contact.organisation


@p3
def test_an_organisation_without_contacts_goes_24_months_after_its_last_agreement(policy: PolicyVersion) -> None:
    left = organisation(dt.date(2023, 1, 1), AUTUMN)
    run(EVE, policy)
    assert Organisation.objects.filter(pk=left.pk).exists()
    outcome = run(DUE, policy)
    assert not Organisation.objects.filter(pk=left.pk).exists()
    assert PurgeCount.objects.get(run=outcome.run, rule="organisation").others_deleted == 1


def test_an_organisation_without_contacts_or_agreements_goes_18_months_after_entry(policy: PolicyVersion) -> None:
    left = OrganisationFactory.create(entered_on=SPRING)
    run(EVE, policy)
    assert Organisation.objects.filter(pk=left.pk).exists()
    run(DUE, policy)
    assert not Organisation.objects.filter(pk=left.pk).exists()


@p3
@pytest.mark.parametrize("longer", ["customer", "partner"])
def test_an_organisation_without_contacts_stays_for_the_longer_of_unequal_periods(
    policy_source: dict[str, Any], longer: str
) -> None:
    policy = republish(policy_source, {longer: {"months": 30}})
    left = organisation(dt.date(2023, 1, 1), AUTUMN)
    run(DUE, policy)
    run(dt.date(2027, 5, 23), policy)
    assert Organisation.objects.filter(pk=left.pk).exists()
    run(dt.date(2027, 5, 24), policy)
    assert not Organisation.objects.filter(pk=left.pk).exists()


def test_an_organisation_with_an_open_agreement_stays_without_contacts(policy: PolicyVersion) -> None:
    empty = organisation(None)
    run(DUE, policy)
    assert Organisation.objects.filter(pk=empty.pk).exists()


@p3
def test_an_organisation_goes_in_the_night_in_which_its_last_contact_goes(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    run(DUE, policy)
    assert not Organisation.objects.filter(pk=contact.organisation_id).exists()


def test_an_organisation_that_was_looked_at_in_vain_goes_once_its_last_contact_has_gone(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    hold(contact, "prospect", LATER, policy=policy)
    run(DUE, policy)
    assert Organisation.objects.filter(pk=contact.organisation_id).exists()
    run(dt.date(2027, 12, 1), policy)
    assert not Organisation.objects.filter(pk=contact.organisation_id).exists()


@p5
def test_an_organisation_stays_as_long_as_a_duty_keeps_it(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    place(contact, "duty", "bookkeeping", until=dt.date(2033, 12, 31))
    run(dt.date(2033, 12, 31), policy)
    assert Organisation.objects.filter(pk=contact.organisation_id).exists()
    run(dt.date(2034, 1, 1), policy)
    assert not Organisation.objects.filter(pk=contact.organisation_id).exists()


@p5
def test_an_organisation_that_no_duty_names_goes_when_its_people_are_reduced(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    place(contact, "duty", "bookkeeping", keeps=("name",))
    run(DUE, policy)
    assert is_held(contact)
    assert not Organisation.objects.filter(pk=contact.organisation_id).exists()


@p5
def test_an_organisation_that_a_renewed_duty_no_longer_names_goes(policy: PolicyVersion) -> None:
    contact = held_for("customer", policy)
    place(contact, "duty", "bookkeeping")
    run(DUE, policy)
    assert Organisation.objects.filter(pk=contact.organisation_id).exists()
    place(contact, "duty", "bookkeeping", keeps=("name",))
    run(DUE + ONE_DAY, policy)
    assert not Organisation.objects.filter(pk=contact.organisation_id).exists()


# The policy as published


@pytest.mark.promise("P24")
@pytest.mark.parametrize("scenario", Scenario.values)
def test_the_periods_come_from_the_published_policy(policy_source: dict[str, Any], scenario: str) -> None:
    changed = {scenario: {"months": 3}, "prospect": {"months": 3}}
    policy = republish(policy_source, changed)
    contact = ContactFactory.create(organisation=organisation(SPRING))
    hold(contact, scenario, SPRING, policy=policy)
    run(dt.date(2025, 8, 23), policy)
    assert is_held(contact)
    run(dt.date(2025, 8, 24), policy)
    assert not is_held(contact)


@pytest.mark.promise("P24")
def test_a_new_policy_changes_the_period_of_those_who_are_held_already(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    contact = ContactFactory.create()
    hold(contact, "prospect", dt.date(2026, 6, 1), policy=policy)
    shorter = republish(policy_source, {"prospect": {"months": 12}})
    run(dt.date(2027, 5, 31), shorter)
    assert is_held(contact)
    run(dt.date(2027, 6, 1), shorter)
    assert not is_held(contact)


@pytest.mark.promise("P24")
def test_a_new_policy_changes_the_clock_of_those_who_are_held_already(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    contact = ContactFactory.create()
    hold(contact, "prospect", dt.date(2026, 6, 1), policy=policy)
    do(contact, "call", stockholm(2026, 6, 15, 12), policy)
    changed = republish(policy_source, {"prospect": {"clock": "last_activity", "months": 12}})
    run(dt.date(2027, 6, 14), changed)
    assert is_held(contact)
    run(dt.date(2027, 6, 15), changed)
    assert not is_held(contact)


@pytest.mark.promise("L13")
@pytest.mark.parametrize("change", [{"months": 20}, {"clock": "last_activity"}])
def test_a_longer_period_keeps_nobody_who_was_promised_the_shorter_one(
    change: dict[str, Any], policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    contact, told = held_for("prospect", policy), held_for("prospect", policy)
    for each in (contact, told):
        do(each, "call", stockholm(2026, 1, 15, 12), policy)
    longer = republish(policy_source, {"prospect": change})
    told.bases.update(policy_shown=longer, policy_shown_on=DUE)
    run(DUE - ONE_DAY, longer)
    assert is_held(contact)
    run(DUE, longer)
    assert [is_held(contact), is_held(told)] == [False, True]


@pytest.mark.promise("P24")
@pytest.mark.parametrize("scenario", Scenario.values)
def test_an_agreement_that_ends_starts_the_clock_of_every_scenario_that_the_policy_says(
    policy_source: dict[str, Any], scenario: str
) -> None:
    policy = republish(policy_source, {scenario: {"clock": "agreement_end", "months": 24}})
    unverified = organisation()
    contact = contact_of(unverified, scenario, policy)
    agree(unverified, AUTUMN + 30 * ONE_DAY)
    run(DUE + 29 * ONE_DAY, policy)
    assert is_held(contact)
    run(DUE + 30 * ONE_DAY, policy)
    assert not is_held(contact)


@pytest.mark.promise("P24")
def test_the_purge_without_a_published_policy_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="publish_policy") as refused:
        call_command("purge")
    assert refused.value.returncode == 2
    assert not PurgeRun.objects.exists()


@pytest.mark.promise("P6")
def test_nobody_is_left_without_a_basis_or_a_hold(policy: PolicyVersion) -> None:
    for scenario in Scenario.values:
        held_for(scenario, policy)
        place(held_for(scenario, policy), "duty", "tax")
        place(held_for(scenario, policy), "freeze", "request")
    run(DUE, policy)
    assert not Contact.objects.filter(bases=None, holds=None).exists()
    assert Contact.objects.count() == 2 * len(Scenario.values)
    assert Activity.objects.count() == 0
