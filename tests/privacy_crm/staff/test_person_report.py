"""The report on one person says what the records say, part by part, and of what they do not that it is not known."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from contacts.base import audit
from contacts.models import AuditEvent, ConsentRecord, Contact, PolicyVersion
from contacts.people import erasure, tellings
from contacts.permission import objections
from contacts.words.vocabulary import Channel, TellingWay
from dsr.decisions import erasing
from dsr.decisions.erasing import Order
from dsr.evidence import opening
from dsr.models import Evidence, Request
from dsr.words.vocabulary import ErasureGround, Kind, Outcome
from privacy_crm.staff.person_report import report
from tests.support import person_reports
from tests.support.deciding import TODAY, ada, asks
from tests.support.factories import NOON, ONE_DAY
from tests.support.packaged import somebody
from tests.support.person_reports import AGREED, ASKED, DELETED, RECEIVED, SHOWN, WHY, rows, under
from tests.support.requesting import OFFICER, asked_by, close
from tests.support.sharing import RecipientFactory, gave, notice

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]

ADDRESS = "ada@fjordkraft.example"
NOT_KNOWN = "Not known"


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_KEYS_URL = (tmp_path / "keys").as_uri()


def text(made: report.Report) -> str:
    """All that it says."""
    cells = [cell for part in made.parts for grid in part.grids for row in grid.rows for cell in row]
    return "\n".join([made.called, made.made, *(words for part in made.parts for words in part.texts), *cells])


def objected(contact: Contact, channel: Channel) -> None:
    said: Any = {"public_id": contact.public_id, "channels": [channel], "reason": "preferences"}
    objections.record(contact.address_hash or "", day=TODAY, at=NOON, by="visitor", **said)


def parts_of(contact: Contact, policy: PolicyVersion) -> list[Any]:
    return person_reports.of(contact, policy).parts


# What it says of somebody who is held


@pytest.mark.promise("P1")
def test_each_reason_has_its_clock_and_its_last_day_and_so_has_each_hold(policy: PolicyVersion) -> None:
    contact = ada(policy)
    asked_by(contact, policy, Kind.ACCESS)
    why = parts_of(contact, policy)[WHY]
    (reason,) = rows(why, "Reasons")
    assert reason[0] == "Prospect"
    assert reason[2] == "24 May 2026"
    assert reason[5] == "24 November 2027"
    (freeze,) = rows(why, "Holds")
    assert freeze[0] == "A request that is being answered"
    assert (freeze[3], freeze[5]) == ("24 November 2026", "Stands")
    assert any("Ada Berg" in sentence for sentence in why.texts)


@pytest.mark.promise("L6")
@pytest.mark.promise("P5")
def test_the_restricted_and_the_reduced_are_reported_on_as_anybody(policy: PolicyVersion) -> None:
    contact = ada(policy)
    contact.holds.create(kind="freeze", reason="restriction", placed_at=NOON)
    Contact.objects.filter(pk=contact.pk).update(restricted_through=dt.date(9999, 12, 31))
    contact.refresh_from_db()
    said = " ".join(parts_of(contact, policy)[WHY].texts)
    assert "only been stored, and not used, since 24 November 2026" in said
    erasure.minimise({contact.pk: contact.public_id}, ["name"], day=TODAY, at=NOON, by="test", rule="hold")
    contact.refresh_from_db()
    made = parts_of(contact, policy)
    assert "On 24 November 2026 the record was reduced" in " ".join(made[WHY].texts)
    (deed,) = rows(made[DELETED], "From the audit trail")
    assert deed[0] == "24 November 2026"
    assert deed[2] == "A hold had ended"


@pytest.mark.promise("L13")
def test_versions_have_their_day_and_way_and_what_came_back_told_nobody(policy: PolicyVersion) -> None:
    contact = ada(policy)
    basis = contact.bases.get()
    shown = parts_of(contact, policy)[SHOWN]
    (unknown,) = rows(shown, "Privacy policy")
    assert unknown[1].startswith(NOT_KNOWN)
    tellings.record([basis.pk], policy, TellingWay.LETTER, on=TODAY - ONE_DAY)
    tellings.record([basis.pk], policy, TellingWay.MAIL, on=TODAY, mail=contact.public_id)
    tellings.came_back(contact.pk, contact.public_id, day=TODAY)
    mail, letter = rows(parts_of(contact, policy)[SHOWN], "Privacy policy")[:2]
    assert mail[2:] == ["24 November 2026", "A mail of ours, which came back on 24 November 2026 and told nobody"]
    assert letter[2:] == ["23 November 2026", "A letter by post"]


@pytest.mark.promise("P1")
def test_a_version_that_came_with_the_basis_was_shown_by_a_form_or_a_mail(policy: PolicyVersion) -> None:
    contact = ada(policy)
    contact.bases.update(policy_shown=policy, policy_shown_on=TODAY)
    (shown,) = rows(parts_of(contact, policy)[SHOWN], "Privacy policy")
    assert shown == ["Prospect", "1", "24 November 2026", "A form or a mail of ours"]


@pytest.mark.promise("L5")
def test_where_the_details_come_from_was_told_or_was_not(policy: PolicyVersion) -> None:
    contact = ada(policy)
    contact.bases.update(source_kind="third_party")
    title = "Where the details come from (Art. 14 GDPR)"
    assert rows(parts_of(contact, policy)[SHOWN], title)[0][2] == "Nothing on record"
    contact.bases.update(informed_on=TODAY)
    assert rows(parts_of(contact, policy)[SHOWN], title)[0][2:] == ["24 November 2026", NOT_KNOWN]
    audit.record("contact.informed", at=NOON, by=OFFICER, public_id=contact.public_id, rule="letter")
    assert rows(parts_of(contact, policy)[SHOWN], title)[0][3] == "A letter by post"


@pytest.mark.promise("L14")
def test_the_ledger_stands_with_its_wording_and_each_objection_since_its_day(policy: PolicyVersion) -> None:
    contact = ada(policy)
    ConsentRecord.objects.create(
        contact=contact,
        channel="email",
        state="given",
        method="double_opt_in",
        source="form",
        wording="Yes, write to me.",
        language="en",
        policy_version=policy,
        said_on=TODAY,
        ticked_at=NOON - ONE_DAY,
        recorded_at=NOON,
    )
    objected(contact, Channel.PHONE)
    agreed = parts_of(contact, policy)[AGREED]
    ledger = rows(agreed, "Consents and objections, one by one")
    given = next(row for row in ledger if row[2] == "Consent given")
    assert given[0] == "Ticked on 23 November 2026, confirmed on 24 November 2026"
    assert given[4] == "“Yes, write to me.” (en, version 1)"
    assert next(row for row in ledger if row[2] == "Objected")[1] == "Phone"
    standing = rows(agreed, "Objections to marketing that stand")
    assert {(row[0], row[1]) for row in standing} == {("Phone", "24 November 2026")}


@pytest.mark.promise("P15")
def test_recipients_stand_with_their_days_and_with_what_they_were_told(policy: PolicyVersion) -> None:
    contact = ada(policy)
    printer, host = RecipientFactory.create(name="ePrint AB"), RecipientFactory.create(name="Host AB", standing=True)
    gave(printer, contact, purpose="prospect")
    notice(printer, "rectified", reference=contact.public_id, sent_at=NOON)
    received = parts_of(contact, policy)[RECEIVED]
    (given,) = rows(received, "Disclosures")
    assert given[0] == "ePrint AB"
    assert "2026" in given[3]
    assert [row[:1] + row[2:3] for row in rows(received, "Recipients that have everybody’s details")] == [
        [host.name, "24 May 2026"]
    ]
    assert rows(received, "Notices to recipients") == [["ePrint AB", "Correct", "24 November 2026", "Not confirmed"]]


@pytest.mark.promise("P8")
def test_of_dietary_needs_it_says_that_consent_was_given_and_not_what_they_are(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Qqmark")
    said = text(person_reports.of(contact, policy))
    assert "Explicit consent to hold dietary needs was given" in said
    assert "vegan" not in said.lower()


@pytest.mark.promise("P21")
def test_requests_have_clocks_and_outcomes_and_evidence_says_who_opened_it_by_number(policy: PolicyVersion) -> None:
    contact = ada(policy)
    request = close(asked_by(contact, policy, Kind.COMPLAINT), policy, Outcome.ANSWERED)
    evidence = Evidence.objects.get()
    opening.ask(evidence.pk, "The claim", at=NOON, by="user:77")
    asked = parts_of(contact, policy)[ASKED]
    (said,) = rows(asked, "Requests")
    assert said[0] == request.number
    assert said[5:] == ["Answered", "24 November 2026"]
    (sealed,) = rows(asked, "Sealed evidence")
    assert sealed[3:] == ["24 November 2031", "24 November 2026 by one person"]
    Request.objects.filter(pk=request.pk).delete()
    asked = parts_of(contact, policy)[ASKED]
    assert f"We keep sealed evidence of request {request.number} until 24 November 2031." in asked.texts


# Somebody who is not held any more


@pytest.mark.promise("L12")
def test_of_somebody_erased_it_says_what_the_certificate_the_tombstone_and_the_trail_say(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    contact = request.subjects.get().contact
    printer = RecipientFactory.create(name="Printer AB")
    gave(printer, contact, purpose="prospect")
    erasing.erase(request.pk, Order(ErasureGround.NOT_NEEDED), policy=policy, at=NOON, by=OFFICER)
    made = under(ADDRESS, policy)
    assert made.parts[WHY].texts == ["We hold nobody under this address."]
    (deed,) = rows(made.parts[DELETED], "From the audit trail")
    assert deed[2] == "No longer needed (Art. 17(1)(a))"
    assert rows(made.parts[DELETED], "Certificates of deletion")[0][:2] == [request.number, "24 November 2026"]
    stays = {row[0]: row[3] for row in rows(made.parts[DELETED], "What stays when a record is gone")}
    assert stays["The address in coded form, so that nobody enters it again"] == "Until 24 November 2029"
    assert rows(made.parts[RECEIVED], "Notices to recipients")[0][:2] == ["Printer AB", "Erase"]
    assert rows(made.parts[RECEIVED], "Disclosures") == []
    assert rows(made.parts[ASKED], "Requests")[0][0] == request.number
    said = text(made)
    assert "Berg" not in said
    assert str(contact.public_id) not in said


@pytest.mark.promise("P12")
def test_of_somebody_whom_the_clock_deleted_nothing_is_known_but_the_objection(policy: PolicyVersion) -> None:
    contact = ada(policy)
    objected(contact, Channel.POST)
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="purge:1", rule="prospect")
    made = under(ADDRESS, policy)
    assert rows(made.parts[DELETED], "From the audit trail") == []
    assert "If the nightly deletion removed somebody with this address" in made.parts[DELETED].texts[0]
    assert rows(made.parts[AGREED], "Objections to marketing that stand")[0][:2] == ["Post", "24 November 2026"]
    assert made.parts[SHOWN].texts == ["Not known: this goes with the record of the person."]


def test_who_has_the_address_now_is_not_told_of_who_had_it_before(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    erasing.erase(request.pk, Order(ErasureGround.NOT_NEEDED), policy=policy, at=NOON, by=OFFICER)
    again = ada(policy)
    made = under(ADDRESS, policy)
    assert rows(made.parts[ASKED], "Requests") == []
    assert rows(made.parts[DELETED], "Certificates of deletion") == []
    assert made.called == f"About Ada Berg, {again.email}"


# Names, record and paper


@pytest.mark.promise("P20")
def test_letters_without_a_font_are_given_up_on_paper_which_says_so(policy: PolicyVersion) -> None:
    made = person_reports.of(ada(policy, last_name="王"), policy)
    assert "王" in made.called
    assert report.pdf(made, at=NOON).startswith(b"%PDF")


@pytest.mark.promise("P17")
def test_each_report_is_on_record_by_the_number_of_the_person_and_the_case(policy: PolicyVersion) -> None:
    contact = ada(policy)
    under(ADDRESS, policy)
    under("nobody@fjordkraft.example", policy)
    events = AuditEvent.objects.filter(code="person_report.made").order_by("pk")
    assert [(event.public_id, event.rule) for event in events] == [
        (contact.public_id, "on_complaint:IMY-2026-7"),
        (None, "on_complaint:IMY-2026-7"),
    ]


@pytest.mark.promise("P20")
def test_it_names_neither_staff_nor_anybody_else(policy: PolicyVersion) -> None:
    contact = somebody(policy, "Qqone")
    somebody(policy, "Qqtwo")
    said = text(person_reports.of(contact, policy))
    assert "Qqtwo" not in said
    assert "user:" not in said
    assert "staff-" not in said


@pytest.mark.parametrize(("language", "title"), [("en", "What Nordvik Software AB did"), ("sv", "Det här har")])
def test_on_paper_it_is_a_few_pages_in_the_language_that_was_chosen(
    policy: PolicyVersion, language: str, title: str
) -> None:
    made = person_reports.of(somebody(policy, "Qqmark"), policy, language)
    assert made.title.startswith(title)
    paper = report.pdf(made, at=NOON)
    assert paper.startswith(b"%PDF")
    assert paper == report.pdf(made, at=NOON)
