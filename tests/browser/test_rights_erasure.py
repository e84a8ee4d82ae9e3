"""People ask to be deleted, in Chromium: from the form to the certificate and the mail that says what is left."""

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from contacts.models import Contact, PolicyVersion
from dsr.models import Handover, Request
from dsr.tasks import search_after_deletion
from tests.browser.test_rights import ADDRESS, clock, guest, officer, sink, theirs
from tests.support.deleting import under_a_duty
from tests.support.factories import NOON, ONE_DAY
from tests.support.mail_sink import Sink
from tests.support.requesting import asked_by, close, whole
from tests.support.rights import Officer, Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["clock", "officer", "sink", "theirs"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.promise("P21")
@pytest.mark.promise("L11")
def test_a_person_asks_to_be_deleted_and_nothing_of_them_is_left(
    theirs: "Page", officer: Officer, sink: Sink, policy: PolicyVersion
) -> None:
    handover = ready(guest(policy), policy)
    person = Person(theirs, sink, ADDRESS)
    person.ask("Delete my details", "All of it.")
    person.prove()
    theirs.get_by_role("button", name="Download the copy").wait_for()
    seal = theirs.locator("[name=seal]").first.get_attribute("value") or ""
    request = Request.objects.get(kind="erasure")

    officer.open(request.number)
    officer.page.get_by_text("Everything about them can be deleted").wait_for()
    erase(officer, request, "everything that we held about you")
    assert not Contact.objects.exists()
    search_after_deletion()
    officer.follow("Open the certificate", "**/certificate/")
    officer.page.get_by_text("Nothing about them was found.").wait_for()
    assert "Ada" not in officer.page.locator(".pc-stack").inner_text()
    assert printed(officer.page, "PDF, English").startswith(b"%PDF")

    letter = flat(person.mails()[-1])
    assert "On 24 November 2026 we deleted everything that we held about you." in letter
    assert "Copies in our backups are gone on 24 December 2026." in letter
    assert theirs.request.get(person.link).status == HTTPStatus.GONE
    assert theirs.request.get("/my-data/mine/").status == HTTPStatus.FORBIDDEN
    fetched = theirs.request.post(f"/my-data/mine/package/{handover.public_id}/", form={"seal": seal, "lang": "en"})
    assert fetched.status == HTTPStatus.FORBIDDEN
    person.ask("See what you hold about me")
    person.prove()
    theirs.get_by_role("heading", name="You are not among our contacts").wait_for()


@pytest.mark.promise("P5")
@pytest.mark.promise("P21")
@pytest.mark.promise("P23")
def test_who_cannot_be_deleted_whole_hears_in_their_language_what_stays_why_and_until_when(
    theirs: "Page", officer: Officer, sink: Sink, policy: PolicyVersion
) -> None:
    contact = under_a_duty(policy)
    Contact.objects.filter(pk=contact.pk).update(language="sv")
    person = Person(theirs, sink, contact.email or "", "sv")
    person.ask("Radera mina uppgifter")
    person.prove()
    request = Request.objects.get()

    officer.open(request.number)
    officer.page.get_by_text("This has to stay: name and company").wait_for()
    officer.page.get_by_text("whose agreement is in force").wait_for()
    erase(officer, request, "Bookkeeping Act 7:2", ground="unlawful")
    (left,) = Contact.objects.all()
    assert (left.email, left.phone, left.company) == (None, "", "Fjordkraft AB")
    officer.follow("Open the certificate", "**/certificate/")
    officer.page.get_by_text("31 December 2031").wait_for()
    assert printed(officer.page, "PDF, Swedish").startswith(b"%PDF")

    letter = flat(person.mails()[-1])
    for words in ("Bookkeeping Act 7:2", "31 december 2031", "Integritetsskyddsmyndigheten", "domstol", "24 december"):
        assert words in letter
    assert theirs.request.get("/my-data/mine/").status == HTTPStatus.FORBIDDEN


def ready(contact: Contact, policy: PolicyVersion) -> Handover:
    """A package that waits to be fetched."""
    with transaction.atomic():
        request = close(asked_by(contact, policy), policy)
    return Handover.objects.create(
        request=request, contact=contact, portable=False, created_at=NOON, expires_at=NOON + ONE_DAY
    )


def erase(officer: Officer, request: Request, words: str, **chosen: str) -> None:
    """Have the officer delete the people of a request, at the second attempt; their letter says these words."""
    officer.press("Delete this person", **chosen)
    officer.read(words)
    before = whole(request)
    officer.say("number", "2026-9999")
    officer.send("Delete this person", "This is not the number of this request.")
    officer.page.wait_for_function("document.activeElement.name === 'number'")
    assert whole(request) == before
    officer.say("number", request.number)
    officer.send("Delete this person", "The certificate is below.")


def printed(page: "Page", name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()


def flat(text: str) -> str:
    """A mail's text, without the breaks of its lines."""
    return " ".join(text.split())
