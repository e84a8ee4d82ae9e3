"""The link that proves an address: pressed once, soon, by whoever has it; and the visit that it opens."""

import datetime as dt
import re
from typing import Any

import pytest
import redis
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.models import PolicyVersion
from dsr.intake import intake, proving
from dsr.models import Proof, Request
from dsr.words.vocabulary import Kind, State
from tests.support.admin_pages import contents
from tests.support.factories import NOON, customer, everything_about, held_for
from tests.support.mailing import send as send_mails
from tests.support.visiting import ADDRESS, MINE, START, ask, begun, path_of, posted, press, seal, visiting, words
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ANYTHING = {"lang": "en"}


def made_up(proof: Proof) -> str:
    return f"/my-data/{proof.public_id.hex}.{'A' * 43}/"


@pytest.mark.promise("P19")
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("kind", [None, *Kind.values])
def test_opening_a_link_changes_nothing(policy: PolicyVersion, client: Client, method: str, kind: str | None) -> None:
    customer(policy, email=ADDRESS)
    proof = posted(policy, ADDRESS, Kind(kind)) if kind else begun(ADDRESS)
    before = contents()
    answer = getattr(client, method)(path_of(proof))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert contents() == before
    assert not answer.cookies


def test_the_page_says_what_its_button_does_and_shows_the_words_that_it_confirms(
    policy: PolicyVersion, client: Client
) -> None:
    shown = words(client.get(path_of(posted(policy, ADDRESS, Kind.ERASURE))))
    assert "Confirm below and we start: to delete your details." in shown
    assert "What do you hold?" in shown
    assert ADDRESS not in shown


def test_the_button_opens_the_request_from_the_day_on_which_it_was_posted(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    proof = posted(policy, ADDRESS, Kind.ERASURE)
    with time_machine.travel(NOON + dt.timedelta(hours=20), tick=False):
        answer = send(Client(), path_of(proof), ANYTHING)
    request = Request.objects.get()
    assert answer["Location"] == "/my-data/mine/?lang=en&done=erasure"
    assert (request.state, request.received_on, request.paused_days) == (State.OPEN, NOON.date(), 1)
    assert request.subjects.get().contact == person


@pytest.mark.promise("P19")
def test_the_visits_cookie_says_a_number_goes_nowhere_else_and_ends_after_half_an_hour(
    policy: PolicyVersion, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    customer(policy, email=ADDRESS)
    proof = begun(ADDRESS)
    answer = send(Client(), path_of(proof), ANYTHING, secure=True)
    (cookie,) = answer.cookies.values()
    assert cookie.value.startswith(f"{proof.public_id.hex}:")
    assert re.fullmatch(r"[0-9a-f]{32}:[\w-]+:[\w-]+", cookie.value)
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/my-data/", "Strict", 1800)
    assert cookie["httponly"]
    assert cookie["secure"]


def test_a_visit_ends_after_half_an_hour_or_when_its_visitor_says_so(policy: PolicyVersion) -> None:
    customer(policy, email=ADDRESS)
    client, other = visiting(ADDRESS), visiting(ADDRESS)
    cookie = client.cookies["my_data"].value
    answer = press(client, close="yes")
    assert (answer.status_code, answer.cookies["my_data"].value) == (200, "")
    client.cookies["my_data"] = cookie  # kept by somebody who should not have it
    assert client.get(MINE).status_code == 403
    assert other.get(MINE).status_code == 200
    with time_machine.travel(NOON + dt.timedelta(minutes=31), tick=False):
        assert other.get(MINE).status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "00000000000000000000000000000000:1:1", "\0", "ü"])
def test_without_the_cookie_of_an_open_visit_nothing_is_shown(policy: PolicyVersion, cookie: str) -> None:
    answer = Client().get(MINE, headers={"Cookie": f"my_data={cookie}"})
    assert answer.status_code == 403
    assert "Get a new link" in words(answer)


@pytest.mark.promise("P19")
def test_a_link_works_once(policy: PolicyVersion) -> None:
    person = customer(policy, email=ADDRESS)
    path = path_of(begun(ADDRESS))
    assert send(Client(), path, ANYTHING).status_code == 303
    before = everything_about(person)
    for again in (Client().get(path), send(Client(), path, ANYTHING)):
        assert again.status_code == 410
        assert not again.cookies
        assert "This link has expired" in words(again)
    assert everything_about(person) == before


def test_a_link_ends_after_a_day(policy: PolicyVersion) -> None:
    path = path_of(posted(policy, ADDRESS))
    before = contents()
    with time_machine.travel(NOON + dt.timedelta(hours=24), tick=False):
        assert Client().get(path).status_code == 410
        assert send(Client(), path, ANYTHING).status_code == 410
    assert contents() == before


@pytest.mark.parametrize("token", ["x", "mine.x", "a" * 32, f"{'a' * 32}.{'A' * 43}", "%00", "%C3%BC", "1.2.3"])
def test_a_link_that_is_none_of_ours_is_not_found(policy: PolicyVersion, token: str) -> None:
    before = contents()
    for answer in (Client().get(f"/my-data/{token}/"), send(Client(), f"/my-data/{token}/", ANYTHING)):
        assert answer.status_code == 404
        assert not answer.cookies
    assert contents() == before


@pytest.mark.promise("P19")
def test_wrong_tries_are_counted_by_post_alone_and_kill_the_link(policy: PolicyVersion) -> None:
    proof = posted(policy, ADDRESS)
    assert Client().get(made_up(proof)).status_code == 404
    assert Proof.objects.get().attempts == 0
    for _ in range(7):
        assert send(Client(), made_up(proof), ANYTHING).status_code == 404
    assert Proof.objects.get().attempts == proving.MOST_ATTEMPTS
    assert send(Client(), path_of(proof), ANYTHING).status_code == 410
    assert Request.objects.get().state == State.UNPROVEN


def test_somebody_elses_link_opens_their_page_and_not_ours(policy: PolicyVersion) -> None:
    customer(policy, email=ADDRESS, first_name="Aino")
    customer(policy, email="eva@fjordkraft.example", first_name="Eva")
    client = visiting(ADDRESS)
    assert send(client, path_of(begun("eva@fjordkraft.example")), ANYTHING).status_code == 303
    shown = words(client.get(MINE))
    assert "Eva" in shown
    assert "Aino" not in shown


@pytest.mark.promise("P19")
def test_a_visit_cannot_be_opened_in_somebodys_browser_from_another_page(policy: PolicyVersion) -> None:
    proof = begun(ADDRESS)
    before = contents()
    for header in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        answer = send(Client(), path_of(proof), ANYTHING, headers=header)
        assert answer.status_code == 403
        assert not answer.cookies
    assert contents() == before
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert send(Client(), path_of(proof), ANYTHING, headers=ours).status_code == 303


@pytest.mark.promise("P19")
@pytest.mark.parametrize("said", [{"stop": "all"}, {"ask": "erasure"}, {"withdraw": "food"}, {"close": "yes"}])
def test_a_forged_post_does_nothing(policy: PolicyVersion, said: dict[str, str]) -> None:
    customer(policy, email=ADDRESS)
    client, stranger = visiting(ADDRESS), visiting("other@fjordkraft.example")
    other = seal(stranger)
    before = contents()
    for sealed in ({}, {"seal": ""}, {"seal": "ü"}, {"seal": other}):
        answer = send(client, MINE, said | sealed | ANYTHING)
        assert answer.status_code == 403
        assert "Nothing was stored" in words(answer)
    assert contents() == before


def test_what_somebody_else_typed_can_be_forgotten_by_whose_address_it_is(policy: PolicyVersion) -> None:
    customer(policy, email=ADDRESS)
    client, proof = Client(), posted(policy, ADDRESS, Kind.ERASURE)
    answer = send(client, path_of(proof), {"do": "look", "lang": "en"})
    assert answer["Location"] == "/my-data/mine/?lang=en&done=look"
    assert not Request.objects.exists()
    assert client.get(MINE).status_code == 200


@pytest.mark.promise("P12")
def test_who_is_on_file_elsewhere_is_not_told_that_it_is_done(policy: PolicyVersion) -> None:
    """Whose objection it is, the officer has to find out first."""
    said = {"name": "Aino Lindqvist", "old_address": "old@fjordkraft.example"}
    client, proof = Client(), posted(policy, ADDRESS, Kind.MARKETING_OBJECTION, **said)
    assert "we start: to stop all marketing" in words(client.get(path_of(proof)))
    shown = words(client.get(send(client, path_of(proof), ANYTHING)["Location"]))
    assert f"Its number is {Request.objects.get().number}. We answer by 24 December 2026." in shown
    assert "is stopped" not in shown


@pytest.mark.promise("P12")
def test_an_objection_that_ends_the_person_says_so(policy: PolicyVersion) -> None:
    person = held_for("prospect", policy, email=ADDRESS)
    answer = send(Client(), path_of(posted(policy, ADDRESS, Kind.MARKETING_OBJECTION)), ANYTHING)
    assert answer.status_code == 200
    assert "We held your details for marketing alone, so they are deleted" in words(answer)
    assert not type(person).objects.filter(pk=person.pk).exists()
    assert not Proof.objects.exists()


@pytest.mark.promise("P19")
def test_what_nobody_proves_is_deleted_after_thirty_days(policy: PolicyVersion) -> None:
    posted(policy, ADDRESS)
    assert intake.sweep(policy=policy, at=NOON + dt.timedelta(days=29)) == 0
    assert intake.sweep(policy=policy, at=NOON + dt.timedelta(days=30)) == 1
    assert not Proof.objects.exists()


@pytest.mark.promise("P17")
def test_no_address_stands_in_a_log_the_trail_an_address_of_a_page_or_the_cache(
    policy: PolicyVersion, client: Client, settings: Any, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000
    word = "unmistakable"  # in no other line: a handler that cannot write shows the lines that led to it
    address = f"{word}@fjordkraft.example"
    customer(policy, email=address, first_name=word.title())
    locations = [ask(client, email=address, words=word)["Location"]]
    send_mails(at=timezone.now())
    token = path_of(Proof.objects.get())
    locations.append(send(client, token, ANYTHING)["Location"])
    locations += [press(client, ask="erasure")["Location"], press(client, stop="email")["Location"]]
    client.get(START)
    shown, errors = capfd.readouterr()
    said = [caplog.text, shown, errors, *locations, *kept_elsewhere(settings.REDIS_URL)]
    assert not [text for text in said if word in text.lower()]
    assert not [text for text in said if token.strip("/").rpartition("/")[2] in text]


def kept_elsewhere(url: str) -> list[str]:
    valkey = redis.Redis.from_url(url)
    keys = [key for key in valkey.keys("*") if valkey.type(key) == b"string"]
    values = [(valkey.get(key) or b"").decode(errors="replace") for key in keys]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM contacts_auditevent t")
        trail = [row[0] for row in cursor.fetchall()]
    return [*(key.decode(errors="replace") for key in keys), *values, *trail]
