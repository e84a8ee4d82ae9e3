"""What rows become: the people, why they are held, and when they were last heard of."""

import datetime as dt

import pytest

from contacts.models import Activity, AuditEvent, Basis, Contact, CountryRule, Organisation, PolicyVersion
from contacts.permission import permission
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, ONE_DAY
from tests.support.import_files import AINO, Row, aino, basis, bring, event, person

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


# People


def test_the_last_value_of_a_field_wins_over_all_rows_of_a_person_however_they_spell_the_address(
    policy: PolicyVersion,
) -> None:
    rows = [
        person(first_name="Eino", city="Turku"),
        person(AINO.upper(), "event", first_name="Aino", city=""),
        person(f" {AINO}", "whitepaper", job_title="CTO"),
    ]
    bring(policy, contacts=rows)
    assert (aino().first_name, aino().city, aino().job_title) == ("Aino", "Turku", "CTO")
    bring(policy, contacts=[person(city="Oulu", job_title="")])
    assert (aino().first_name, aino().city, aino().job_title) == ("Aino", "Oulu", "CTO")


def test_an_international_domain_is_one_person_in_either_spelling(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person("aino@åmål.example"), person("AINO@xn--ml-xiab.example", "event")])
    assert Contact.objects.count() == 1


def test_values_are_kept_whole(policy: PolicyVersion) -> None:
    name = "Ä" * 10_000
    formula = '=HYPERLINK("http://fjordkraft.example","x")'
    bring(policy, contacts=[person(first_name=name, last_name=" a\0b ", job_title=formula, address="Gate 1\r\nOslo")])
    assert (aino().first_name, aino().last_name, aino().job_title) == (name, "ab", formula)
    assert aino().address == "Gate 1\r\nOslo"


def test_a_person_belongs_to_an_organisation_of_the_directory_or_of_the_database(policy: PolicyVersion) -> None:
    bring(policy, organisations=[{"name": "Fjordkraft AB"}], contacts=[person(organisation=" Fjordkraft AB ")])
    bring(policy, contacts=[person("eino@fjordkraft.example", organisation="Fjordkraft AB")])
    assert Organisation.objects.get().contacts.count() == 2


def test_the_organisation_that_somebody_leaves_is_looked_at_again(policy: PolicyVersion) -> None:
    names: list[Row] = [{"name": "Fjordkraft AB"}, {"name": "Sjöhaga AB"}]
    bring(policy, organisations=names, contacts=[person(organisation="Fjordkraft AB")])
    Organisation.objects.update(may_be_vacant=False)
    bring(policy, contacts=[person(organisation="Sjöhaga AB")])
    assert aino().organisation == Organisation.objects.get(name="Sjöhaga AB")
    assert list(Organisation.objects.filter(may_be_vacant=True).values_list("name", flat=True)) == ["Fjordkraft AB"]


def test_each_new_person_is_in_the_audit_once_and_only_by_their_id(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(), person(scenario="event"), person("eino@fjordkraft.example")])
    created = AuditEvent.objects.filter(code="contact.created").values_list("public_id", "rule", "by")
    assert sorted(created) == sorted(
        (public_id, "", "test") for (public_id,) in Contact.objects.values_list("public_id")
    )


# Bases


@pytest.mark.promise("P1")
def test_a_basis_carries_its_ground_and_source_and_says_of_no_policy_that_it_was_shown(policy: PolicyVersion) -> None:
    row = person(scenario="CUSTOMER", source="Trade fair", source_kind="Third_Party", informed_on="2026-06-24")
    bring(policy, contacts=[row])
    stored = basis("customer")
    assert stored.legal_basis == policy.rule("customer").legal_basis
    assert (stored.policy_shown, stored.collected_on) == (None, dt.date(2026, 6, 1))
    assert (stored.source, stored.source_kind) == ("Trade fair", "third_party")
    assert stored.informed_on == dt.date(2026, 6, 24)


@pytest.mark.promise("L5")
@pytest.mark.parametrize(
    ("held", "row", "told"),
    [
        ({}, {"informed_on": "2026-06-01"}, dt.date(2026, 6, 1)),
        ({}, {"informed_on": "2026-11-24"}, TODAY),
        ({}, {"informed_on": "2026-05-31"}, None),
        ({}, {"informed_on": "2026-11-25"}, None),
        ({}, {"informed_on": "9999-12-31"}, None),
        ({"collected_on": "2026-03-01"}, {"collected_on": "", "informed_on": "2026-03-01"}, dt.date(2026, 3, 1)),
        ({"collected_on": "2026-03-01"}, {"collected_on": "", "informed_on": "2026-02-28"}, None),
        ({"informed_on": "2026-06-02"}, {"informed_on": "2026-05-31"}, dt.date(2026, 6, 2)),
    ],
)
def test_nobody_was_told_before_they_were_collected_or_on_a_day_to_come(
    policy: PolicyVersion, held: dict[str, str], row: dict[str, str], told: dt.date | None
) -> None:
    if held:
        bring(policy, contacts=[person(scenario="prospect", source_kind="public", **held)])
    outcome = bring(policy, contacts=[person(scenario="prospect", source_kind="public", **row)])
    assert outcome.refused == []
    assert basis("prospect").informed_on == told


@pytest.mark.promise("L5")
def test_whoever_was_told_on_such_a_day_gets_no_marketing_before_we_tell_them(policy: PolicyVersion) -> None:
    CountryRule.objects.create(
        country="GB", channel="email", ground="legitimate_interest", valid_from=dt.date(2020, 1, 1), source="An Act"
    )
    row = person(scenario="prospect", source_kind="public", country="GB", informed_on="2027-01-01")
    bring(policy, contacts=[row])
    assert permission.of_one(aino(), day=TODAY)[Channel.EMAIL] == permission.Refusal.NOT_TOLD


def test_the_earliest_collection_and_the_last_source_win(policy: PolicyVersion) -> None:
    days = ("2026-06-01", "2026-03-01", "2026-09-01")
    bring(policy, contacts=[person(collected_on=day, source=f"of {day}") for day in days])
    assert (basis().collected_on, basis().source) == (dt.date(2026, 3, 1), "of 2026-09-01")
    bring(policy, contacts=[person(collected_on="2026-01-01"), person(collected_on="", source_kind="public")])
    assert (basis().collected_on, basis().source) == (dt.date(2026, 1, 1), "of 2026-09-01")
    assert basis().source_kind == "public"


@pytest.mark.parametrize(
    ("cells", "collected_on"),
    [
        ({}, TODAY),
        ({"informed_on": "2026-12-24"}, TODAY),
        ({"informed_on": "2026-05-01"}, dt.date(2026, 5, 1)),
        ({"informed_on": "2026-05-01", "last_activity_on": "2026-04-01"}, dt.date(2026, 4, 1)),
    ],
)
def test_a_new_basis_that_does_not_say_when_was_collected_no_later_than_what_it_says(
    policy: PolicyVersion, cells: Row, collected_on: dt.date
) -> None:
    for at in (NOON, NOON + 30 * ONE_DAY):
        bring(policy, at, contacts=[person(collected_on="") | cells])
        assert basis().collected_on == collected_on


@pytest.mark.promise("P1")
def test_a_basis_keeps_the_policy_that_a_form_showed_and_a_new_one_has_none(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()])
    Basis.objects.update(policy_shown=policy, policy_shown_on="2026-06-02")
    bring(policy, contacts=[person(source="Web"), person(scenario="event")])
    assert (basis().policy_shown, basis().policy_shown_on) == (policy, dt.date(2026, 6, 2))
    assert (basis("event").policy_shown, basis("event").policy_shown_on) == (None, None)


# Last activity


@pytest.mark.parametrize(
    ("scenario", "day"),
    [("whitepaper", True), ("webinar", True), ("event", True), ("prospect", False), ("customer", False)],
)
def test_the_collection_was_an_activity_of_those_who_came_by_themselves(
    policy: PolicyVersion, scenario: str, day: bool
) -> None:
    bring(policy, contacts=[person(scenario=scenario)])
    assert aino().last_activity_on == (dt.date(2026, 6, 1) if day else None)


def test_the_latest_activity_of_all_files_wins_and_never_goes_back(policy: PolicyVersion) -> None:
    bring(
        policy,
        contacts=[person(collected_on="2025-01-01", last_activity_on="2026-02-01")],
        events=[event()],
        registrations=[{"event": "cloud-day", "email": AINO, "registered_at": "2026-03-01"}],
        activities=[{"email": AINO, "kind": "call", "occurred_at": "2026-03-31T23:30:00Z"}],
    )
    assert aino().last_activity_on == dt.date(2026, 4, 1)
    assert basis().clock_from == dt.date(2026, 4, 1)
    bring(policy, contacts=[person(collected_on="2025-01-01", last_activity_on="2026-01-01")])
    assert aino().last_activity_on == dt.date(2026, 4, 1)


def test_an_activity_moves_the_clocks_of_somebody_whom_no_row_of_people_names(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()])
    bring(policy, activities=[{"email": AINO, "kind": "Reply", "occurred_at": "2026-09-01T10:00"}])
    assert (aino().last_activity_on, basis().clock_from) == (dt.date(2026, 9, 1), dt.date(2026, 9, 1))
    assert Activity.objects.get().kind == "reply"


@pytest.mark.promise("P9")
def test_the_clock_of_a_prospect_is_the_collection_whatever_they_do(policy: PolicyVersion) -> None:
    activity = {"email": AINO, "kind": "call", "occurred_at": "2026-09-01T10:00"}
    bring(policy, contacts=[person(scenario="prospect")], activities=[activity])
    assert basis("prospect").clock_from == dt.date(2026, 6, 1)
