"""The authority pack: each part that was promised is in it and holds what the records hold; nobody is named."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.base import audit
from contacts.information import maintenance, reviews
from contacts.models import AuditEvent, Contact, PolicyVersion, Recipient, Review, SignUp
from dsr.models import Evidence, Request
from privacy_crm.authority.tables import as_of
from privacy_crm.registers import evidence
from retention.audit import seals
from retention.models import PurgeRun
from tests.support import admin_pages, breaching
from tests.support.factories import NOON, ONE_DAY, ReviewFactory, crowd
from tests.support.packaged import somebody
from tests.support.packs import Opened, opened
from tests.support.registering import abroad, assess, attach, kept, work_for
from tests.support.requesting import received
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.promise("L8"), pytest.mark.django_db]

TODAY = NOON.date()
YESTERDAY = TODAY - ONE_DAY
PARTS = {
    *("record-of-processing", "record-of-processing-kept", "policy-versions", "policy-rules", "policy-changes"),
    *("assessments-of-interest", "impact-assessments", "recipients", "sub-processors", "transfer-assessments"),
    *("requests", "requests-of-earlier-years", "nightly-runs", "nightly-runs-by-rule", "breaches", "breach-reports"),
    *("reviews", "review-outcomes", "maintenance", "sealed-evidence", "audit-verification"),
}


def names_of(model: type[Any], *fields: str) -> Iterator[str]:
    for row in model.objects.values_list(*fields):
        yield from (str(value) for value in row if value and str(value) not in admin_pages.ROLES)


def test_each_part_is_in_it_in_both_languages_and_its_index_leads_there(policy: PolicyVersion) -> None:
    found = opened(policy)
    for language in ("en", "sv"):
        papers = {f"{language}/{part}.csv" for part in PARTS} | {f"{language}/record-of-processing.pdf"}
        assert {name for name in found.files if name.startswith(f"{language}/")} == papers
        assert {*re.findall(rf'href="({language}/[^"]+)"', found.index(language))} <= papers
    assert 'href="index.sv.html"' in found.index("en")
    assert "<script" not in found.index()
    assert found.files["sv/record-of-processing.pdf"].startswith(b"%PDF")


@pytest.mark.promise("P20")
@pytest.mark.usefixtures("at_noon")
def test_it_names_nobody(policy: PolicyVersion) -> None:
    admin_pages.world(policy)
    somebody(policy, "Qqmark")
    User.objects.create(username="qquser", email="qquser@nordvik.example", first_name="Qqfirst", last_name="Qqlast")
    ReviewFactory.create(title="What qqFIRST may see")
    ReviewFactory.create(title="Ask somebody@elsewhere.example")
    found = opened(policy).text()
    people = {*names_of(Contact, "first_name", "last_name", "email", "phone", "public_id", "address", "job_title")}
    people |= {*names_of(SignUp, "email", "first_name", "phone")}
    staff = {*names_of(User, "username", "email", "first_name", "last_name")} - {"closed", "somebody"}  # plain words
    assert len(people) > 20
    assert not [name for name in people | staff if re.search(rf"\b{re.escape(name)}\b", found, re.IGNORECASE)]
    for recipient in Recipient.objects.all():  # companies are named
        for text in (recipient.name, recipient.service, recipient.safeguard_reference):
            found = found.replace(text, "") if text else found
    assert "Qqmark" not in found
    assert "@" not in found


def test_what_staff_typed_is_left_out_where_it_names_one_of_them(policy: PolicyVersion) -> None:
    User.objects.create(username="aberg", first_name="Anna", last_name="Berg")
    for title in ("What ANNA may see", "Mail to it@nordvik.example", "Annan review"):
        ReviewFactory.create(title=title)
    titles = [row["What"] for row in opened(policy).rows("reviews")]
    assert titles == [*["left out, since it names somebody"] * 2, "Annan review"]


@pytest.mark.promise("P24")
def test_the_policy_stands_with_its_versions_rules_and_changes(policy: PolicyVersion) -> None:
    found = opened(policy)
    assert [row["Version"] for row in found.rows("policy-versions")] == [str(policy.number)]
    months = {row["Held as"]: row["Months"] for row in found.rows("policy-rules")}
    assert sorted(months.values()) == sorted(str(rule.months) for rule in policy.each_rule)


def test_recipients_stand_with_agreements_sub_processors_and_transfers(policy: PolicyVersion) -> None:
    recipient = abroad(name="Cloud Inc", agreement_until=TODAY)
    attach(recipient)
    work_for(recipient, name="Inside GmbH")
    assess(recipient, conclusion="Anna says so")
    found = opened(policy)
    (row,) = found.rows("recipients")
    assert (row["Recipient"], row["Country"]) == ("Cloud Inc", "United States of America")
    assert (row["Last day"], row["On the day asked for"]) == (TODAY.isoformat(), "in force")
    assert row["Documents on record"] == "1"
    assert found.rows("sub-processors")[0]["Sub-processor"] == "Inside GmbH"
    assert found.rows("transfer-assessments")[0]["Transfer allowed"] == "yes"
    assert "Anna" not in found.text()
    (later,) = opened(policy, TODAY + ONE_DAY, NOON + ONE_DAY).rows("recipients")
    assert later["On the day asked for"] == "ended"


def test_nights_breaches_reviews_drills_and_evidence_stand_with_their_numbers(policy: PolicyVersion) -> None:
    admin_pages.world(policy)
    maintenance.drilled("Anna's", worked=False, on=YESTERDAY, at=NOON, by="test")
    review = Review.objects.order_by("pk")[0]
    reviews.record(review, "Anna found it", on=TODAY, evidence=evidence.gather(at=NOON), at=NOON, by="test")
    found = opened(policy)
    (run,) = found.rows("nightly-runs")
    assert (run["State"], run["To delete when it waited"], run["Approvals"]) == ("waits for approval", "1", "1")
    assert len(found.rows("nightly-runs-by-rule")) == 9
    assert {row["People found"] for row in found.rows("breaches")} == {"0", "1"}
    assert len(found.rows("breach-reports")) == 1
    assert [row["It worked"] for row in found.rows("maintenance")] == ["yes", "no"]
    assert found.rows("review-outcomes")[0]["Last restore drill"] == "2026-11-24: it worked"
    sealed = sum(int(row["Number of files"]) for row in found.rows("sealed-evidence"))
    assert sealed == Evidence.objects.count() > 0
    assert "Anna" not in found.text()


def test_a_request_stands_with_its_clock_as_of_the_day(policy: PolicyVersion) -> None:
    request = received(policy, 11, 24)
    Request.objects.filter(pk=request.pk).update(
        state="closed", outcome="fulfilled", closed_on=TODAY, extended_on=TODAY, legal_on=TODAY + 90 * ONE_DAY
    )
    request.refresh_from_db()
    (row,) = opened(policy).rows("requests")
    assert (row["Number"], row["Outcome"], row["Closed"]) == (request.number, "done as asked", TODAY.isoformat())
    assert row["Last day by law"] == (TODAY + 90 * ONE_DAY).isoformat()
    later = NOON + ONE_DAY
    Request.objects.update(closed_on=later.date(), extended_on=later.date())
    (row,) = opened(policy, TODAY, later).rows("requests")
    assert (row["State"], row["Outcome"], row["Closed"], row["Extended by two months on"]) == ("not closed", "", "", "")
    assert row["Last day by law"] == "2026-12-24"
    Request.objects.update(paused_days=3)
    (row,) = opened(policy, TODAY, later).rows("requests")
    assert row["Last day by law"] == "not known"
    assert opened(policy, YESTERDAY, later).rows("requests") == []


def test_what_came_after_the_day_is_not_in_it_and_what_has_no_history_is_not_known(policy: PolicyVersion) -> None:
    kept(policy, NOON)
    breach = breaching.BreachFactory.create(risk="high")
    breaching.report(breach, policy)
    PurgeRun.objects.create(by="test", status="finished", at=NOON, started_at=NOON, finished_at=NOON)
    maintenance.drilled("", worked=True, on=TODAY, at=NOON, by="test")
    before = opened(policy, YESTERDAY)
    for part in PARTS - {"policy-versions", "policy-rules", "audit-verification"}:
        assert before.rows(part) == [], part
    assert "Not known: no record was kept by that day." in before.index()
    assert "en/record-of-processing.pdf" not in before.files
    (row,) = opened(policy, TODAY, NOON + ONE_DAY).rows("breaches")
    assert (row["State"], row["Risk"]) == ("reported", "not known")
    with pytest.raises(ValueError, match="2026-11-25"):
        as_of(TODAY + ONE_DAY, policy=policy, at=NOON)


def test_no_more_is_asked_of_the_database_for_more_people(policy: PolicyVersion) -> None:
    opened(policy)
    with CaptureQueriesContext(connection) as few:
        opened(policy)
    crowd(20, "event", TODAY, policy=policy)
    with CaptureQueriesContext(connection) as many:
        opened(policy)
    assert len(many) == len(few)
    assert not [query for query in many.captured_queries if 'FROM "contacts_contact"' in query["sql"]]


@pytest.mark.promise("L20")
def test_the_trail_was_verified_and_a_changed_entry_is_counted_and_not_shown(policy: PolicyVersion) -> None:
    AuditEvent.objects.all().delete()
    audit.record("contact.viewed", at=NOON, by="user:1", public_id=(number := uuid.uuid4()))
    seals.seal(policy=policy, at=NOON)
    (row,) = opened(policy).rows("audit-verification")
    assert (row["From seal"], row["To seal"], row["Entries read"], row["Faults"]) == ("1", "1", "1", "0")
    AuditEvent.objects.update(by="user:2")
    found = opened(policy)
    assert found.rows("audit-verification")[0]["Faults"] == "1"
    assert str(number) not in found.text()


@pytest.mark.usefixtures("at_noon")
def test_the_command_writes_a_new_file_on_record_and_no_day_to_come(policy: PolicyVersion, tmp_path: Any) -> None:
    out = tmp_path / "pack.zip"
    call_command("authority_pack", str(out), at=dt.date(2026, 11, 20))
    assert "as of 20 November 2026" in Opened(out.read_bytes()).index()
    event = AuditEvent.objects.get(code="authority_pack.fetched")
    assert (event.by, event.rule) == ("command", "day:2026-11-20")
    for wrong, day in ((out, TODAY), (tmp_path / "other.zip", TODAY + ONE_DAY)):
        with pytest.raises(CommandError):
            call_command("authority_pack", str(wrong), at=day)
    assert AuditEvent.objects.filter(code="authority_pack.fetched").count() == 1


def test_the_record_of_processing_of_an_earlier_day_is_the_one_kept_last(policy: PolicyVersion) -> None:
    RecipientFactory.create(name="Printer AB", purposes=["event"])
    kept(policy, NOON)
    Recipient.objects.update(name="Renamed AB")
    found = opened(policy, TODAY, NOON + ONE_DAY)
    assert "Printer AB" in found.files["en/record-of-processing.csv"].decode()
    assert found.files["en/record-of-processing.pdf"].startswith(b"%PDF")
    assert "Renamed AB" in opened(policy, TODAY + ONE_DAY, NOON + ONE_DAY).files["en/record-of-processing.csv"].decode()


def test_who_answers_for_privacy_is_not_named_in_the_record(policy: PolicyVersion) -> None:
    company = policy.controller | {"data_protection_officer": "Qqanna Berg", "privacy_contact": "Qqanna Berg"}
    policy.controller = company
    found = opened(policy)
    assert "Qqanna" not in found.text()
    assert "Data protection officer: as the privacy policy says" in found.files["en/record-of-processing.csv"].decode()


def test_the_index_shows_the_first_rows_of_a_long_register_and_its_file_all(policy: PolicyVersion) -> None:
    ReviewFactory.create_batch(51)
    found = opened(policy)
    assert len(found.rows("reviews")) == 51
    assert "The first 50 of 51 rows. The file has all of them." in found.index()
