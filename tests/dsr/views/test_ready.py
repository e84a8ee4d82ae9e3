"""From the letter to the package: the address is proven once, and nobody asks for it a second time."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from contacts.models import Message, PolicyVersion
from dsr.decisions import handing_over
from dsr.intake import intake, proving
from dsr.intake.intake import Asked, Stranger
from dsr.letters import handovers
from dsr.models import Handover, Proof, Request
from dsr.words.vocabulary import Kind
from tests.support import requesting
from tests.support.deciding import draft
from tests.support.factories import NOON, customer
from tests.support.visiting import ADDRESS, MINE, ask, path_of, press, visiting, words
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P20")]


def handed_over(policy: PolicyVersion, **fields: Any) -> Handover:
    """A copy that was made ready for Aino at noon, with the letter that leads to it."""
    person = customer(policy, **{"email": ADDRESS} | fields)
    request = intake.ask(Asked(Kind.ACCESS), person, policy=policy, at=NOON, by="visitor")
    until = handing_over.last_day(NOON.date())
    letter = draft(handovers.access_ready, request, policy, until=until)
    handing_over.hand_over(request.pk, letter, policy=policy, at=NOON, by="user:1")
    return Handover.objects.get()


def letters_link(handover: Handover) -> str:
    message = Message.objects.get(template="written", contact=handover.contact)
    found = re.search(r"/my-data/ready/[^?\"]+", str(message.written))
    assert found
    return found[0]


def confirmed(client: Client) -> Any:
    return send(client, path_of(Proof.objects.latest("pk")), {"lang": "en"})


@pytest.mark.parametrize("way", ["the letter", "the form", "My data"])
def test_asking_again_for_what_waits_leads_to_it_and_makes_no_second_request(policy: PolicyVersion, way: str) -> None:
    ready, client = handed_over(policy), Client()
    if way == "the letter":
        send(client, letters_link(ready), {"lang": "en"})
        answer = confirmed(client)
    elif way == "the form":
        ask(client)
        answer = confirmed(client)
    else:
        answer = press(client := visiting(ready.contact), MINE, ask=Kind.ACCESS, words="")
    page = answer if answer.status_code == 409 else client.get(answer["Location"])
    assert Request.objects.get() == ready.request
    assert f"/my-data/mine/package/{ready.public_id}/" in words(page)
    assert ready.request.number in words(page)


@pytest.mark.parametrize("why", ["words", "fetched", "another kind"])
def test_whoever_asks_for_something_else_makes_a_request(policy: PolicyVersion, why: str) -> None:
    ready = handed_over(policy)
    Handover.objects.update(fetched=int(why == "fetched"))
    kind = Kind.PORTABILITY if why == "another kind" else Kind.ACCESS
    asked = Asked(kind, "And the letters of 2024." if why == "words" else "")
    request = intake.post(asked, Stranger(ADDRESS, "en"), requesting.proof_letter, policy=policy, at=NOON, by="visitor")
    intake.confirm(proving.token_of(request.proofs.get()), policy=policy, at=NOON, by="visitor")
    assert list(Request.objects.order_by("pk")) == [ready.request, request]


def test_the_letter_and_the_page_name_the_same_last_day(policy: PolicyVersion) -> None:
    ready = handed_over(policy)
    letter = ready.request.papers.get(kind="letter")
    assert "through 8 December 2026" in letter.text
    assert "The last day to download it is 8 December 2026" in words(visiting(ready.contact).get(MINE))
    assert "The last day to download it there is 8 December 2026" in words(Client().get(letters_link(ready)))


def test_opening_the_letters_link_sends_nothing_and_names_nobody(policy: PolicyVersion) -> None:
    link = letters_link(handed_over(policy, first_name="Aino", last_name="Lindqvist"))
    shown = words(Client().get(link))
    assert not Proof.objects.exists()
    assert not {"Aino", "Lindqvist", ADDRESS} & set(re.split(r"[\s<>\"]+", shown))


def test_the_link_goes_to_the_address_on_file_alone(policy: PolicyVersion) -> None:
    ready = handed_over(policy)
    answer = send(Client(), letters_link(ready), {"lang": "sv", "email": "thief@elsewhere.example"})
    assert answer.status_code == 303
    assert Proof.objects.get().address == ADDRESS
    assert Message.objects.latest("pk").address == ADDRESS


def test_an_open_visit_goes_straight_there(policy: PolicyVersion) -> None:
    ready = handed_over(policy)
    answer = visiting(ready.contact).get(letters_link(ready))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, MINE)


@pytest.mark.parametrize("way", ["ended", "made up"])
def test_a_link_that_leads_nowhere_sends_nothing(policy: PolicyVersion, way: str) -> None:
    ready = handed_over(policy)
    link = letters_link(ready)
    if way == "ended":
        Handover.objects.update(expires_at=NOON)
    else:
        link = f"{link[:-5]}xxxx/"
    answer = send(Client(), link, {"lang": "en"})
    assert answer.status_code == (410 if way == "ended" else 404)
    assert not Proof.objects.exists()


def test_an_hour_has_so_many_links(policy: PolicyVersion, settings: Any) -> None:
    settings.MAILS_AN_HOUR = 1
    link = letters_link(handed_over(policy, email=f"{uuid.uuid4().hex}@fjordkraft.example"))
    assert [send(Client(), link, {"lang": "en"}).status_code for _ in range(2)] == [303, 429]
    assert Proof.objects.count() == 1
