"""Any rows in any order against a plain model of the rules: last non-empty, earliest, latest, and nothing erased."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Basis, Contact, PolicyVersion
from contacts.words.vocabulary import ACTIVITY_SCENARIOS, Scenario
from tests.support.examples import examples
from tests.support.import_files import Row, bring, everything, person

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
FIELDS = ("first_name", "phone", "city")
DAYS = st.dates(dt.date(2026, 1, 1), TODAY).map(str)

rows = st.builds(
    person,
    email=st.sampled_from(["aino@fjordkraft.example", "Aino@Fjordkraft.example", "eino@fjordkraft.example"]),
    scenario=st.sampled_from(Scenario.values),
    collected_on=DAYS | st.just(""),
    last_activity_on=DAYS | st.just(""),
    source=st.sampled_from(["", "form", "fair"]),
    source_kind=st.sampled_from(["", "person", "public"]),
    informed_on=DAYS | st.just(""),
    **{name: st.sampled_from(["", "a", "b", "c"]) for name in FIELDS},
)
exports = st.lists(st.lists(rows, max_size=8), max_size=2)


class Model:
    """What is held, by the words of the contract."""

    def __init__(self) -> None:
        self.people: dict[str, Row] = {}
        self.active: dict[str, str] = {}
        self.bases: dict[tuple[str, str], Row] = {}

    def read(self, export: list[Row]) -> None:
        days = self._days_of_new_bases(export)
        since = self._collected(export) | days
        for row in export:
            email, key = row["email"].lower(), (row["email"].lower(), row["scenario"])
            self._keep(self.people.setdefault(email, {}), row, FIELDS)
            basis = self.bases.setdefault(key, {"source_kind": _unsaid(row), "collected_on": days.get(key, "")})
            self._keep(basis, row, ("source", "source_kind"))
            if row["informed_on"] >= (row["collected_on"] or since[key]):
                self._keep(basis, row, ("informed_on",))
            collected_on = row["collected_on"] or days.get(key, "")
            basis["collected_on"] = min(filter(None, [basis["collected_on"], collected_on]), default="")
            self._active(email, row["last_activity_on"])
            if row["scenario"] in ACTIVITY_SCENARIOS:
                self._active(email, collected_on)

    def _days_of_new_bases(self, export: list[Row]) -> dict[tuple[str, str], str]:
        """The days of the bases that are new and do not say when they were collected in any row."""
        days: dict[tuple[str, str], str] = {}
        said = {(row["email"].lower(), row["scenario"]) for row in export if row["collected_on"]}
        for row in export:
            key = row["email"].lower(), row["scenario"]
            if key not in said and key not in self.bases:
                told = filter(None, [days.get(key), row["last_activity_on"], row["informed_on"], str(TODAY)])
                days[key] = min(told)
        return days

    def _collected(self, export: list[Row]) -> dict[tuple[str, str], str]:
        """The first day on which any row of the export, or what is on record, says that a basis was collected."""
        days = {key: basis["collected_on"] for key, basis in self.bases.items()}
        for row in export:
            key = row["email"].lower(), row["scenario"]
            days[key] = min(filter(None, [days.get(key), row["collected_on"]]), default="")
        return days

    def _active(self, email: str, day: str) -> None:
        if day:
            self.active[email] = max(self.active.get(email, ""), day)

    @staticmethod
    def _keep(record: Row, row: Row, names: tuple[str, ...]) -> None:
        record.update({name: row[name] for name in names if row[name]})

    def held(self) -> dict[str, Any]:
        return {
            "people": {
                email: ([fields.get(name, "") for name in FIELDS], self.active.get(email))
                for email, fields in self.people.items()
            },
            "bases": {
                key: [basis.get(name, "") for name in ("collected_on", "source", "source_kind", "informed_on")]
                for key, basis in self.bases.items()
            },
        }


def _unsaid(row: Row) -> str:
    return "person" if row["scenario"] in ACTIVITY_SCENARIOS else "unknown"


def held() -> dict[str, Any]:
    return {
        "people": {
            contact.email: ([getattr(contact, name) for name in FIELDS], _text(contact.last_activity_on) or None)
            for contact in Contact.objects.all()
        },
        "bases": {
            (basis.contact.email, basis.scenario): [
                str(basis.collected_on),
                basis.source,
                basis.source_kind,
                _text(basis.informed_on),
            ]
            for basis in Basis.objects.select_related("contact")
        },
    }


def _text(day: dt.date | None) -> str:
    return str(day) if day else ""


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports)
def test_any_exports_come_out_as_the_contract_says_and_read_again_change_nothing(
    policy: PolicyVersion, exports: list[list[Row]]
) -> None:
    model = Model()
    with transaction.atomic():
        for export in exports:
            bring(policy, contacts=export)
            model.read(export)
            assert held() == model.held()
            before = everything()
            bring(policy, contacts=export)
            assert everything() == before
        transaction.set_rollback(True)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows.filter(lambda row: row["collected_on"]), max_size=10), st.integers(0, 10))
def test_one_export_and_its_two_halves_one_after_the_other_are_the_same(
    policy: PolicyVersion, export: list[Row], cut: int
) -> None:
    outcomes = []
    for parts in ([export], [export[:cut], export[cut:]]):
        with transaction.atomic():
            for part in parts:
                bring(policy, contacts=part)
            outcomes.append(held())
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1]
