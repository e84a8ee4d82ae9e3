"""The record of processing (Art. 30): each column is read from the record that rules."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import translation

from contacts.information import maintenance
from contacts.models import PolicyVersion, Recipient
from contacts.words.vocabulary import Scenario
from dsr.package import walking
from privacy_crm import roles
from privacy_crm.registers import measures, own, papers, processing
from privacy_crm.staff.system import guarded
from tests.support.factories import NOON, ONE_DAY
from tests.support.registering import abroad, assess, work_for
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.promise("L8"), pytest.mark.django_db]


def record(policy: PolicyVersion, language: str = "en") -> dict[str, Any]:
    return processing.compose(policy, at=NOON)[language]


def column(said: dict[str, Any], key: str, name: str) -> list[str]:
    (found,) = (each for each in said["processings"] if each["key"] == key)
    return {column: lines for column, _label, lines in found["columns"]}[name]


def test_each_scenario_is_a_processing_with_the_purposes_categories_and_period_of_the_policy(
    policy: PolicyVersion,
) -> None:
    said = record(policy)
    keys = [each["key"] for each in said["processings"]]
    assert keys[: len(Scenario)] == [rule.scenario for rule in policy.each_rule]
    rule = policy.rule("event")
    assert column(said, "event", "purposes")[:-1] == [text[:1].upper() + text[1:] for text in rule.purposes["en"]]
    assert f"{rule.months} months after their last activity" in column(said, "event", "periods")
    assert "Dietary needs (Art. 9 GDPR, with explicit consent)" in column(said, "event", "data")
    assert "Dietary needs (Art. 9 GDPR, with explicit consent)" not in column(said, "prospect", "data")


def test_the_columns_are_those_of_the_law(policy: PolicyVersion) -> None:
    for each in record(policy)["processings"]:
        assert [label[-3:] for _name, label, _lines in each["columns"]] == [
            "(b)", "(c)", "(c)", "(d)", "(e)", "(f)", "(g)",
        ]  # fmt: skip
        assert all(lines for _name, _label, lines in each["columns"])


def test_recipients_come_from_the_register_as_far_as_their_agreements_reach(policy: PolicyVersion) -> None:
    RecipientFactory.create(name="Printer AB", purposes=["event"])
    RecipientFactory.create(name="Former AB", agreement_until=NOON.date() - ONE_DAY)
    RecipientFactory.create(name="Host AB", standing=True, purposes=["customer"])
    said = record(policy)
    assert [line.split(",")[0] for line in column(said, "event", "recipients")] == ["Printer AB"]
    assert [line.split(",")[0] for line in column(said, "audit", "recipients")] == ["Host AB"]
    assert column(said, "event", "transfers") == ["None: every recipient on record is inside the EEA."]


def test_a_transfer_names_its_safeguard_its_assessment_and_the_sub_processors(policy: PolicyVersion) -> None:
    recipient = abroad(name="Cloud Inc", purposes=["event"])
    work_for(recipient, name="Data Ltd", country="IN", safeguard="clauses")
    work_for(recipient, name="Inside GmbH")
    (first, second) = column(record(policy), "event", "transfers")
    assert first.startswith("Cloud Inc, United States of America, standard contractual clauses, Module 2, ")
    assert "Not known. The privacy officer adds it under Recipients." in first
    assert second == "Data Ltd, India, sub-processor of Cloud Inc, standard contractual clauses"
    assess(recipient)
    assert "transfer assessed on 24 November 2026" in column(record(policy), "event", "transfers")[0]


def test_what_is_on_no_record_is_not_known_and_says_who_can_add_it(policy: PolicyVersion) -> None:
    said = record(policy)
    assert Recipient.objects.count() == 0
    assert column(said, "event", "recipients") == [
        "Not known. No recipient is on record. The privacy officer adds one under Recipients."
    ]
    assert column(said, "server_log", "periods") == [
        "Not known. Those who operate the system say after how many days logs are deleted (LOG_DAYS)."
    ]
    facts = dict(said["controller"])
    assert facts["Representative"].startswith("Not known. The privacy officer adds it to the policy")
    assert facts["Contact for privacy"] == policy.controller["privacy_contact"]


def test_what_the_operator_states_is_said_as_stated_with_its_day(policy: PolicyVersion, settings: Any) -> None:
    assert any(line.startswith("Encryption of disks and backups: Not known.") for line in record(policy)["measures"])
    settings.DISK_ENCRYPTION, settings.LOG_DAYS = "LUKS on all disks", 14
    settings.STATED_ON = dt.date(2026, 11, 30)
    said = record(policy)
    stated = "(stated by the operator on 30 November 2026)"
    assert f"Encryption of disks and backups: LUKS on all disks {stated}" in said["measures"]
    assert column(said, "server_log", "periods") == [f"They are deleted after 14 days. {stated}"]
    assert [line.says for line in guarded.guarded().lines] == [measures.disks(), measures.logs()]
    settings.STATED_ON = None
    assert measures.logs().endswith("(stated by the operator; on which day is not known)")


def test_the_product_itself_is_processing_of_its_own_with_the_periods_of_the_settings(
    policy: PolicyVersion, settings: Any
) -> None:
    settings.AUDIT_MONTHS, settings.TOMBSTONE_MONTHS, settings.BACKUP_DAYS = 36, 48, 12
    settings.EVIDENCE_MONTHS = 72
    said = record(policy)
    keys = {each["key"] for each in said["processings"]}
    assert keys >= {
        *("accounts", "audit", "server_log", "requests", "evidence", "suppressions", "tombstones", "journal", "mail"),
        "backups",
    }
    assert column(said, "audit", "periods") == ["36 months after the month of each entry"]
    assert column(said, "tombstones", "periods")[0] == "48 months after the deletion"
    assert any("72 months" in line for line in column(said, "evidence", "periods"))
    assert column(said, "backups", "periods") == ["12 days after each was made"]


def test_every_table_with_personal_data_is_in_one_processing() -> None:
    placed = [label for each in own.all_of(walking.named()) for label in each.tables] + sorted(own.OF_PEOPLE)
    assert sorted(placed) == sorted(set(placed))
    assert set(placed) >= set(own.personal(walking.named()))


def test_measures_follow_roles_settings_and_records(policy: PolicyVersion, settings: Any) -> None:
    roles.apply()
    settings.SECOND_FACTOR = True
    said = record(policy)
    assert column(said, "requests", "measures") == ["Who may read it, by role: privacy officer."]
    Group.objects.get(name="privacy officer").permissions.clear()
    assert column(record(policy), "requests", "measures") == ["No role may read it."]
    assert "Staff log in with a password and a second factor, or with a passkey." in said["measures"]
    assert any(line.startswith("Last restore drill: Not known.") for line in said["measures"])
    settings.SECOND_FACTOR = False
    maintenance.drilled("Last night's", worked=True, on=dt.date(2026, 11, 20), at=NOON, by="test")
    measures = record(policy)["measures"]
    assert "Staff log in with a password and a second factor, or with a passkey." not in measures
    assert "Last restore drill: 20 November 2026, and it worked." in measures


def test_it_is_said_in_both_languages_whatever_language_is_active(policy: PolicyVersion) -> None:
    with translation.override("sv"):
        said = processing.compose(policy, at=NOON)
    assert set(said) == {"en", "sv"}
    assert said["en"]["title"] == "Record of processing activities"
    assert said["sv"]["title"] == "Register över behandlingar"
    english, swedish = (
        {line for each in record["processings"] for _name, _label, lines in each["columns"] for line in lines}
        | set(record["measures"])
        for record in (said["en"], said["sv"])
    )
    assert english & swedish == set()


def test_csv_and_pdf_say_the_same_and_name_nobody(policy: PolicyVersion) -> None:
    said = record(policy, "sv")
    rows = list(csv.reader(io.StringIO(papers.record_csv(said).decode())))
    assert len(rows) == 1 + len(said["processings"])
    assert rows[0][:2] == ["Personuppgiftsansvarig (a)", "Behandling"]
    assert all(said["measures"][0] in row[-1] for row in rows[1:])
    made = papers.record_pdf(said, at=NOON)
    assert made.startswith(b"%PDF-")
    assert made == papers.record_pdf(json.loads(json.dumps(said)), at=NOON)


def test_a_cell_that_a_spreadsheet_would_calculate_is_inert(policy: PolicyVersion) -> None:
    said = record(policy)
    said["processings"][0]["title"] = "=1+1"
    assert "'=1+1" in papers.record_csv(said).decode()
