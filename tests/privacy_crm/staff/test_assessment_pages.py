"""The registers of assessments: the officer writes, the auditor reads, and what is missing or due is a task (L19)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.admin.shared.base import company_day
from contacts.models import AuditEvent, ImpactAssessment, InterestAssessment, PolicyVersion
from contacts.policy import assessments
from contacts.words.vocabulary import Processing
from tests.support.assessing import WORDS, assessed, impact

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L19")]

type LogIn = Callable[[str], Client]

INTERESTS, IMPACTS = "/admin/contacts/interestassessment/", "/admin/contacts/impactassessment/"
TWO = {"summary_en": "It concerns your work.", "summary_sv": "Det rör ditt arbete."}


def contents(answer: Any) -> str:
    return str(answer.content.decode())


def days() -> dict[str, str]:
    day = company_day()
    return {"decided_on": str(day), "review_on": str(day + dt.timedelta(days=365))}


def test_the_officer_assesses_purposes_and_the_list_says_which_are_missing(
    policy: PolicyVersion, log_in: LogIn
) -> None:
    officer, (first, *others) = log_in("privacy officer"), assessments.of_policy(policy)
    assert f"customer: {first.text}" in contents(officer.get(INTERESTS))
    told = {"title": "Agreements", "purposes": [": ".join(first)], **WORDS, **TWO, **days()}
    shown = contents(officer.post(f"{INTERESTS}add/", told, follow=True))
    assert "To sell." in shown
    assert "0 people who are held for these reasons have objected" in shown
    made = InterestAssessment.objects.get()
    assert [(each.scenario, each.purpose) for each in made.purposes.all()] == [tuple(first)]
    assert made.summary == {"en": TWO["summary_en"], "sv": TWO["summary_sv"]}
    assert AuditEvent.objects.get(code="interest.assessed").by == made.decided_by
    assert f"customer: {first.text}" not in contents(officer.get(INTERESTS))
    assert f"customer: {others[0].text}" in contents(officer.get(INTERESTS))


def test_the_officer_says_why_a_processing_needs_no_impact_assessment(policy: PolicyVersion, log_in: LogIn) -> None:
    officer = log_in("privacy officer")
    assert "Neither an assessment nor a reason" in contents(officer.get(IMPACTS))
    told = {"processing": "mail", "needed": "no", "text": "Few details.", **days()}
    assert "No impact assessment is needed" in contents(officer.post(f"{IMPACTS}add/", told, follow=True))
    assert ImpactAssessment.objects.get().needed is False


def test_the_auditor_reads_and_writes_nothing(policy: PolicyVersion, log_in: LogIn) -> None:
    made, auditor = assessed(policy), log_in("auditor")
    assert "Short periods." in contents(auditor.get(f"{INTERESTS}{made.pk}/change/"))
    assert auditor.get(f"{INTERESTS}add/").status_code == 403


def test_what_is_missing_or_comes_up_for_review_is_a_task(policy: PolicyVersion, log_in: LogIn) -> None:
    officer = log_in("privacy officer")
    home = contents(officer.get("/admin/"))
    assert f"without an assessment of legitimate interest: {len(assessments.of_policy(policy))}" in home
    assert f"or a reason why none is needed: {len(Processing)}" in home
    soon = company_day() + dt.timedelta(days=10)
    assessed(policy, title="Agreements", review_on=soon)
    for processing in Processing:
        impact(processing)
    home = contents(officer.get("/admin/"))
    assert "Review the assessment of legitimate interest “Agreements”" in home
    assert "without an assessment" not in home
    assert "or a reason why none" not in home
    assessed(policy, decided_on=company_day())
    assert "Review the assessment" not in contents(officer.get("/admin/"))
