"""What rows become: registrations, organisations, agreements, events and holds."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from contacts.models import Agreement, AuditEvent, Basis, Event, Organisation, PolicyVersion, Registration
from contacts.words.vocabulary import AgreementState
from retention.models import Hold
from tests.support.factories import NOON, ONE_DAY
from tests.support.import_files import AINO, Row, basis, bring, event, person, read, save

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


# Registrations


@pytest.mark.parametrize(("kind", "scenario"), [("webinar", "webinar"), ("physical", "event")])
def test_a_registration_is_the_basis_where_there_is_none(policy: PolicyVersion, kind: str, scenario: str) -> None:
    row = {"email": AINO, "registered_at": "2026-08-01T23:30:00Z"}
    bring(
        policy,
        contacts=[person(scenario="prospect")],
        events=[event("one", kind), event("two", kind)],
        registrations=[row | {"event": "one"}, row | {"event": "two", "registered_at": "2026-09-01"}],
    )
    stored = basis(scenario)
    assert (stored.collected_on, stored.clock_from) == (dt.date(2026, 8, 2), dt.date(2026, 9, 1))
    assert (stored.source, stored.source_kind, stored.policy_shown) == ("registration", "person", None)


def test_a_registration_is_no_second_basis(policy: PolicyVersion) -> None:
    row = {"event": "cloud-day", "email": AINO, "registered_at": "2026-08-01"}
    bring(policy, contacts=[person(scenario="event", source="Form")], events=[event()], registrations=[row])
    assert (basis("event").source, basis("event").collected_on) == ("Form", dt.date(2026, 6, 1))


def test_a_registration_without_a_moment_is_of_now_and_stays_so(policy: PolicyVersion) -> None:
    row = {"event": "cloud-day", "email": AINO}
    for at in (NOON, NOON + ONE_DAY):
        bring(policy, at, contacts=[person()], events=[event()], registrations=[row])
    assert Registration.objects.get().registered_at == NOON
    assert basis("event").collected_on == TODAY


# Organisations and agreements


@pytest.mark.promise("P11")
def test_a_legal_form_comes_in_by_its_word_and_an_empty_cell_keeps_it(policy: PolicyVersion) -> None:
    bring(policy, organisations=[{"name": "Harrowgate", "legal_form": "Scottish Partnership"}, {"name": "Other"}])
    bring(policy, organisations=[{"name": "Harrowgate", "country": "GB"}, {"name": "Other", "legal_form": "LLP"}])
    forms = Organisation.objects.values_list("name", "legal_form")
    assert set(forms) == {("Harrowgate", "scottish_partnership"), ("Other", "llp")}


@pytest.mark.promise("P11")
def test_a_legal_form_that_nobody_knows_is_left_out_and_counted(
    policy: PolicyVersion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"A": "Charity", "B": "company", "C": "", "D": "Ltd."}
    directory = save(tmp_path, organisations=[{"name": name, "legal_form": form} for name, form in named.items()])
    call_command("import_crm", str(directory))
    forms = Organisation.objects.order_by("name").values_list("legal_form", flat=True)
    assert list(forms) == ["", "company", "", ""]
    assert "2 rows name a legal form that we do not know: it is left out." in capsys.readouterr().out


@pytest.mark.promise("L20")
def test_a_legal_form_that_an_import_changes_is_on_record_as_changed(policy: PolicyVersion) -> None:
    before = Organisation.objects.create(name="Harrowgate", legal_form="company", entered_on=TODAY)
    Organisation.objects.create(name="Same", legal_form="llp", country="GB", entered_on=TODAY)
    forms = {"Harrowgate": "sole_trader", "Same": "llp", "New": "company"}
    bring(policy, organisations=[{"name": name, "legal_form": form, "country": "SE"} for name, form in forms.items()])
    marked = AuditEvent.objects.filter(code="organisation.marked").values_list("rule", flat=True)
    assert list(marked) == [f"organisation:{before.pk}"]


@pytest.mark.promise("P11")
def test_an_export_without_legal_forms_comes_in_and_keeps_them(policy: PolicyVersion, tmp_path: Path) -> None:
    Organisation.objects.create(name="Harrowgate", legal_form="company", entered_on=TODAY)
    (tmp_path / "organisations.csv").write_text("name,country,reference\nHarrowgate,GB,7\nOther,GB,8\n")
    assert read(tmp_path, policy).counts("organisations").refused == 0
    stored = Organisation.objects.order_by("name").values_list("reference", "legal_form")
    assert list(stored) == [("7", "company"), ("8", "")]


def test_an_organisation_is_entered_today_and_keeps_its_day(policy: PolicyVersion) -> None:
    bring(
        policy, organisations=[{"name": "Fjordkraft AB", "country": "SE"}, {"name": "Fjordkraft AB", "reference": "F"}]
    )
    bring(policy, NOON + ONE_DAY, organisations=[{"name": "Fjordkraft AB", "country": "NO"}])
    stored = Organisation.objects.get()
    assert (stored.country, stored.reference, stored.entered_on) == ("NO", "F", TODAY)


@pytest.mark.promise("P3")
def test_the_clock_of_an_organisation_follows_from_the_agreements_that_came_in(policy: PolicyVersion) -> None:
    agreement = {"organisation": "Fjordkraft AB", "kind": "customer", "reference": "A-1", "started_on": "2020-01-01"}
    bring(
        policy,
        organisations=[{"name": "Fjordkraft AB"}],
        agreements=[agreement],
        contacts=[person(scenario="customer", organisation="Fjordkraft AB")],
    )
    assert Organisation.objects.get().agreement_state == AgreementState.OPEN
    assert basis("customer").clock_from is None
    bring(policy, agreements=[agreement | {"started_on": "", "ended_on": "9999-12-31"}])
    assert Organisation.objects.get().agreements_ended_on == dt.date(9999, 12, 31)
    assert Agreement.objects.get().started_on == dt.date(2020, 1, 1)


def test_a_customer_is_unverified_until_an_agreement_comes(
    policy: PolicyVersion,
) -> None:
    bring(
        policy,
        organisations=[{"name": "Fjordkraft AB"}],
        contacts=[person(scenario="customer", organisation="Fjordkraft AB"), person("x@y.example", "partner")],
    )
    assert basis("customer").clock_from == dt.date(2026, 6, 1)
    assert Basis.objects.get(scenario="partner").clock_from == dt.date(2026, 6, 1)
    bring(policy, agreements=[{"organisation": "Fjordkraft AB", "kind": "partner"}])
    assert basis("customer").clock_from is None


def test_a_customer_who_moves_to_an_organisation_with_an_agreement_is_verified(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(scenario="customer")])
    bring(
        policy,
        organisations=[{"name": "Fjordkraft AB"}],
        agreements=[{"organisation": "Fjordkraft AB", "kind": "customer"}],
        contacts=[person(scenario="customer", organisation="Fjordkraft AB")],
    )
    assert basis("customer").clock_from is None


# Events


def test_an_event_may_say_in_several_rows_what_it_is(policy: PolicyVersion) -> None:
    rows: list[Row] = [event(kind=""), event(starts_at="", title=""), event(kind="", starts_at="", place="Oslo")]
    for _ in range(2):
        assert bring(policy, events=rows).refused == []
    stored = Event.objects.get()
    assert (stored.title, stored.kind, stored.place) == ("Cloud Day", "physical", "Oslo")


# Holds


def duty(**cells: str) -> Row:
    return {"email": AINO, "kind": "duty", "reason": "bookkeeping"} | cells


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("cell", "keeps"),
    [
        ("", ["company", "name"]),
        ("shoe size", ["company", "name"]),
        ("email; food_preferences", ["company", "name"]),
        ("Name", ["name"]),
        ("organisation|phone", ["company", "phone"]),
        ("first_name,address ; role email", ["job_title", "name", "postal_address"]),
    ],
)
def test_a_duty_keeps_what_it_names_and_never_the_address(policy: PolicyVersion, cell: str, keeps: list[str]) -> None:
    bring(policy, contacts=[person()], holds=[duty(keeps=cell)])
    assert Hold.objects.get().keeps == keeps


def test_an_empty_cell_of_a_hold_erases_nothing(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person()], holds=[duty(keeps="phone", until="2030-12-31", legal_reference="BFL 7:2")])
    outcome = bring(policy, NOON + ONE_DAY, holds=[duty()])
    stored = Hold.objects.get()
    assert (stored.keeps, stored.until, stored.placed_at) == (["phone"], dt.date(2030, 12, 31), NOON)
    assert outcome.counts("holds").unchanged == 1


@pytest.mark.parametrize(("until", "closed"), [("2026-01-31", True), ("2027-01-31", False)])
def test_a_hold_with_another_last_day_stands_again(policy: PolicyVersion, until: str, closed: bool) -> None:
    bring(policy, contacts=[person()], holds=[duty(until="2026-01-31")])
    Hold.objects.update(closed_on="2026-02-01")
    bring(policy, holds=[duty(until=until)])
    assert (Hold.objects.get().closed_on is not None) is closed
