"""The officer enters who acts for the person, tells the person, and reads on the page what the answer waits for."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contacts.models import PolicyVersion
from dsr.intake import representing
from dsr.models import Attachment, Representative
from dsr.words.vocabulary import Kind
from tests.support.deciding import LIST, TODAY, Desk, asks, url
from tests.support.factories import NOON
from tests.support.representing import acts_for
from tests.support.requesting import OFFICER, fresh

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L17")]

TYPED = {
    "name": "Lena Lagman",
    "kind": "lawyer",
    "email": "lena@lagman.example",
    "proof": "power",
    "issued_by": "Ada Berg",
    "issued_on": "2026-11-20",
    "seen_on": "2026-11-23",
    "scope": ["access", "erasure"],
}


def test_the_officer_enters_who_acts_and_tells_the_person(
    log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    officer, request = log_in("privacy officer"), asks(policy, Kind.ACCESS)
    typed = {**TYPED, "file": SimpleUploadedFile("power.pdf", b"%PDF-1.7")}
    shown = officer.post(url(request, "represented"), typed, follow=True).content.decode()
    assert "The representative is on record." in shown
    assert "The person does not know yet." in shown
    assert "power.pdf" in shown
    assert Attachment.objects.count() == 1
    desk = Desk(officer, request, "tell-represented")
    assert "Lena Lagman" in desk.letter
    desk.fill()
    desk.send()
    assert request.papers.filter(kind="notice").count() == 1
    page = officer.get(f"{LIST}{request.public_id}/change/").content.decode()
    assert "The letter to the person has not left yet." in page


def test_the_officer_notes_what_the_person_says(log_in: Callable[[str], Client], policy: PolicyVersion) -> None:
    officer, request = log_in("privacy officer"), asks(policy, Kind.ACCESS)
    officer.post(url(request, "represented"), TYPED)
    officer.post(url(request, "agreed-to"), {"on": "2026-11-24"})
    page = officer.get(f"{LIST}{request.public_id}/change/").content.decode()
    assert "The answer can go to them." in page
    officer.post(url(request, "end-represented"), {"why": "objected"})
    assert Representative.objects.get().end == "objected"
    assert "Answers go to the person." in officer.get(f"{LIST}{request.public_id}/change/").content.decode()


def test_why_nobody_could_be_told_is_noted(log_in: Callable[[str], Client], policy: PolicyVersion) -> None:
    officer, request = log_in("privacy officer"), asks(policy, Kind.ACCESS)
    officer.post(url(request, "represented"), TYPED)
    officer.post(url(request, "not-told"), {"why": "A child of four."})
    assert Representative.objects.get().untold == "A child of four."


def test_a_package_is_posted_to_who_acts(log_in: Callable[[str], Client], policy: PolicyVersion) -> None:
    officer, request = log_in("privacy officer"), asks(policy, Kind.ACCESS)
    acts_for(request, policy)
    page = officer.get(f"{LIST}{request.public_id}/change/").content.decode()
    assert "Lena Lagman (for Ada Berg) asked us" in page
    assert "Print it and post it to Lena Lagman, who acts for them." in page
    refused = Desk(officer, request, "hand-over").send()
    assert "has not been told" in refused
    representing.agreed(request.pk, TODAY, policy=policy, at=NOON, by=OFFICER)
    Desk(officer, request, "hand-over").send()
    assert fresh(request).outcome == "fulfilled"
    assert request.entries.filter(step="handed_over").get().rule == "post"
