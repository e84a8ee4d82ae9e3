"""What an import does with what is held already: replace, fill blanks or pass over, and whom it moves (L15)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Activity, Basis, Contact, Organisation, PolicyVersion, Suppression
from contacts.people import agreements
from privacy_crm.crm_import.existing import Existing, Mode
from tests.support.factories import NOON, ONE_DAY, ContactFactory, OrganisationFactory, agree, hold
from tests.support.import_files import AINO, aino, basis, bring, everything, person, save

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L15")]

TODAY = NOON.date()
UPDATE, FILL, SKIP = (Mode(existing=each) for each in Existing)
MOVE = Mode(move=True)
HELD = {"first_name": "Ada", "phone": "", "city": "Umeå", "country": "SE"}
LISTED = {"first_name": "Aino", "phone": "+47 1", "city": "Oslo", "country": "NO", "job_title": "CTO"}


def at_work(
    policy: PolicyVersion, ended_on: dt.date | None = None, scenario: str = "customer", **fields: Any
) -> Contact:
    """Aino, a customer's contact in Sweden whose agreement ends on a day, or has no end."""
    employer = OrganisationFactory.create(name="Fjordkraft AB")
    agree(employer, ended_on)
    contact: Contact = ContactFactory.create(email=AINO, **{"organisation": employer, **HELD, **fields})
    hold(contact, scenario, dt.date(2026, 1, 5), policy=policy, source="Fair", informed_on=dt.date(2026, 1, 6))
    return contact


def said() -> dict[str, str]:
    contact = aino()
    return {name: getattr(contact, name) for name in LISTED} | {"at": str(contact.organisation or "")}


def row(**cells: str) -> dict[str, str]:
    told = {"organisation": "Havglimt AS", "source_kind": "organisation", **LISTED, **cells}
    return person(scenario="customer", **told)


def listed(policy: PolicyVersion, mode: Mode, **cells: str) -> None:
    bring(policy, mode=mode, organisations=[{"name": "Havglimt AS"}], contacts=[row(**cells)])


STAYS = {"first_name": "Ada", "phone": "", "city": "Umeå", "country": "SE", "job_title": "", "at": "Fjordkraft AB"}
FILLED = STAYS | {"phone": "+47 1", "job_title": "CTO"}
REPLACED = LISTED | {"at": "Havglimt AS"}
OUTCOMES = [
    (UPDATE, REPLACED | {"country": "SE", "at": "Fjordkraft AB"}),
    (MOVE, REPLACED),
    (FILL, FILLED),
    (SKIP, STAYS),
]


@pytest.mark.parametrize(("mode", "outcome"), OUTCOMES)
def test_what_becomes_of_somebody_under_an_agreement(
    mode: Mode, outcome: dict[str, str], policy: PolicyVersion
) -> None:
    at_work(policy)
    listed(policy, mode)
    assert said() == outcome
    before = everything()
    listed(policy, mode)
    assert everything() == before


@pytest.mark.parametrize("ended_on", [TODAY, TODAY - ONE_DAY, None])
@pytest.mark.parametrize("scenario", ["prospect", "customer"])
def test_an_update_moves_whoever_no_agreement_in_force_holds(
    ended_on: dt.date | None, scenario: str, policy: PolicyVersion
) -> None:
    at_work(policy, ended_on, scenario)
    listed(policy, UPDATE)
    free = ended_on is not None or scenario == "prospect"
    assert (said()["country"], said()["at"]) == (("NO", "Havglimt AS") if free else ("SE", "Fjordkraft AB"))


def test_an_agreement_that_will_end_is_in_force(policy: PolicyVersion) -> None:
    at_work(policy, TODAY + ONE_DAY)
    listed(policy, UPDATE)
    assert said()["at"] == "Fjordkraft AB"


@pytest.mark.parametrize("mode", [UPDATE, FILL])
def test_to_fill_in_a_country_is_no_move(mode: Mode, policy: PolicyVersion) -> None:
    at_work(policy, country="")
    listed(policy, mode)
    assert said()["country"] == "NO"


def test_a_country_that_nobody_knows_counts_as_missing(policy: PolicyVersion) -> None:
    at_work(policy, country="Köln")
    listed(policy, UPDATE)
    assert said()["country"] == "NO"


@pytest.mark.parametrize("mode", [UPDATE, MOVE, FILL, SKIP])
def test_what_was_put_right_stays_in_every_mode_blanks_among_it(mode: Mode, policy: PolicyVersion) -> None:
    right = ["city", "company", "country", "first_name", "job_title", "phone"]
    at_work(policy, TODAY, "prospect", corrected=right, organisation=None)
    listed(policy, mode)
    assert said() == STAYS | {"at": ""}


# What an import brings of those who are new is the same in every mode.
@pytest.mark.parametrize("mode", [UPDATE, FILL, SKIP])
def test_whoever_is_new_comes_in_whole(mode: Mode, policy: PolicyVersion) -> None:
    listed(policy, mode)
    assert said() == REPLACED
    assert (basis("customer").source_kind, basis("customer").collected_on) == ("organisation", dt.date(2026, 6, 1))


def reason() -> tuple[str, ...]:
    stored = basis("customer")
    return str(stored.collected_on), stored.source, stored.source_kind, str(stored.informed_on)


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        (UPDATE, ("2025-05-05", "List", "person", "2026-02-02")),
        (FILL, ("2026-01-05", "Fair", "person", "2026-01-06")),
        (SKIP, ("2026-01-05", "Fair", "person", "2026-01-06")),
    ],
)
def test_a_reason_is_filled_or_replaced_as_well(mode: Mode, outcome: tuple[str, ...], policy: PolicyVersion) -> None:
    at_work(policy)
    told = {"collected_on": "2025-05-05", "source": "List", "source_kind": "person", "informed_on": "2026-02-02"}
    listed(policy, mode, **told)
    assert reason() == outcome


def test_whoever_was_told_of_one_source_is_told_of_another_one_that_fills_blanks(policy: PolicyVersion) -> None:
    at_work(policy)
    listed(policy, FILL, source="Register", source_kind="public")
    assert reason() == ("2026-01-05", "Register", "public", "None")


def test_to_fill_makes_nobody_the_giver_of_what_came_from_elsewhere(policy: PolicyVersion) -> None:
    at_work(policy)
    Basis.objects.update(source_kind="public")
    listed(policy, FILL, source="Fair", source_kind="person")
    assert reason() == ("2026-01-05", "Fair", "public", "2026-01-06")


def test_to_fill_says_who_gave_the_details_where_nobody_knew(policy: PolicyVersion) -> None:
    at_work(policy)
    Basis.objects.update(source="", source_kind="unknown", informed_on=None)
    listed(policy, FILL, source="Register", source_kind="public")
    assert reason() == ("2026-01-05", "Register", "public", "None")
    Basis.objects.update(source_kind="unknown")
    listed(policy, FILL, source_kind="person")
    assert reason()[2] == "unknown"


def test_to_skip_passes_over_rows_of_those_who_are_held_and_nothing_else(policy: PolicyVersion) -> None:
    at_work(policy, last_activity_on=dt.date(2026, 2, 2))
    done = bring(
        policy,
        mode=SKIP,
        contacts=[
            person(scenario="whitepaper", collected_on="2026-11-01", last_activity_on="2026-11-02", phone="1"),
            person("new@x.example", phone="2"),
        ],
        activities=[{"email": AINO, "kind": "call", "occurred_at": "2026-10-10T10:00"}],
        objections=[{"email": AINO, "channel": "email", "objected_on": "2026-10-10"}],
    )
    counts = done.counts("contacts")
    assert (counts.created, counts.updated, counts.unchanged, counts.refused) == (1, 0, 1, 0)
    assert not Basis.objects.filter(contact=aino(), scenario="whitepaper").exists()
    assert (said(), aino().last_activity_on) == (STAYS, dt.date(2026, 10, 10))
    assert Activity.objects.filter(contact=aino()).exists()
    assert Suppression.objects.filter(address_hash=aino().address_hash).exists()
    assert Contact.objects.get(email="new@x.example").phone == "2"


@pytest.mark.parametrize(
    ("mode", "outcome"), [(UPDATE, ("NO", "2", "llp")), (FILL, ("SE", "2", "company")), (SKIP, ("SE", "", "company"))]
)
def test_organisations_are_replaced_filled_or_left(mode: Mode, outcome: tuple[str, ...], policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Fjordkraft AB", country="SE", legal_form="company")
    rows = [{"name": name, "country": "NO", "reference": "2", "legal_form": "llp"} for name in ("Fjordkraft AB", "New")]
    bring(policy, mode=mode, organisations=rows)
    stored = Organisation.objects.order_by("name").values_list("country", "reference", "legal_form")
    assert list(stored) == [outcome, ("NO", "2", "llp")]


# The command


def _export(tmp_path: Path) -> Path:
    rows = [row(country="SE"), row(organisation="Fjordkraft AB"), row(organisation="Fjordkraft AB", country="SE")]
    return save(tmp_path, organisations=[{"name": "Havglimt AS"}], contacts=[*rows, person("new@x.example")])


def test_rows_that_are_not_moved_are_listed_by_their_lines_alone(
    tmp_path: Path, policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    at_work(policy)
    call_command("import_crm", str(_export(tmp_path)), "--dry-run")
    told = capsys.readouterr()
    assert "2 rows name another country or organisation of people with an agreement in force" in told.out
    assert "\n  contacts.csv, lines 2, 3\n" in told.out
    assert not [word for word in ("Havglimt", "Fjordkraft", "Aino", AINO, "NO") if word in told.out]
    assert told.err == ""


@pytest.mark.parametrize("options", [["--move"], ["--existing", "fill"], ["--existing=skip"]])
def test_where_they_are_moved_or_nobody_would_be_nothing_is_listed(
    options: list[str], tmp_path: Path, policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    at_work(policy)
    call_command("import_crm", str(_export(tmp_path)), *options)
    assert "not moved" not in capsys.readouterr().out
    assert said()["at"] == "Fjordkraft AB"
    assert said()["first_name"] == ("Aino" if options == ["--move"] else "Ada")


def test_what_was_put_right_is_no_row_that_was_not_moved(
    tmp_path: Path, policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    at_work(policy, corrected=["company", "country"])
    call_command("import_crm", str(_export(tmp_path)))
    assert "not moved" not in capsys.readouterr().out
    assert (said()["country"], said()["at"]) == ("SE", "Fjordkraft AB")


@pytest.mark.parametrize("options", [["--existing", "fill", "--move"], ["--existing", "replace"]])
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    options: list[str], tmp_path: Path, policy: PolicyVersion
) -> None:
    before = everything()
    with pytest.raises(CommandError):
        call_command("import_crm", str(_export(tmp_path)), *options)
    assert everything() == before


def test_an_agreement_that_the_same_export_ends_holds_nobody_back(policy: PolicyVersion) -> None:
    contact = at_work(policy)
    ending = {"organisation": "Fjordkraft AB", "kind": "customer", "ended_on": "2026-11-01"}
    ending["reference"] = str(contact.organisation.agreements.get().reference)  # type: ignore[union-attr]
    bring(policy, organisations=[{"name": "Havglimt AS"}], agreements=[ending], contacts=[row()])
    agreements.settle([contact.organisation_id])
    assert said()["at"] == "Havglimt AS"
