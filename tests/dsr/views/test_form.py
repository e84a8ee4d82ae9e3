"""The form of "My data": the same for everybody, bounded, and without effect before the address is proven."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.models import Message, PolicyVersion
from contacts.outbox import links
from dsr.models import Paper, Proof, Request
from dsr.words.vocabulary import Kind, State
from privacy_crm.settings import BASE_DIR
from tests.support.admin_pages import contents
from tests.support.factories import NOON, customer, everything_about
from tests.support.mailing import send as send_mails
from tests.support.requesting import press
from tests.support.visiting import ADDRESS, START, ask, filled, only_request, words
from tests.support.visitors import kinds_of_people, on_file, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "unhurried")]


@pytest.fixture
def unhurried(settings: Any) -> None:
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000


@pytest.fixture
def nothing_stored(policy: PolicyVersion) -> Iterator[None]:
    """Whatever a test does changes no row of any table."""
    before = contents()
    yield
    assert contents() == before


@pytest.mark.promise("P19")
@pytest.mark.parametrize("kind", Kind.values)
def test_anybody_can_ask_for_each_thing(policy: PolicyVersion, client: Client, kind: str) -> None:
    answer = ask(client, kind=kind, words="Please.\r\nSoon.", what=["food"])
    assert (answer.status_code, answer["Location"]) == (303, "/check-your-inbox/?lang=en")
    request = only_request()
    assert (request.kind, request.state, request.received_on) == (kind, State.UNPROVEN, NOON.date())
    assert Paper.objects.get().text == "Please.\nSoon."
    assert not answer.cookies


@pytest.mark.promise("P19")
def test_the_form_names_each_thing_in_plain_words(policy: PolicyVersion, client: Client) -> None:
    shown = words(client.get(START))
    assert all(f'value="{kind}"' in shown for kind in (*Kind.values, "look"))
    assert "data subject" not in shown.lower()


def test_every_word_of_these_pages_is_translated() -> None:
    pages = ("templates/my_data/*.html", "dsr/views/*.py", "dsr/letters/proof.py")
    texts = " ".join(path.read_text("utf-8") for pattern in pages for path in sorted(BASE_DIR.glob(pattern)))
    found = re.findall(r'{% translate "([^"]+)"(?: as \w+)? %}|_(?:lazy)?\(\s*"([^"]+)"\s*\)', texts)
    said = {"".join(match) for match in found}
    assert len(said) > 100
    with translation.override("sv"):
        assert [word for word in sorted(said) if translation.gettext(word) == word] == []


@pytest.mark.promise("P14")
@pytest.mark.parametrize(("language", "said"), [("en", "version"), ("sv", "version")])
def test_the_form_says_which_version_of_the_policy_it_goes_by(
    policy: PolicyVersion, client: Client, language: str, said: str
) -> None:
    assert f"</a> ({said} {policy.number})</p>" in words(client.get(f"{START}?lang={language}"))


@pytest.mark.promise("L15")
def test_who_comes_by_the_letter_about_a_replaced_address_sees_no_number_and_the_officer_is_shown_the_record(
    policy: PolicyVersion, client: Client, log_in: Any
) -> None:
    person = on_file(policy)
    about = links.replaced(person, "before@fjordkraft.example", NOON.date())
    shown = words(client.get(f"{START}?lang=en&about={about}"))
    assert "My address was replaced on 24 November 2026, and I know nothing about it." in shown
    assert str(person.public_id) not in shown
    ask(client, kind="complaint", words="I know nothing of it.", email="before@fjordkraft.example", about=about)
    request = press(only_request(), policy)
    officer = log_in("privacy officer")
    page = words(officer.get(f"/admin/dsr/request/{request.public_id}/change/"))
    assert str(person.public_id) not in page
    found = words(officer.get(f"/admin/dsr/request/{request.public_id}/find-person/"))
    assert f'value="{person.public_id}"' in found
    assert person.last_name in found


@pytest.mark.parametrize("about", ["", "x", "x:y"])
def test_a_form_that_comes_by_no_letter_of_ours_says_nothing_beforehand(
    policy: PolicyVersion, client: Client, about: str
) -> None:
    assert "was replaced" not in words(client.get(START, {"about": about}))
    ask(client, kind="complaint", words="Please.", about=about)
    assert "record" not in only_request().papers.get().data


@pytest.mark.promise("P23")
def test_a_complaint_comes_in_by_the_form_and_waits_for_its_proof(policy: PolicyVersion, client: Client) -> None:
    ask(client, kind="complaint", words="You called me at night.")
    request = press(only_request(), policy)
    assert (request.kind, request.state) == ("complaint", State.NEW)
    assert request.papers.get().text == "You called me at night."


def test_the_page_alone_needs_no_request(policy: PolicyVersion, client: Client) -> None:
    assert ask(client, kind="look").status_code == 303
    assert Proof.objects.get().address == ADDRESS
    assert not Request.objects.exists()


@pytest.mark.promise("P19")
@pytest.mark.parametrize("kind", ["access", "look", "marketing_objection"])
def test_known_or_not_everybody_gets_the_same_answer_for_the_same_work(
    policy: PolicyVersion, client: Client, kind: str
) -> None:
    answers, statements, mails = set(), set(), set()
    ask(client, kind=kind, email="first@fjordkraft.example")  # what is read once a process is read by now
    for address in kinds_of_people(policy):
        form = filled(kind=kind, email=address)
        with CaptureQueriesContext(connection) as queries:
            answer = send(client, START, form)
        answers.add((answer.status_code, answer["Location"], answer.content, frozenset(answer.headers.items())))
        statements.add(tuple(query["sql"].partition(" ")[0] for query in queries))
    assert len(answers) == len(statements) == 1
    send_mails()
    mails = {sent.body.replace(link_in(sent.body), "").partition("Unsubscribe")[0] for sent in mail.outbox}
    assert len(mail.outbox) == 8
    assert len(mails) == 1


def link_in(text: str) -> str:
    (link,) = [line for line in text.splitlines() if line.startswith("http") and "/my-data/" in line]
    return link


@pytest.mark.promise("P19")
def test_what_nobody_has_proven_changes_nothing_for_anyone(policy: PolicyVersion, client: Client) -> None:
    person = on_file(policy)
    before = everything_about(person)
    for kind in Kind.values:
        ask(client, kind=kind, what=["email", "food"], old_address="other@fjordkraft.example", name="Aino")
    assert everything_about(person) == before
    assert set(Request.objects.values_list("state", flat=True)) == {State.UNPROVEN}


def test_the_mail_says_what_the_button_does_and_repeats_nothing_that_was_typed(
    policy: PolicyVersion, client: Client
) -> None:
    ask(client, kind="erasure", words="Unforgettable words", old_address="old@fjordkraft.example", name="Ms Somebody")
    send_mails()
    (sent,) = mail.outbox
    assert sent.to == [ADDRESS]
    assert "to delete your details" in sent.body
    assert "If you did not ask for this, you need not do anything" in sent.body
    whole = str(sent.message())
    assert not [typed for typed in ("Unforgettable", "old@", "Somebody") if typed in whole]
    assert "aino" not in sent.subject.lower()
    assert "@" not in link_in(sent.body)


def test_the_mail_speaks_the_language_of_the_form(policy: PolicyVersion, client: Client) -> None:
    ask(client, kind="erasure", lang="sv")
    send_mails()
    assert "att radera dina uppgifter" in mail.outbox[0].body
    opened = client.get(link_in(mail.outbox[0].body), headers={"accept-language": "en"})
    assert (opened.status_code, opened.headers["Content-Language"]) == (200, "sv")
    assert Message.objects.get().written is None  # forgotten once it was sent


@pytest.mark.promise("P19")
def test_one_address_gets_so_many_mails_an_hour_whoever_is_held(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    settings.MAILS_AN_HOUR = 2
    refusals = []
    for address in (customer(policy).email, "nobody-at-all@fjordkraft.example"):
        answers = [ask(client, email=address) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [303, 303, 429]
        assert int(answers[2]["Retry-After"]) > 0
        refusals.append(words(answers[2]).replace(str(address), ""))
    assert Request.objects.count() == 4
    assert "Nothing was stored" in refusals[0]


def test_one_network_sends_so_many_forms_an_hour(policy: PolicyVersion, client: Client, settings: Any) -> None:
    settings.POSTS_AN_HOUR = 2
    there = {"REMOTE_ADDR": "198.51.100.23"}
    forms = [filled(email=f"person{number}@fjordkraft.example") for number in range(3)]
    answers = [send(client, START, form, **there).status_code for form in forms]
    assert answers == [303, 303, 429]
    assert Request.objects.count() == 2


@pytest.mark.promise("P19")
def test_a_flood_in_somebodys_name_leaves_them_their_own_way_in(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    """Each mail that used up the hour's share opens the page; what somebody else asked for is forgotten with it."""
    settings.MAILS_AN_HOUR = 3
    person = customer(policy, email=ADDRESS)
    for _ in range(5):
        ask(client, kind="erasure")
    assert Request.objects.count() == 3
    before = everything_about(person)
    answer = send(client, f"/my-data/{link_token()}/", {"do": "look"})
    assert answer.status_code == 303
    assert "Ask for something" in words(client.get("/my-data/mine/"))
    assert Request.objects.count() == 2
    assert {name: rows for name, rows in everything_about(person).items() if name != "Proof"} == {
        name: rows for name, rows in before.items() if name != "Proof"
    }


def link_token() -> str:
    send_mails()
    return link_in(mail.outbox[0].body).removesuffix("/?lang=en").rpartition("/")[2]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": None}, "Choose what you want."),
        ({"kind": "everything"}, "Choose what you want."),
        ({"kind": "withdrawal"}, "Choose which consent you withdraw."),
        ({"kind": "withdrawal", "what": ["secrets"]}, "Choose from the list which consent you withdraw."),
        ({"email": None}, "Enter your e-mail address, so that we can send you the link."),
        ({"email": "aino"}, "Enter an e-mail address such as"),
        ({"email": "aino@fjordkraft.example\r\nBcc: all@fjordkraft.example"}, "Write this on one line"),
        ({"email": "aino\0@fjordkraft.example"}, "Write this on one line"),
        ({"words": "a\0b"}, "Leave out special control characters."),
        ({"words": "a\x1bb"}, "Leave out special control characters."),
        ({"words": "x" * 2001}, "Shorten this to 2000 characters; it has 2001."),
        ({"old_address": "old@fjordkraft.example"}, "Enter your name, so that we can find you"),
        ({"old_address": "old", "name": "Aino"}, "Enter an e-mail address such as"),
        ({"name": "A\r\nB"}, "Write this on one line"),
        ({"kind": "look", "name": "Aino"}, "The page opens for the address that we have on file alone."),
        ({"altcha": None}, "The check that you are not a robot is missing."),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_kept_to_be_put_right(
    policy: PolicyVersion, client: Client, wrong: dict[str, Any], said: str
) -> None:
    answer = ask(client, **wrong)
    assert answer.status_code == 422
    shown = words(answer)
    assert "There is a problem" in shown
    assert shown.count(said) == 2 or "robot" in said
    assert "<title>Error:" in shown


@pytest.mark.usefixtures("nothing_stored")
def test_too_much_or_another_kind_of_body_is_refused(policy: PolicyVersion, client: Client) -> None:
    assert ask(client, words="x" * 10_000_000).status_code == 413
    assert client.post(START, {"kind": "access"}).status_code == 415
    assert client.post(START, b'{"kind": "access"}', content_type="application/json").status_code == 415
    assert client.put(START).status_code == 405


@pytest.mark.usefixtures("nothing_stored")
def test_a_program_that_fills_in_the_hidden_field_hears_what_everybody_hears(
    policy: PolicyVersion, client: Client
) -> None:
    answer = ask(client, website="https://spam.example")
    assert (answer.status_code, answer["Location"]) == (303, "/check-your-inbox/?lang=en")


@pytest.mark.usefixtures("nothing_stored")
def test_without_valkey_nothing_is_taken(
    policy: PolicyVersion, client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    form = filled()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = send(client, START, form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
