"""`manage.py explain`: why a person is held and until when. Its JSON is a contract that other programs read."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, PolicyVersion
from tests.support.factories import (
    AUTUMN,
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    agree,
    contact_of,
    crowd,
    customer,
    do,
    everything_about,
    held_for,
    hold,
    is_held,
    place,
    run,
    stockholm,
)

pytestmark = pytest.mark.django_db

AT = "2026-06-01"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def explained(capsys: pytest.CaptureFixture[str]) -> Any:
    def explain(who: str, *, at: str = AT) -> Any:
        call_command("explain", who, "--json", "--at", at)
        return json.loads(capsys.readouterr().out)

    return explain


def test_the_answer_is_one_object_with_everything_that_keeps_the_person(policy: PolicyVersion, explained: Any) -> None:
    contact = held_for("whitepaper", policy)
    place(contact, "duty", "bookkeeping", until=dt.date(2033, 12, 31))
    assert explained(contact.email) == {
        "email": contact.email,
        "public_id": str(contact.public_id),
        "keep_until": "2034-01-01",
        "bases": [
            {
                "scenario": "whitepaper",
                "legal_basis": "legitimate_interest",
                "clock": "last_activity",
                "anchor": "2025-05-24",
                "lapses_on": "2026-11-24",
                "policy_shown": None,
                "policy_shown_on": None,
                "policy_then": 1,
                "promised": 1,
                "by_promise": False,
                "waiting": [],
            }
        ],
        "holds": [{"kind": "duty", "reason": "bookkeeping", "until": "2033-12-31"}],
    }


@pytest.mark.promise("P3")
@pytest.mark.parametrize("scenario", ["customer", "partner"])
def test_an_open_agreement_has_neither_anchor_nor_end(policy: PolicyVersion, explained: Any, scenario: str) -> None:
    contact = contact_of(customer(policy).organisation, scenario, policy)
    answer = explained(contact.email)
    assert answer["keep_until"] is None
    assert answer["bases"] == [
        {
            "scenario": scenario,
            "legal_basis": "contract_and_legitimate_interest",
            "clock": "agreement_end",
            "anchor": None,
            "lapses_on": None,
            "policy_shown": None,
            "policy_shown_on": None,
            "policy_then": 1,
            "promised": 1,
            "by_promise": False,
            "waiting": [],
        }
    ]


@pytest.mark.promise("P3")
@pytest.mark.parametrize(
    ("end", "lapses_on"), [(AUTUMN, "2026-11-24"), (dt.date(2027, 3, 31), "2029-03-31")], ids=["past", "to come"]
)
def test_an_end_of_the_last_agreement_is_the_anchor(
    policy: PolicyVersion, explained: Any, end: dt.date, lapses_on: str
) -> None:
    organisation = OrganisationFactory.create()
    agree(organisation, dt.date(2021, 1, 1), "partner")
    agree(organisation, end)
    answer = explained(contact_of(organisation, "customer", policy).email)
    assert (answer["bases"][0]["anchor"], answer["bases"][0]["lapses_on"]) == (end.isoformat(), lapses_on)
    assert answer["keep_until"] == lapses_on


@pytest.mark.promise("P9")
@pytest.mark.parametrize("scenario", ["customer", "partner"])
@pytest.mark.parametrize("known", [True, False], ids=["no agreement", "no organisation"])
def test_the_clock_of_an_unverified_customer_is_the_collection(
    policy: PolicyVersion, explained: Any, scenario: str, *, known: bool
) -> None:
    contact = contact_of(OrganisationFactory.create() if known else None, scenario, policy)
    (basis,) = explained(contact.email)["bases"]
    assert (basis["clock"], basis["anchor"], basis["lapses_on"]) == ("collection", "2025-05-24", "2026-11-24")


@pytest.mark.promise("P9")
def test_the_clock_of_a_prospect_is_the_collection_whatever_happens_later(
    policy: PolicyVersion, explained: Any
) -> None:
    contact = held_for("prospect", policy)
    do(contact, "call", stockholm(2026, 5, 1), policy)
    (basis,) = explained(contact.email)["bases"]
    assert (basis["clock"], basis["anchor"], basis["lapses_on"]) == ("collection", "2025-05-24", "2026-11-24")


@pytest.mark.promise("P6")
@pytest.mark.promise("P7")
@pytest.mark.parametrize("scenario", ["whitepaper", "webinar", "event"])
def test_the_anchor_of_an_activity_scenario_is_the_persons_last_activity(
    policy: PolicyVersion, explained: Any, scenario: str
) -> None:
    contact = held_for(scenario, policy)
    do(contact, "reply", stockholm(2026, 1, 31), policy)
    (basis,) = explained(contact.email)["bases"]
    assert (basis["clock"], basis["anchor"], basis["lapses_on"]) == ("last_activity", "2026-01-31", "2027-07-31")


def test_the_last_of_several_lapses_counts(policy: PolicyVersion, explained: Any) -> None:
    contact = held_for("customer", policy)
    hold(contact, "prospect", dt.date(2026, 1, 1), policy=policy)
    answer = explained(contact.email)
    assert {basis["scenario"]: basis["lapses_on"] for basis in answer["bases"]} == {
        "customer": "2026-11-24",
        "prospect": "2027-07-01",
    }
    assert answer["keep_until"] == "2027-07-01"


@pytest.mark.parametrize("until", [None, dt.date(2026, 6, 1), dt.date(2030, 1, 1)])
def test_no_day_is_set_while_a_freeze_stands(policy: PolicyVersion, explained: Any, until: dt.date | None) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "request", until=until)
    answer = explained(contact.email)
    assert answer["keep_until"] is None
    assert answer["holds"] == [{"kind": "freeze", "reason": "request", "until": until and until.isoformat()}]
    assert answer["bases"][0]["lapses_on"] == "2026-11-24"


@pytest.mark.parametrize(
    ("until", "keep_until"), [(dt.date(2026, 5, 31), "2026-11-24"), (dt.date(2026, 12, 31), "2027-01-01")]
)
def test_a_freeze_that_is_over_counts_by_the_day_after_it(
    policy: PolicyVersion, explained: Any, until: dt.date, keep_until: str
) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "request", until=until)
    answer = explained(contact.email, at=(until + ONE_DAY).isoformat())
    assert (answer["keep_until"], answer["holds"]) == (keep_until, [])


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("until", "keep_until"),
    [(None, None), (dt.date(2026, 11, 22), "2026-11-24"), (dt.date(2033, 12, 31), "2034-01-01")],
)
def test_a_duty_keeps_until_the_day_after_its_last(
    policy: PolicyVersion, explained: Any, until: dt.date | None, keep_until: str | None
) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax", until=until)
    assert explained(contact.email)["keep_until"] == keep_until


@pytest.mark.promise("P5")
def test_a_reduced_person_has_no_address_and_is_found_by_public_id(policy: PolicyVersion, explained: Any) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax", until=dt.date(2027, 12, 31))
    run(DUE, policy)
    assert explained(str(contact.public_id), at="2026-12-01") == {
        "email": None,
        "public_id": str(contact.public_id),
        "keep_until": "2028-01-01",
        "bases": [],
        "holds": [{"kind": "duty", "reason": "tax", "until": "2027-12-31"}],
    }


def test_the_run_of_that_day_deletes_and_the_one_before_does_not(policy: PolicyVersion, explained: Any) -> None:
    contact = held_for("event", policy)
    place(contact, "freeze", "request", until=dt.date(2026, 12, 15))
    day = dt.date.fromisoformat(explained(contact.email, at="2026-12-16")["keep_until"])
    run(day - ONE_DAY, policy)
    assert is_held(contact)
    run(day, policy)
    assert not is_held(contact)


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda email: f" {email} "])
def test_addresses_compare_without_case(policy: PolicyVersion, explained: Any, spelling: Any) -> None:
    contact = held_for("prospect", policy)
    assert explained(spelling(contact.email))["public_id"] == str(contact.public_id)


def test_explaining_changes_nothing(policy: PolicyVersion, explained: Any) -> None:
    contact = held_for("prospect", policy)
    before = everything_about(contact)
    explained(contact.email, at="2030-01-01")
    assert everything_about(contact) == before


# Nobody such


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("who", ["nobody@fjordkraft.example", NOBODY, "no address", "@"])
def test_nobody_such_exits_with_4_and_json(capsys: pytest.CaptureFixture[str], who: str) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("explain", who, "--json")
    assert ended.value.code == 4
    out, error = capsys.readouterr()
    assert json.loads(out) is not None
    assert error == ""


def test_who_was_deleted_is_nobody(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    run(DUE, policy)
    with pytest.raises(SystemExit) as ended:
        call_command("explain", str(contact.public_id))
    assert ended.value.code == 4


@pytest.mark.promise("P5")
def test_who_was_reduced_is_nobody_by_address(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax")
    run(DUE, policy)
    with pytest.raises(SystemExit) as ended:
        call_command("explain", contact.email)
    assert ended.value.code == 4


# Everyone


def test_everyone_held_is_explained_one_object_a_line(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str], explained: Any
) -> None:
    people = [held_for(scenario, policy) for scenario in ("customer", "whitepaper", "prospect")]
    place(people[2], "freeze", "legal_claim")
    call_command("explain", "--all", "--json", "--at", AT)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [explained(contact.email) for contact in people]


@pytest.mark.usefixtures("policy")
def test_where_nobody_is_held_there_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("explain", "--all", "--json")
    assert capsys.readouterr().out == ""


def test_the_number_of_queries_does_not_grow_with_the_people(policy: PolicyVersion) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            call_command("explain", "--all", "--json")
        return len(captured)

    crowd(2, "whitepaper", SPRING, policy=policy)
    few = queries()
    crowd(200, "whitepaper", SPRING, policy=policy)
    assert queries() == few


# In words


@pytest.fixture
def in_words(capsys: pytest.CaptureFixture[str]) -> Any:
    def explain(contact: Contact, at: str = AT) -> str:
        call_command("explain", str(contact.public_id), "--at", at)
        return capsys.readouterr().out.strip()

    return explain


def saga(policy: PolicyVersion, scenario: str) -> Contact:
    return held_for(scenario, policy, first_name="Saga", last_name="Vinterstråle")


def test_a_visit_to_an_event_is_told_in_words(policy: PolicyVersion, in_words: Any) -> None:
    contact = saga(policy, "event")
    event = EventFactory.create(title="Cloud Day", slug="cloud-day", starts_at=stockholm(2025, 5, 24, 9))
    do(contact, "attendance", stockholm(2025, 5, 24, 9), policy, reference=event.slug)
    assert in_words(contact) == (
        "We keep Saga Vinterstråle because of a visit to the event Cloud Day on 24 May 2025."
        " Policy shown (event): not known; version 1 was in force when the details were collected."
        " Without new activity Saga Vinterstråle will be deleted on 24 November 2026."
    )


@pytest.mark.promise("P1")
def test_the_policy_that_was_shown_is_told_or_the_one_that_was_in_force_or_that_none_was(
    policy: PolicyVersion, explained: Any, in_words: Any
) -> None:
    contact = saga(policy, "whitepaper")
    for scenario, day in (("prospect", "2019-12-31"), ("webinar", "2020-01-01")):
        hold(contact, scenario, dt.date.fromisoformat(day), policy=policy)
    contact.bases.filter(scenario="whitepaper").update(policy_shown=policy, policy_shown_on="2025-06-03")
    bases = {basis["scenario"]: basis for basis in explained(contact.email)["bases"]}
    assert [
        (bases[scenario]["policy_shown"], bases[scenario]["policy_shown_on"], bases[scenario]["policy_then"])
        for scenario in ("whitepaper", "prospect", "webinar")
    ] == [(1, "2025-06-03", 1), (None, None, None), (None, None, 1)]
    told = in_words(contact)
    assert "Policy shown (whitepaper): version 1, on 3 June 2025." in told
    assert "Policy shown (prospect): not known; no version was in force when the details were collected." in told
    assert "Policy shown (webinar): not known; version 1 was in force when the details were collected." in told


@pytest.mark.parametrize("scenario", ["customer", "partner", "whitepaper", "webinar", "event", "prospect"])
def test_every_scenario_names_person_anchor_and_end(policy: PolicyVersion, in_words: Any, scenario: str) -> None:
    text = in_words(saga(policy, scenario))
    anchor = "24 November 2024" if scenario in {"customer", "partner"} else "24 May 2025"
    assert text.startswith("We keep Saga Vinterstråle because of ")
    assert anchor in text
    assert "will be deleted on 24 November 2026." in text


@pytest.mark.parametrize(("scenario", "told"), [("whitepaper", True), ("prospect", False), ("customer", False)])
def test_new_activity_is_spoken_of_only_where_it_would_help(
    policy: PolicyVersion, in_words: Any, scenario: str, *, told: bool
) -> None:
    assert ("Without new activity" in in_words(saga(policy, scenario))) == told


def test_no_day_is_named_where_none_is_set(policy: PolicyVersion, in_words: Any) -> None:
    contact = saga(policy, "prospect")
    place(contact, "freeze", "legal_claim")
    text = in_words(contact)
    assert "legal claim" in text
    assert "will be deleted on" not in text


def test_a_reduced_person_is_told_of_by_what_is_left(policy: PolicyVersion, in_words: Any) -> None:
    contact = saga(policy, "prospect")
    place(contact, "duty", "tax", until=dt.date(2027, 12, 31))
    run(DUE, policy)
    text = in_words(contact, "2026-12-01")
    assert "Saga Vinterstråle will be deleted on 1 January 2028." in text
    assert "@" not in text


# Wrong use


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    "arguments",
    [[], ["--all", "a@b.example"], ["a@b.example", "--at", "soon"], ["a@b.example", "--at", "2026-02-30"]],
)
def test_wrong_use_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("explain", "--json", *arguments)
    assert refused.value.returncode == 2
    assert len(str(refused.value).splitlines()) == 1
    assert capsys.readouterr().out == ""


def test_without_a_published_policy_it_exits_with_2_and_names_the_command() -> None:
    with pytest.raises(CommandError, match="publish_policy") as refused:
        call_command("explain", "--all", "--json")
    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("arguments", [["--nonsense"], ["a@b.example", "c@d.example"], []])
def test_on_the_command_line_wrong_use_is_one_line_on_stderr(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "explain", *arguments])
    out, error = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("at", "standing"), [("2026-06-01T23:59", True), ("2026-06-01T22:00Z", False), ("2026-06-02", False)]
)
def test_the_day_of_at_is_that_of_the_company(
    policy: PolicyVersion, explained: Any, at: str, *, standing: bool
) -> None:
    contact = ContactFactory.create()
    hold(contact, "prospect", NOON.date(), policy=policy)
    place(contact, "freeze", "request", until=dt.date(2026, 6, 1))
    assert bool(explained(contact.email, at=at)["holds"]) == standing
