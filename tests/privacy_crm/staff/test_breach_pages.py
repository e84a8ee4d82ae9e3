"""The register of breaches in the browser: entered, assessed, reported, told and closed by the officer (L10)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from contacts.breaches import affected
from contacts.models import AffectedPerson, Breach, BreachLetter, BreachNotice, BreachReport, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.breaching import NOTICE, TEXTS, BreachFactory, affecting, find, report, seen, tell
from tests.support.factories import DUE, NOON, ContactFactory, SegmentFactory, customer, held_for
from tests.support.mailing import send
from tests.support.sharing import RecipientFactory, gave

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("L10"), pytest.mark.usefixtures("at_noon")]

LIST = "/admin/contacts/breach/"
# 11:30 in Stockholm on the day of NOON, which is 13:00 there.
ENTERED = {
    "seen": "0", "title": "Lost laptop", "happened": "A laptop was lost.", "kinds": ["confidentiality"],
    "aware_at_0": "2026-11-24", "aware_at_1": "11:30", "began_at_0": "", "began_at_1": "", "ended_at_0": "",
    "ended_at_1": "", "processor": "", "processor_told_at_0": "", "processor_told_at_1": "",
}  # fmt: skip
SENT = {
    "sent_at_0": "2026-11-24", "sent_at_1": "12:45", "way": "eservice", "language": "sv", "reference": "IMY-1",
    "late_because": "",
}  # fmt: skip
WORDS = {f"{part}_{code}": text for code, texts in TEXTS.items() for part, text in texts.items()}


def of(breach: Breach, act: str) -> str:
    return f"{LIST}{breach.pk}/{act}/"


def post(client: Client, breach: Breach, act: str, **fields: Any) -> str:
    answer = client.post(of(breach, act), {"seen": seen(breach).changed, **fields}, follow=True)
    return answer.content.decode()


@pytest.fixture
def officer(log_in: LogIn, policy: PolicyVersion) -> Client:
    return log_in("privacy officer")


def test_the_officer_enters_a_breach_and_its_hours_run(officer: Client) -> None:
    page = officer.post(f"{LIST}add/", ENTERED, follow=True).content.decode()
    breach = Breach.objects.get()
    assert breach.aware_at.isoformat() == "2026-11-24T10:30:00+00:00"
    assert breach.contact_point == PolicyVersion.objects.get().controller["privacy_contact"]
    assert "Report it by 27 November 2026 11:30: 70 hours left" in page
    assert "By law the last moment is 27 November 2026 12:00" in page
    assert "70 hours left" in officer.get(LIST).content.decode()
    assert "has to be reported: 70 hours left" in officer.get("/admin/").content.decode()


def test_times_without_meaning_are_refused_on_the_form(officer: Client) -> None:
    page = officer.post(f"{LIST}add/", ENTERED | {"aware_at_1": "13:01"}).content.decode()
    assert "None of its times may be in the future" in page
    assert not Breach.objects.exists()


def test_facts_are_changed_and_nobody_overwrites_what_they_have_not_seen(officer: Client) -> None:
    breach = BreachFactory.create(aware_at=NOON.replace(hour=10, minute=30, second=7))
    assert "The facts are changed" in post(officer, breach, "facts", **ENTERED | {"title": "Found", "seen": 0})
    assert seen(breach).title == "Found"
    assert seen(breach).aware_at == breach.aware_at  # the same minute is the same moment
    before = contents(looks=False)
    assert "changed since you opened" in post(officer, breach, "facts", **ENTERED | {"seen": 0})
    assert contents(looks=False) == before


def test_the_risk_is_assessed(officer: Client) -> None:
    breach = BreachFactory.create()
    told = {"groups": "Customers", "categories": ["email"], "other_data": "Notes", "risk": "high", "severity": "severe"}
    assert "assessment is on record" in post(officer, breach, "assess", **told, contact_point="DPO, +46 8 1")
    found = seen(breach)
    assert (found.groups, found.categories, found.data, found.risk, found.contact_point) == (
        *("Customers", ["email"], "Notes", "high"),
        "DPO, +46 8 1",
    )
    assert 'name="other_data"' in officer.get(of(breach, "assess")).content.decode()


@pytest.mark.parametrize(
    ("among", "asked", "number"),
    [
        ("everybody", "everyone we hold", 3),
        ("scenario:customer", "held as customer", 2),
        ("segment:{segment}", "held as event", 1),
        ("recipient:{recipient}", "given to Print Ltd", 1),
    ],
)
def test_people_are_found_by_a_question(
    among: str, asked: str, number: int, officer: Client, policy: PolicyVersion
) -> None:
    buyer, _other, _guest = customer(policy), customer(policy), held_for("event", policy)
    recipient, segment = RecipientFactory.create(name="Print Ltd"), SegmentFactory.create(shared=True)
    gave(recipient, buyer)
    breach = BreachFactory.create()
    among = among.format(segment=segment.pk, recipient=recipient.pk)
    post(officer, breach, "find", among=among)
    assert affected.numbers(breach).people == number
    assert asked in breach.found_groups.get().asked
    assert asked in officer.get(of(breach, "change")).content.decode()


def test_the_page_warns_of_those_whom_the_night_takes_before_their_letter(
    officer: Client, policy: PolicyVersion
) -> None:
    due = held_for("whitepaper", policy)
    due.bases.update(clock_from=DUE.replace(year=DUE.year - 5))
    breach = affecting(due, customer(policy))
    later = affecting(due, risk="likely")
    warning = "1 person affected will be deleted in the coming night"
    assert warning in officer.get(of(breach, "change")).content.decode()
    assert warning not in officer.get(of(later, "change")).content.decode()
    tell(breach)
    send()
    assert warning not in officer.get(of(breach, "change")).content.decode()


def test_a_report_is_recorded_as_it_reads_and_downloaded_again(officer: Client, policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    draft = officer.get(f"{LIST}{breach.pk}/report-0-sv.pdf")
    assert (draft.status_code, draft.content[:5]) == (200, b"%PDF-")
    assert "The report is on record" in post(officer, breach, "report", **SENT)
    kept = BreachReport.objects.get()
    assert kept.sent_at.isoformat() == "2026-11-24T11:45:00+00:00"
    page = officer.get(of(breach, "change")).content.decode()
    assert "IMY-1" in page
    assert "Reported on 24 November 2026 12:45" in page
    papers = [officer.get(f"{LIST}{breach.pk}/report-1-{code}.pdf").content for code in ("en", "sv", "sv")]
    assert papers[0] != papers[1] == papers[2]
    for missing in ("report-2-sv", "report-1-de"):
        assert officer.get(f"{LIST}{breach.pk}/{missing}.pdf").status_code == 404
    assert "The addition is on record" in post(officer, breach, "add-report", **SENT)


def test_what_is_not_reported_is_decided_with_a_reason(officer: Client) -> None:
    breach = BreachFactory.create(risk="unlikely")
    assert "The decision is on record" in post(officer, breach, "leave-unreported", reason="It was encrypted.")
    assert "It was encrypted." in officer.get(of(breach, "change")).content.decode()
    assert "The breach is closed" in post(officer, breach, "close", learnt="Encrypt all.")
    assert "Encrypt all." in officer.get(of(breach, "change")).content.decode()


def test_letters_leave_and_the_page_counts_them(officer: Client, policy: PolicyVersion) -> None:
    breach = affecting(ContactFactory.create(), ContactFactory.create(bounced_on=NOON.date()), risk="high")
    form = officer.get(of(breach, "letters")).content.decode()
    assert "1 person gets a letter." in form
    assert "mail to the address bounces: 1" in form
    assert "1 letter leaves now." in post(officer, breach, "letters", **WORDS)
    send()
    assert len(mail.outbox) == 1
    page = officer.get(of(breach, "change")).content.decode()
    assert "<strong>1</strong> got a letter" in page
    assert "<strong>1</strong> mail to the address bounces" in page
    find(breach, ContactFactory.create())
    assert TEXTS["sv"]["nature"] in officer.get(of(breach, "letters")).content.decode()
    assert BreachLetter.objects.count() == 1


def test_a_notice_is_published_for_its_days(officer: Client) -> None:
    breach = BreachFactory.create()
    days = {"from_on": "2026-11-24", "until_on": "2026-12-24"}
    page = post(officer, breach, "notice", text_en=NOTICE["en"], text_sv=NOTICE["sv"], **days)
    assert "Notice on the public site, 24 November 2026 to 24 December 2026" in page
    assert BreachNotice.objects.get().texts == NOTICE


def test_the_auditor_reads_the_register_and_has_no_button(log_in: LogIn, policy: PolicyVersion) -> None:
    breach = affecting(customer(policy), risk="high")
    report(breach, policy)
    page = log_in("auditor").get(of(breach, "change")).content.decode()
    assert "What the authority was told" in page
    assert "pc-buttons" not in page
    assert AffectedPerson.objects.get().contact.email not in page


def test_a_decided_breach_waits_to_be_closed_on_the_home_page(officer: Client, policy: PolicyVersion) -> None:
    breach = BreachFactory.create(title="Stolen tape")
    report(breach, policy)
    assert "say what was learnt, and close it" in officer.get("/admin/").content.decode()
