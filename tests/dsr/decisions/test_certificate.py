"""The certificate of a deletion: on a page to be printed, as a PDF, in two languages, and without personal data."""

import copy
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contacts.models import Contact, PolicyVersion
from dsr.decisions import certificates, erasing
from dsr.models import Certificate, Evidence, Request
from dsr.records.transitions import RequestError
from dsr.traces import counting, scanning
from dsr.words import places
from tests.dsr.traces.test_scanning import note
from tests.support.deleting import BY, counted, erased, full, text_of, wish
from tests.support.factories import NOON, ContactFactory, place
from tests.support.requesting import steps

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P21"), pytest.mark.usefixtures("made")]

type LogIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def made(policy_of_module: PolicyVersion) -> Certificate:
    return erased(wish(full(policy_of_module, duty=True), policy_of_module), policy_of_module)


@pytest.fixture
def certificate(made: Certificate) -> Certificate:
    return copy.deepcopy(made)


def address(certificate: Certificate, page: str = "certificate", *more: str) -> str:
    return reverse(f"admin:dsr_request_{page}", args=[certificate.request.public_id, *more])


def test_the_page_says_what_was_deleted_in_words_alone(
    log_in: LogIn, policy: PolicyVersion, certificate: Certificate
) -> None:
    page = text_of(log_in("privacy officer").get(address(certificate)).content.decode())
    said = certificates.said(certificate, policy=policy, language="en")
    assert len(said["deleted"]) == len(certificate.deleted)
    for name, number in said["deleted"]:
        assert re.search(rf"{name} {number}\b", page)
    for text in (said["outcome"], said["backups"], *said["scan"], certificate.request.number, "Name and company"):
        assert text in page


@pytest.mark.parametrize(("language", "title"), [("en", "Certificate of deletion"), ("sv", "Raderingsintyg")])
def test_it_is_to_be_had_on_accessible_paper_in_both_languages(
    log_in: LogIn, certificate: Certificate, language: str, title: str
) -> None:
    answer = log_in("privacy officer").get(address(certificate, "paper", language))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    for mark in (b"/StructTreeRoot", b"<pdfuaid:part>1</pdfuaid:part>", title.encode()):
        assert mark in answer.content
    assert f"/Lang({language})".encode() in answer.content.replace(b" ", b"")


def test_every_text_of_it_has_its_swedish(policy: PolicyVersion, certificate: Certificate) -> None:
    Certificate.objects.update(scan={"tables": 1, "columns": 2, "found": {"dsr_paper": 1}, "others": {"dsr_paper": 2}})
    certificate.refresh_from_db()
    english, swedish = (certificates.said(certificate, policy=policy, language=each) for each in ("en", "sv"))
    same = {text for text in _texts(english) & _texts(swedish) if re.search(r"[a-z]{4}", text)}
    names = {policy.controller["name"], policy.controller["address"], *certificate.told}
    assert {text for text in same - names if "law" not in text} == set()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_no_reader_meets_the_name_of_a_table_or_the_certificates_random_number(
    policy: PolicyVersion, certificate: Certificate, language: str
) -> None:
    Certificate.objects.update(scan={**certificate.scan, "found": dict.fromkeys(_tables(), 1), "others": {"left": 1}})
    certificate.refresh_from_db()
    said = str(certificates.said(certificate, policy=policy, language=language))
    assert [table for table in _tables() if table in said] == []
    assert str(certificate.public_id) not in said
    assert certificate.request.number in said
    assert str(certificate.public_id) in str(certificates.plain(certificate))


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models(include_auto_created=True)]


def test_numbers_have_separators_and_places_are_in_the_readers_language() -> None:
    rows = {"dsr_request": 1, "contacts_auditevent": 32_769, "left_behind": 2, "django_session": 1}
    told = (
        "the record of who looked at and changed what (32,769 entries), other records (3 entries), requests (1 entry)"
    )
    with translation.override("en"):
        assert places.found(rows) == told
        assert places.deleted(rows)[-1] == ("Requests not confirmed", 1)
    with translation.override("sv"):
        assert places.found(rows).startswith("loggen över vem som har sett och ändrat vad (32\xa0769 poster), andra")


def test_every_table_that_is_deleted_with_a_person_or_keeps_a_trace_of_them_has_a_name() -> None:
    people = {model._meta.db_table for root in (Contact, Request) for model in counting._parents_first({root})}
    assert (people | set(scanning._PROOF)) - set(places.NAMES) == set()


def _texts(said: Any) -> set[str]:
    if isinstance(said, str):
        return {said}
    parts = said.values() if isinstance(said, dict) else said if isinstance(said, list) else []
    return {text for part in parts for text in _texts(part)}


def test_it_names_nobody(log_in: LogIn, certificate: Certificate) -> None:
    officer = log_in("privacy officer")
    told = officer.get(address(certificate)).content.decode() + str(certificates.plain(certificate))
    for trace in ("zyxmark@", "Zyxmark first", "Zyxmark last", "+46 70"):
        assert trace not in told


@pytest.mark.promise("L12")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            [
                "The letter to them",
                "8 December 2026",
                "nobody brings them back",
                "24 November 2029",
                "24 November 2028",
                "24 November 2031",
                "24 months after each entry",
            ],
        ),
        (
            "sv",
            [
                "Brevet till personen",
                "8 december 2026",
                "så att ingen registrerar personen igen",
                "24 november 2029",
                "24 november 2028",
                "24 november 2031",
                "24 månader efter varje anteckning",
            ],
        ),
    ],
)
def test_it_says_what_stays_without_a_name_on_which_ground_and_until_when(
    policy: PolicyVersion, certificate: Certificate, language: str, told: list[str]
) -> None:
    coded = certificates.said(certificate, policy=policy, language=language)["coded"]
    assert len(coded) == 7
    assert all("GDPR" in ground or "dataskyddsförordningen" in ground for _, ground, _ in coded)
    for text in told:
        assert text in str(coded)
    assert (certificate.remembered_until, certificate.suppressed) == (dt.date(2029, 11, 24), True)


@pytest.mark.promise("L20")
def test_an_old_certificate_says_nothing_of_what_it_has_no_record_of(
    policy: PolicyVersion, certificate: Certificate
) -> None:
    certificate.remembered_until = certificate.suppressed = certificate.letter_until = None
    certificate.scan = {name: certificate.scan[name] for name in ("tables", "columns", "found", "others")}
    Evidence.objects.all().delete()
    assert len(certificates.scanned(certificate)) == 2
    coded = certificates.said(certificate, policy=policy, language="en")["coded"]
    assert [what.partition(":")[0] for what, _, _ in coded] == [
        "The request", "The record of who looked at and changed what, by a random number alone",
    ]  # fmt: skip


def test_the_moment_of_a_deletion_has_any_fraction_of_a_second(policy: PolicyVersion) -> None:
    at = NOON + dt.timedelta(microseconds=993377)
    made = certificates.pdf(erased(wish(ContactFactory.create(), policy), policy, at=at), policy=policy, language="en")
    assert made.startswith(b"%PDF")


def test_the_pdf_is_the_same_each_time(policy: PolicyVersion, certificate: Certificate) -> None:
    first, second = (certificates.pdf(certificate, policy=policy, language="en") for _ in range(2))
    assert first == second


def test_the_backups_day_follows_the_setting(policy: PolicyVersion, settings: Any) -> None:
    settings.BACKUP_DAYS = 7
    certificate = erased(wish(ContactFactory.create(), policy), policy)
    assert certificate.backups_until == dt.date(2026, 12, 1)


def test_a_duty_without_an_end_is_told_as_one(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    place(contact, "duty", "tax")
    certificate = erased(wish(contact, policy), policy)
    assert certificates.said(certificate, policy=policy, language="en")["kept"] == [
        [f"Name and company, under the number {contact.public_id}", "tax law", "until that duty ends"]
    ]


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_nobody_else_gets_at_it(log_in: LogIn, certificate: Certificate, role: str) -> None:
    client = log_in(role)
    for page in (address(certificate), address(certificate, "paper", "en")):
        assert client.get(page).status_code == 403


def test_neither_page_takes_anything_but_a_look(log_in: LogIn, certificate: Certificate) -> None:
    officer = log_in("privacy officer")
    for page in (address(certificate), address(certificate, "paper", "en")):
        before = counted()
        assert officer.post(page).status_code == 405
        assert counted() == before


def test_there_is_none_in_a_language_that_we_do_not_speak_or_without_a_deletion(
    log_in: LogIn, policy: PolicyVersion, certificate: Certificate
) -> None:
    officer = log_in("privacy officer")
    assert officer.get(address(certificate, "paper", "fi")).status_code == 404
    request = wish(ContactFactory.create(), policy)
    assert officer.get(reverse("admin:dsr_request_certificate", args=[request.public_id])).status_code == 404


# What the search found


@pytest.fixture
def alarming(policy: PolicyVersion) -> Request:
    contact = ContactFactory.create()
    note(f"their colleague is {contact.email}")
    return erased(wish(contact, policy), policy).request


def test_a_finding_is_told_on_page_and_certificate(log_in: LogIn, alarming: Request) -> None:
    officer = log_in("privacy officer")
    page = text_of(officer.get(reverse("admin:dsr_request_change", args=[alarming.public_id])).content.decode())
    assert "The search of the database afterwards still found something" in page
    certificate = text_of(officer.get(address(alarming.certificates.get())).content.decode())
    assert "Something about them was still found in: words and letters about requests (1 entry)." in certificate


def test_a_finding_is_a_task_until_it_is_settled(log_in: LogIn, alarming: Request) -> None:
    officer = log_in("privacy officer")
    assert list(Request.objects.with_findings()) == [alarming]
    officer.post(reverse("admin:dsr_request_settle-findings", args=[alarming.public_id]))
    assert not Request.objects.with_findings()
    assert steps(alarming)[-1] == "done"


def test_what_has_no_finding_or_is_settled_is_not_settled_again(policy: PolicyVersion, alarming: Request) -> None:
    erasing.settle(alarming.pk, at=NOON, by=BY)
    other = erased(wish(ContactFactory.create(), policy), policy).request
    for request in (alarming, other):
        before = counted()
        with pytest.raises(RequestError):
            erasing.settle(request.pk, at=NOON, by=BY)
        assert counted() == before
