"""The data map: each field of the product, what it is held for and how it goes."""

import csv
import io
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from contacts import personal_data
from contacts.personal_data import Field
from dsr.package import walking
from privacy_crm.registers import data_map, papers

pytestmark = pytest.mark.promise("L8")


def mapped(table: str, field: str) -> data_map.Row:
    (found,) = (row for row in data_map.rows() if (row.table, row.field) == (table, field))
    return found


def test_each_field_of_each_table_is_on_it_once() -> None:
    real = sum(len(model._meta.concrete_fields) + len(model._meta.many_to_many) for model in apps.get_models())
    rows = [(row.table, row.field) for row in data_map.rows()]
    assert len(rows) == len(set(rows)) == real


def test_a_row_says_what_is_held_why_and_how_it_goes(settings: Any) -> None:
    phone = mapped("contacts.Contact", "phone")
    assert (phone.title, phone.name, phone.category, phone.personal, phone.exported) == (
        "People’s records", "Phone", "phone", True, True,
    )  # fmt: skip
    assert phone.why == "to reach the person on the other channels"  # without the number of a promise
    assert phone.goes == "with the person, by the database's cascade"
    assert not mapped("contacts.Topic", "slug").personal
    settings.AUDIT_MONTHS = 36
    assert mapped("contacts.AuditEvent", "by").goes.startswith("36 months after")


def test_every_sentence_of_it_is_said_in_swedish() -> None:
    said = {(row.why, row.goes) for row in data_map.rows() if row.personal}
    with translation.override("sv"):
        swedish = {(row.why, row.goes) for row in data_map.rows() if row.personal}
    english = {text for pair in said for text in pair}
    assert not english & {text for pair in swedish for text in pair}


def test_the_file_has_every_row_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(papers.map_csv(data_map.rows()).decode())))
    assert len(rows) == len(list(data_map.rows()))
    assert not [value for row in rows for value in row.values() if value[:1] in "=+-@" and value]
    assert {row["personal"] for row in rows} == {"yes", "no"}


def test_a_field_that_nobody_names_and_one_that_is_not_there_are_told() -> None:
    said = walking.named()
    topic = {name: field for name, field in said["contacts.Topic"].items() if name != "slug"}
    changed = {**said, "contacts.Topic": {**topic, "colour": Field(personal=False)}}
    assert data_map.unnamed(changed, apps.get_models()) == ["contacts.Topic.colour", "contacts.Topic.slug"]
    assert data_map.unnamed(said, apps.get_models()) == []


def test_the_command_prints_the_map_and_checks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    call_command("data_map", stdout=out)
    assert out.getvalue().startswith("table,field,title,")
    call_command("data_map", check=True)
    err = StringIO()
    monkeypatch.delitem(personal_data.MODELS["contacts.Topic"], "slug")
    with pytest.raises(SystemExit, match="1"):
        call_command("data_map", check=True, stderr=err)
    assert "contacts.Topic.slug" in err.getvalue()
    monkeypatch.delitem(personal_data.MODELS, "contacts.Topic")
    with pytest.raises(SystemExit, match="1"):
        call_command("data_map", check=True, stderr=err)
