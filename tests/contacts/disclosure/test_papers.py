"""The papers of an agreement: documents, sub-processors, assessments of transfers, and its end (P16)."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from contacts.disclosure import disclosing, documents, expiry, sub_processors
from contacts.disclosure.disclosing import DisclosureError
from contacts.disclosure.documents import DocumentError
from contacts.disclosure.sub_processors import SubProcessorError
from contacts.models import AuditEvent, PolicyVersion, Recipient, RecipientDocument, SubProcessor
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY
from tests.support.provider import provider
from tests.support.registering import PDF, TODAY, abroad, assess, attach, work_for
from tests.support.sharing import RecipientFactory

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("P16"), pytest.mark.django_db]

LIST = "/admin/contacts/recipient/"


def officer(address: str) -> None:
    user = User.objects.create(username="officer", email=address, is_staff=True)
    user.groups.set([Group.objects.get(name="privacy officer")])


def agreements() -> set[Path]:
    return set(Path(settings.MEDIA_ROOT).glob("agreements/*"))


def noted(code: str) -> int:
    return AuditEvent.objects.filter(code=code).count()


@pytest.mark.usefixtures("at_noon")
def test_the_officer_attaches_the_agreement_and_each_download_is_on_record(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    recipient, client = RecipientFactory.create(), log_in("privacy officer")
    page = f"{LIST}{recipient.pk}/"
    file = SimpleUploadedFile("signed.pdf", PDF, content_type="application/pdf")
    client.post(f"{page}attach/", {"kind": "agreement", "title": "DPA 7", "file": file})
    kept = RecipientDocument.objects.get()
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert "DPA 7" in client.get(f"{page}change/").content.decode()
    assert noted("agreement_document.fetched") == 0
    answer = log_in("auditor").get(f"{page}document/{kept.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="dpa-7.pdf"'
    assert noted("agreement_document.fetched") == 1
    assert log_in("marketing").get(f"{page}document/{kept.pk}/").status_code == 403
    assert client.get(f"{LIST}{RecipientFactory.create().pk}/document/{kept.pk}/").status_code == 404
    assert noted("agreement_document.fetched") == 1


@pytest.mark.parametrize("content", [b"MZ an executable", b""])
def test_a_file_that_is_no_pdf_is_refused_and_not_kept(content: bytes) -> None:
    recipient = RecipientFactory.create()
    with pytest.raises(DocumentError, match="not a PDF"):
        attach(recipient, content)
    assert not RecipientDocument.objects.exists()


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 10)
    with pytest.raises(DocumentError, match="larger"):
        attach(RecipientFactory.create())


def test_a_document_that_is_removed_takes_its_file_along(django_capture_on_commit_callbacks: Any) -> None:
    kept = attach(RecipientFactory.create())
    storage, name = kept.file.storage, kept.file.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        documents.remove(kept.pk, at=NOON, by="test")
    assert not storage.exists(name)
    assert not RecipientDocument.objects.exists()
    with pytest.raises(DocumentError):
        documents.remove(kept.pk, at=NOON, by="test")


def test_a_file_that_no_row_names_is_deleted_again() -> None:
    recipient = RecipientFactory.create()
    before = agreements()
    with pytest.raises(IntegrityError), transaction.atomic():
        documents.attach(recipient, "poem", "A poem", ContentFile(PDF, "a.pdf"), at=NOON, by="test")
    assert agreements() == before
    assert not RecipientDocument.objects.exists()


@pytest.mark.parametrize(("country", "safeguard"), [("US", ""), ("SE", "clauses"), ("XX", "clauses")])
def test_a_sub_processor_outside_the_eea_has_a_safeguard_and_one_inside_has_none(country: str, safeguard: str) -> None:
    recipient = RecipientFactory.create()
    with pytest.raises(SubProcessorError):
        work_for(recipient, country=country, safeguard=safeguard)
    assert not SubProcessor.objects.exists()


def test_a_sub_processor_ends_once_and_not_before_it_began() -> None:
    added = work_for(RecipientFactory.create())
    with pytest.raises(SubProcessorError):
        sub_processors.end(added.pk, dt.date(2024, 12, 31), at=NOON, by="test")
    sub_processors.end(added.pk, TODAY, at=NOON, by="test")
    assert list(SubProcessor.objects.current(TODAY)) == [added]
    assert list(SubProcessor.objects.current(TODAY + ONE_DAY)) == []
    with pytest.raises(SubProcessorError):
        sub_processors.end(added.pk, TODAY, at=NOON, by="test")


def test_a_transfer_is_assessed_outside_the_eea_alone_and_the_latest_counts() -> None:
    recipient = abroad()
    with pytest.raises(SubProcessorError):
        assess(RecipientFactory.create())
    with pytest.raises(SubProcessorError):
        assess(recipient, review_on=TODAY)
    disclosing.check(recipient, TODAY)
    assess(recipient, allowed=True, on=TODAY - 9 * ONE_DAY)
    assess(recipient, allowed=False)
    with pytest.raises(DisclosureError, match="assessed, and is not allowed"):
        disclosing.check(recipient, TODAY)
    assert recipient not in Recipient.objects.usable(TODAY)
    assess(recipient, allowed=True, on=TODAY + ONE_DAY)
    disclosing.check(recipient, TODAY)
    assert recipient in Recipient.objects.usable(TODAY)


def test_what_has_to_be_assessed_is_told_before_its_day() -> None:
    never, adequate, due, later = (abroad(safeguard=each) for each in ("clauses", "adequacy", "code", "clauses"))
    RecipientFactory.create()
    assess(due, review_on=TODAY + 10 * ONE_DAY)
    assess(later, review_on=TODAY + 90 * ONE_DAY)
    assert adequate not in expiry.to_assess(TODAY, until=TODAY + 30 * ONE_DAY)
    assert set(expiry.to_assess(TODAY, until=TODAY + 30 * ONE_DAY)) == {never, due}


@pytest.mark.usefixtures("at_noon")
def test_an_agreement_that_ends_is_a_task_of_the_officer_and_of_nobody_else(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    RecipientFactory.create(name="Soon AB", agreement_until=TODAY + 60 * ONE_DAY)
    RecipientFactory.create(name="Later AB", agreement_until=TODAY + 61 * ONE_DAY)
    RecipientFactory.create(name="Over AB", agreement_until=TODAY - ONE_DAY)
    abroad(name="Abroad Inc")
    shown = log_in("privacy officer").get("/admin/").content.decode()
    assert "The agreement with Soon AB ends: agree on a new one" in shown
    assert "Assess the transfer of data to Abroad Inc" in shown
    assert "Later AB" not in shown
    assert "Over AB" not in shown
    assert "Soon AB" not in log_in("administrator").get("/admin/").content.decode()


def test_officers_are_reminded_by_mail_once_of_each_last_day(policy: PolicyVersion) -> None:
    officer("officer@nordvik.example")
    ends = TODAY + 60 * ONE_DAY
    recipient = RecipientFactory.create(name="Soon AB", agreement_until=ends)
    RecipientFactory.create(agreement_until=ends + ONE_DAY)
    assert expiry.remind(policy=policy, at=NOON) == 1
    assert expiry.remind(policy=policy, at=NOON) == 0
    (sent,) = mail.outbox
    assert sent.to == ["officer@nordvik.example"]
    assert sent.subject == "An agreement ends on 23 January 2027"
    assert "The agreement with Soon AB ends on 23 January 2027." in sent.body
    Recipient.objects.filter(pk=recipient.pk).update(agreement_until=ends - ONE_DAY)
    assert expiry.remind(policy=policy, at=NOON) == 1


def test_a_reminder_that_no_server_took_is_owed_on(policy: PolicyVersion, settings: Any) -> None:
    officer("officer@nordvik.example")
    recipient = RecipientFactory.create(agreement_until=TODAY)
    before = contents()
    usual, settings.MAILERS = settings.MAILERS, provider(officer="rejected")
    assert expiry.remind(policy=policy, at=NOON) == 0
    assert contents() == before
    settings.MAILERS = usual
    assert expiry.remind(policy=policy, at=NOON) == 1
    recipient.refresh_from_db()
    assert recipient.reminded_of == TODAY


def test_nobody_is_reminded_where_no_officer_has_an_address(policy: PolicyVersion) -> None:
    RecipientFactory.create(agreement_until=TODAY)
    assert expiry.remind(policy=policy, at=NOON) == 0
    assert mail.outbox == []
