"""The page of the report on one person: from the person's page or by an address, with a fresh factor, on record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.deciding import ada
from tests.support.factoring import show_factor

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("L20"), pytest.mark.usefixtures("at_noon")]

PAGE = "/admin/person-report/"
ASKED = {"purpose": "on_complaint", "reference": "IMY-2026-7", "language": "sv"}


def test_from_the_page_of_the_person_in_the_language_chosen_and_on_paper(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = ada(policy)
    client = log_in("privacy officer")
    shown = client.get(f"/admin/contacts/contact/{contact.public_id}/change/").content.decode()
    assert f"{PAGE}?person={contact.public_id}" in shown
    assert "E-mail address" not in client.get(PAGE, {"person": contact.public_id}).content.decode()
    said = client.post(PAGE, ASKED | {"person": contact.public_id}).content.decode()
    assert "Det här har Nordvik Software AB gjort" in said
    assert "1. Varför vi har uppgifter om personen" in said
    assert "Ada Berg" in said
    paper = client.post(f"{PAGE}file/", ASKED | {"person": contact.public_id})
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    found = AuditEvent.objects.filter(code__startswith="person_report.").order_by("pk")
    assert [(event.code, event.public_id, event.rule) for event in found] == [
        ("person_report.made", contact.public_id, "on_complaint:IMY-2026-7"),
        ("person_report.fetched", contact.public_id, "on_complaint:IMY-2026-7"),
    ]


@pytest.mark.promise("P17")
def test_the_trail_says_in_words_who_made_it_and_for_which_case(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("privacy officer")
    client.post(PAGE, ASKED | {"address": "gone@fjordkraft.example"})
    shown = client.get("/admin/contacts/auditevent/").content.decode()
    assert "made the report on somebody" in shown
    assert "or the complaint IMY-2026-7" in shown
    assert "gone@fjordkraft.example" not in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"address": "no address"}, "This is not an e-mail address."),
        ({"address": ""}, "Enter the e-mail address of the person."),
        ({"reference": "the complaint of Ada Berg"}, "Use letters, digits, dots"),
        ({"reference": ""}, "This field is required."),
    ],
)
def test_without_an_address_or_a_number_of_the_case_none_is_made(
    log_in: LogIn, policy: PolicyVersion, typed: dict[str, str], said: str
) -> None:
    client = log_in("privacy officer")
    before = contents()
    assert said in client.post(PAGE, ASKED | {"address": "ada@fjordkraft.example"} | typed).content.decode()
    assert contents() == before


def test_none_is_made_without_a_fresh_factor_of_nobody_held_or_by_others(
    log_in: LogIn, policy: PolicyVersion, settings: Any
) -> None:
    asked = ASKED | {"address": "ada@fjordkraft.example"}
    others, client = log_in("auditor"), log_in("privacy officer")
    before = contents()
    assert others.post(PAGE, asked).status_code == 403
    assert client.get(PAGE, {"person": "nobody"}).status_code == 404
    nobody = ASKED | {"person": "00000000-0000-4000-8000-000000000000"}
    assert client.post(PAGE, nobody).status_code == 404
    assert "Fill in the form once more" in client.post(f"{PAGE}file/", nobody, follow=True).content.decode()
    settings.SECOND_FACTOR = True
    show_factor(client, 60)
    before = contents()
    for url in (PAGE, f"{PAGE}file/"):
        assert client.post(url, asked).headers["Location"].startswith("/account/again/")
    assert contents() == before
