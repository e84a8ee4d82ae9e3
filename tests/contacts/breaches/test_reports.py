"""Reports of a breach to the authority: in phases, each kept as it was sent (Art. 33 GDPR, L10)."""

import datetime as dt

import pytest
from django.utils import translation

from contacts.breaches import authority_form, notices, paper, register
from contacts.breaches.register import BreachError
from contacts.models import AuditEvent, Breach, BreachReport, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.breaching import AN_HOUR, NOTICE, OFFICER, BreachFactory, affecting, report, seen, tell
from tests.support.factories import NOON, ONE_DAY, customer
from tests.support.mailing import send
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.promise("L10"), pytest.mark.django_db]

# In the order of IMY's form; between contact and end, what Art. 33(3)(a) asks for besides.
ORDER = [
    "Controller",
    "Organisation number",
    "Address",
    "Reference",
    "Contact",
    "What happened",
    "When it began",
    "When it ended",
    "When we became aware of it",
    "People affected",
    "Personal data affected",
    "Likely consequences",
    "Severity",
    "Measures taken and planned",
    "Have the people been told?",
]
WHOLE = {
    "groups": "Customers in Norway",
    "categories": ["email", "name"],
    "data": "Notes of calls",
    "consequences": "Spam and fraud.",
    "severity": "limited",
    "risk": "high",
    "measures": "The password was changed.",
}


def said(breach: Breach, policy: PolicyVersion, language: str = "en", **other: str) -> dict[str, str]:
    told = authority_form.said(seen(breach), 1, **{"late_because": "", **other}, policy=policy, language=language)
    return dict(told["rows"])


def test_a_report_asks_in_the_order_of_the_authoritys_form(policy: PolicyVersion) -> None:
    assert list(said(BreachFactory.create(), policy)) == ORDER


def test_it_says_all_that_the_law_asks_for(policy: PolicyVersion) -> None:
    breach = affecting(customer(policy), customer(policy), **WHOLE, began_at=NOON - ONE_DAY, ended_at=NOON - AN_HOUR)
    rows = said(breach, policy)
    assert rows["Controller"] == policy.controller["name"]
    assert rows["Organisation number"] == policy.controller["number"]
    assert rows["People affected"] == "Customers in Norway\n2 people in our records\ncustomer: 2"
    assert rows["Personal data affected"].startswith("work e-mail (2), name")
    assert rows["Severity"] == "Limited; there is a high risk"
    assert rows["When we became aware of it"] == "24 November 2026 12:00 (Europe/Stockholm)"
    assert "Not known yet" not in {rows[name] for name in ORDER[:-1]}


def test_what_is_not_known_yet_is_said_to_be(policy: PolicyVersion) -> None:
    rows = said(BreachFactory.create(), policy)
    assert {name for name, answer in rows.items() if answer == "Not known yet"} == {
        *("When it began", "When it ended", "People affected", "Personal data affected", "Likely consequences"),
        *("Severity", "Measures taken and planned"),
    }


def test_people_who_were_not_told_are_said_not_to_be(policy: PolicyVersion) -> None:
    assert said(BreachFactory.create(), policy)["Have the people been told?"] == "Not yet"


def test_it_says_whether_people_were_told_from_the_records(policy: PolicyVersion) -> None:
    breach = affecting(customer(policy), customer(policy, bounced_on=NOON.date()), **WHOLE)
    tell(breach)
    send()
    days = {"from_on": NOON.date(), "until_on": NOON.date() + 9 * ONE_DAY}
    notices.publish(seen(breach), NOTICE, **days, policy=policy, at=NOON, by=OFFICER)
    told = said(breach, policy)["Have the people been told?"].splitlines()
    assert told[0].startswith("Letters were approved on 24 November 2026")
    assert told[1:] == [
        "Got a letter: 1",
        "Mail to the address bounces: 1",
        "A notice on our website, from 24 November 2026 until 3 December 2026.",
    ]


def test_a_processor_that_told_us_is_named(policy: PolicyVersion) -> None:
    processor = RecipientFactory.create(name="Print Ltd")
    breach = BreachFactory.create(processor=processor, processor_told_at=NOON - AN_HOUR)
    assert said(breach, policy)["Reported to us by"].startswith("Print Ltd, 24 November 2026")


def test_reports_are_kept_as_they_were_sent_and_added_to(policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    first = report(breach, policy, reference="IMY-2026-77")
    register.change(seen(breach), WHOLE, at=NOON, by=OFFICER)
    second = report(breach, policy, NOON + 4 * ONE_DAY)
    assert [each.number for each in breach.reports.all()] == [1, 2]
    kept = dict(BreachReport.objects.get(pk=first.pk).said["en"]["rows"])
    assert kept["Likely consequences"] == "Not known yet"
    added = BreachReport.objects.get(pk=second.pk).said
    assert dict(added["en"]["rows"])["Likely consequences"] == "Spam and fraud."
    assert "IMY-2026-77" in dict(added["en"]["rows"])["Reference"]
    assert (added["en"]["title"], added["sv"]["title"]) == (
        "Notification of a personal data breach: addition 1",
        "Anmälan av personuppgiftsincident: komplettering 1",
    )
    assert list(AuditEvent.objects.filter(code__contains="report").values_list("code", flat=True)) == [
        "breach.reported",
        "breach.report_added",
    ]
    assert seen(breach).state == "reported"


def test_a_report_after_72_hours_gives_its_reasons(policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    in_time, late = breach.aware_at + 72 * AN_HOUR, breach.aware_at + 72 * AN_HOUR + dt.timedelta(seconds=1)
    before = contents()
    with pytest.raises(BreachError, match="reasons for the delay"):
        report(breach, policy, late)
    assert contents() == before
    kept = report(breach, policy, late, late_because="The processor told us late.")
    assert dict(kept.said["en"]["rows"])["Reasons for the delay"] == "The processor told us late."
    report(BreachFactory.create(), policy, in_time)


def test_what_was_sent_in_time_may_be_recorded_later(policy: PolicyVersion) -> None:
    breach = BreachFactory.create()
    kept = report(breach, policy, NOON + 9 * ONE_DAY, sent_at=NOON)
    assert (kept.sent_at, kept.recorded_at) == (NOON, NOON + 9 * ONE_DAY)


@pytest.mark.parametrize("sent_at", [NOON - 2 * AN_HOUR, NOON + AN_HOUR])
def test_nothing_was_sent_before_we_knew_or_in_the_future(sent_at: dt.datetime, policy: PolicyVersion) -> None:
    with pytest.raises(BreachError, match="not in the future"):
        report(BreachFactory.create(), policy, sent_at=sent_at)


def test_a_closed_breach_is_not_reported_again(policy: PolicyVersion) -> None:
    breach = BreachFactory.create(state="closed", closed_at=NOON, learnt="Much.")
    with pytest.raises(BreachError):
        report(breach, policy)
    assert not BreachReport.objects.exists()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_paper_is_a_tagged_pdf_and_the_same_each_time(language: str, policy: PolicyVersion) -> None:
    with translation.override("sv"):
        kept = report(affecting(customer(policy), **WHOLE), policy)
    made = [paper.pdf(kept.said[language], note="Sent.", at=kept.sent_at) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made[0]
