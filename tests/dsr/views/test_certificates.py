"""The certificate behind the link in the letter: there once it is final, in both languages, and naming nobody."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, Message, PolicyVersion, RecipientNotice
from contacts.outbox import links
from dsr.models import Certificate
from tests.support.deleting import counted, erased, wish
from tests.support.factories import NOON, ONE_DAY, customer
from tests.support.journals import Journal, numbered
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20"), pytest.mark.promise("P21")]

LAST = NOON + 30 * ONE_DAY


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return customer(policy, first_name="Zyxmark", last_name="Zyxmark", phone="+46 70 555 01 23")


@pytest.fixture
def shared(policy: PolicyVersion, person: Contact) -> Certificate:
    """The certificate of somebody whose details a printer had."""
    gave(RecipientFactory.create(name="Tryckhuset AB"), person)
    return erased(wish(person, policy), policy)


def button() -> tuple[str, str]:
    written = Message.objects.get(template="written").written
    assert written
    ((label, url),) = [(part["label"], part["url"]) for part in written["parts"] if "url" in part]
    return label, url


def opened(client: Client, certificate: Certificate, *, at: dt.datetime = NOON, language: str = "en") -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(_url(certificate), {"lang": language})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def _url(certificate: Certificate, page: str = "my_data_certificate") -> str:
    return reverse(page, args=[links.certificate(certificate.request.public_id)])


def test_the_letter_leads_to_it_and_says_from_which_day_on(shared: Certificate) -> None:
    label, url = button()
    assert label == "Open the certificate of deletion (ready by 24 December 2026)"
    assert url.partition("?")[0].endswith(_url(shared))


def test_where_nobody_had_the_details_it_is_there_at_once(
    client: Client, policy: PolicyVersion, person: Contact
) -> None:
    made = erased(wish(person, policy), policy)
    assert button()[0] == "Open the certificate of deletion"
    assert "<h1>Certificate of deletion</h1>" in opened(client, made)


def test_it_waits_until_the_last_who_had_the_details_has_answered(client: Client, shared: Certificate) -> None:
    page = opened(client, shared)
    assert "The certificate is not ready yet" in page
    assert "the certificate will be ready by 24 December 2026" in page
    assert shared.request.number not in page
    RecipientNotice.objects.update(sent_at=NOON, acknowledged_at=NOON, acknowledged_by="user:7")
    page = opened(client, shared)
    assert shared.request.number in page
    assert str(shared.public_id) not in page
    assert "Tryckhuset AB: told on 24 November 2026, confirmed on 24 November 2026" in page


def test_or_until_the_last_day_and_then_says_who_has_not(client: Client, shared: Certificate) -> None:
    RecipientNotice.objects.update(sent_at=NOON)
    assert "not ready yet" in opened(client, shared, at=LAST - ONE_DAY)
    assert "Tryckhuset AB: told on 24 November 2026, has not confirmed it yet" in opened(client, shared, at=LAST)


@pytest.mark.parametrize(("language", "title"), [("en", "Certificate of deletion"), ("sv", "Raderingsintyg")])
def test_it_is_read_in_both_languages_also_on_paper(
    client: Client, shared: Certificate, language: str, title: str
) -> None:
    assert f"<h1>{title}</h1>" in opened(client, shared, at=LAST, language=language)
    with time_machine.travel(LAST, tick=False):
        paper = client.get(_url(shared, "my_data_certificate_paper"), {"lang": language})
    assert paper["Content-Type"] == "application/pdf"
    assert title.encode() in paper.content


def test_no_paper_is_there_before_the_page_is(client: Client, shared: Certificate) -> None:
    with time_machine.travel(NOON, tick=False):
        assert client.get(_url(shared, "my_data_certificate_paper"))["Content-Type"].startswith("text/html")


def test_it_names_nobody_and_looking_changes_nothing(client: Client, shared: Certificate) -> None:
    before = counted()
    page = opened(client, shared, at=LAST)
    for trace in ("Zyxmark", "555 01 23", "@fjordkraft"):
        assert trace not in page
    assert client.post(_url(shared)).status_code == 405
    assert counted() == before


def test_a_link_that_we_did_not_write_opens_nothing(client: Client, shared: Certificate) -> None:
    other = reverse("my_data_certificate", args=[f"{shared.request.public_id.hex}:{'x' * 43}"])
    assert client.get(other).status_code == 404


def test_a_link_has_ended_once_the_request_is_forgotten(client: Client, shared: Certificate) -> None:
    url = _url(shared)
    shared.request.delete()
    assert client.get(url).status_code == 410


@pytest.mark.promise("L11")
@pytest.mark.parametrize(
    ("language", "said"), [("en", "The certificate is being made final"), ("sv", "Intyget blir strax klart")]
)
def test_it_waits_until_a_restore_can_undo_the_deletion_no_more(
    client: Client, policy: PolicyVersion, person: Contact, journal: Journal, language: str, said: str
) -> None:
    certificate = erased(wish(person, policy), policy)
    numbered()
    assert said in opened(client, certificate, language=language)
    journal.ship()
    assert certificate.request.number in opened(client, certificate, language=language)
