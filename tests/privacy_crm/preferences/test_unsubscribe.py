import http.client
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.delivery import letters
from contacts.models import Contact, Interest, PolicyVersion, SignUp, Suppression
from contacts.outbox import links
from contacts.people import erasure
from contacts.words.addresses import keyed_hash
from tests.support.admin_pages import contents
from tests.support.examples import examples
from tests.support.factories import NOON, ContactFactory, EventFactory, SignUpFactory, TopicFactory, hold
from tests.support.mailing import written_letter
from tests.support.preferring import FORM, ONE_CLICK, reader, refusals, suppressed, token_of, unsubscribe

ALL = {"email", "phone", "post"}
SPREAD = [HealthCheck.function_scoped_fixture]


def deleted(contact: Contact) -> None:
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")


def stranger(policy: PolicyVersion, **fields: Any) -> tuple[SignUp, str]:
    """Something typed under an address that nobody has proven, and the way out of the mail about it."""
    made = SignUpFactory.create(policy_version=policy, **fields)
    return made, links.stop_of_stranger(made.email, made)


# What a mail program does by itself (RFC 8058).


@pytest.mark.promise("P13")
def test_one_click_without_cookie_origin_and_csrf_token_stops_the_mail(live_server: Any, policy: PolicyVersion) -> None:
    contact = reader(policy)
    server = http.client.HTTPConnection(urlsplit(live_server.url).netloc)
    path = f"/unsubscribe/{token_of(contact)}/"
    server.request("POST", path, "List-Unsubscribe=One-Click", {"Content-Type": FORM})
    answer = server.getresponse()
    assert (answer.status, answer.read()) == (200, b"Done.\n")
    assert answer.getheader("Location") is None
    assert answer.getheader("Set-Cookie") is None
    server.close()
    assert suppressed(contact.address_hash) == {"email"}
    assert refusals(contact)["email"] == "objected"


@pytest.mark.promise("P13")
def test_a_way_out_works_for_ever_though_secret_key_is_changed(policy: PolicyVersion, settings: LazySettings) -> None:
    contact, (made, of_stranger) = reader(policy), stranger(policy)
    for_good, to_confirm = links.stop(contact), links.confirm(made)
    settings.SECRET_KEY = "a key of next year"
    for token in (for_good, of_stranger):
        assert unsubscribe(token).content == b"Done.\n"
    assert suppressed(contact.address_hash) == suppressed(keyed_hash(made.email)) == {"email"}
    with pytest.raises(links.InvalidLinkError):  # the links that end go by the key that was changed
        links.read_confirm(to_confirm)


@pytest.mark.promise("P13")
def test_one_click_is_taken_in_both_forms_that_the_rfc_allows(policy: PolicyVersion, client: Client) -> None:
    contact = reader(policy)
    answer = client.post(f"/unsubscribe/{token_of(contact)}/", ONE_CLICK)
    assert answer.request["CONTENT_TYPE"].startswith("multipart/form-data")
    assert (answer.status_code, answer.content) == (200, b"Done.\n")
    assert suppressed(contact.address_hash) == {"email"}


@pytest.mark.promise("P13")
@pytest.mark.parametrize("language", ["en", "sv"])
def test_one_click_on_the_link_in_the_header_of_a_mail_stops_the_mail(policy: PolicyVersion, language: str) -> None:
    contact = reader(policy, language=language)
    mail = letters.write(written_letter(contact), policy=policy, at=NOON)
    link = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert link.endswith(f"?lang={language}")
    answer = Client(enforce_csrf_checks=True).post(link, "List-Unsubscribe=One-Click", content_type=FORM)
    assert (answer.status_code, answer.content) == (200, b"Done.\n")
    assert suppressed(contact.address_hash) == {"email"}


@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "text/plain", "application/json", ""]))
@settings(max_examples=examples(30), suppress_health_check=SPREAD, deadline=None)
def test_whatever_else_a_mail_program_posts_stops_the_mail(policy: PolicyVersion, body: bytes, kind: str) -> None:
    contact = reader(policy)
    answer = Client(enforce_csrf_checks=True).post(f"/unsubscribe/{token_of(contact)}/", body, content_type=kind)
    assert answer.status_code == 200
    assert "email" in suppressed(contact.address_hash)


@pytest.mark.promise("P13")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?List-Unsubscribe=One-Click", "?do=everything"])
def test_looking_changes_nothing(policy: PolicyVersion, client: Client, method: str, query: str) -> None:
    token = token_of(reader(policy), TopicFactory.create().slug)
    before = contents()
    answer = client.generic(method, f"/unsubscribe/{token}/{query}")
    assert answer.status_code == 200
    assert not answer.cookies
    assert contents() == before


def test_nobody_on_the_way_keeps_or_lists_the_page(policy: PolicyVersion, client: Client) -> None:
    answer = client.get(f"/unsubscribe/{token_of(reader(policy))}/")
    assert answer["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(policy: PolicyVersion, client: Client, method: str) -> None:
    token, before = token_of(reader(policy)), contents()
    assert client.generic(method, f"/unsubscribe/{token}/").status_code == 405
    assert contents() == before


@pytest.mark.promise("P13")
def test_one_click_from_a_mail_about_a_topic_stops_that_topic_alone(policy: PolicyVersion) -> None:
    contact, cloud, backup = reader(policy), TopicFactory.create(slug="Cloud_News"), TopicFactory.create()
    Interest.objects.bulk_create(Interest(contact=contact, topic=topic, since=NOON) for topic in (cloud, backup))
    unsubscribe(token_of(contact, "Cloud_News"))
    assert dict(contact.interests.values_list("topic", "wanted")) == {cloud.pk: False, backup.pk: True}
    assert refusals(contact)["email"] == ""
    assert not Suppression.objects.exists()


def test_a_topic_that_is_gone_stops_all_e_mail(policy: PolicyVersion) -> None:
    contact = reader(policy)
    unsubscribe(token_of(contact, "no-such-topic"))
    assert suppressed(contact.address_hash) == {"email"}


# The page.


@pytest.mark.promise("P12")
@pytest.mark.parametrize(("choice", "channels"), [("everything", ALL), ("email", {"email"})])
def test_the_page_stops_everything_or_e_mail_alone(policy: PolicyVersion, choice: str, channels: set[str]) -> None:
    contact = reader(policy, "customer")
    answer = unsubscribe(token_of(contact), {"do": choice})
    assert answer.status_code == 200
    assert "We keep a coded form of your address to remember this." in answer.content.decode()
    assert suppressed(contact.address_hash) == channels


def test_the_page_of_a_topics_mail_offers_that_topic(policy: PolicyVersion, client: Client) -> None:
    contact, topic = reader(policy), TopicFactory.create()
    token = token_of(contact, topic.slug)
    assert "Stop only news about Cloud" in client.get(f"/unsubscribe/{token}/").content.decode()
    assert "Stoppa bara nyheter om Moln" in client.get(f"/unsubscribe/{token}/?lang=sv").content.decode()
    unsubscribe(token, {"do": "topic"})
    assert list(contact.interests.values_list("topic", "wanted")) == [(topic.pk, False)]
    assert not Suppression.objects.exists()


@pytest.mark.promise("P12")
def test_said_twice_it_changes_nothing_more(policy: PolicyVersion) -> None:
    contact = reader(policy, "customer")
    token = token_of(contact)
    first = unsubscribe(token, {"do": "everything"})
    before = contents()
    assert unsubscribe(token, {"do": "everything"}).content == first.content
    assert contents() == before


# Links that have lived.


@pytest.mark.promise("P13")
@pytest.mark.parametrize("to_list", [links.EVERYTHING, "cloud"])
def test_the_link_works_after_the_person_has_been_deleted(policy: PolicyVersion, to_list: str) -> None:
    TopicFactory.create(slug="cloud")
    contact = reader(policy)
    token = token_of(contact, to_list)
    deleted(contact)
    assert unsubscribe(token).content == b"Done.\n"
    assert suppressed(contact.address_hash) == {"email"}
    assert not Contact.objects.exists()


@pytest.mark.promise("P12")
def test_after_a_change_of_address_both_are_stopped(policy: PolicyVersion) -> None:
    contact = reader(policy)
    token, before = token_of(contact), contact.address_hash
    other = ContactFactory.build()
    Contact.objects.filter(pk=contact.pk).update(email=other.email, address_hash=other.address_hash)
    unsubscribe(token)
    assert suppressed(before) == suppressed(other.address_hash) == {"email"}


@pytest.mark.promise("P13")
@pytest.mark.parametrize("choice", ["everything", "email", "topic"])
def test_page_and_answer_are_the_same_whether_or_not_the_person_is_held(
    policy: PolicyVersion, client: Client, choice: str
) -> None:
    slug = TopicFactory.create().slug
    held, gone = reader(policy, "customer"), reader(policy)
    tokens = [token_of(held, slug), token_of(gone, slug)]
    deleted(gone)
    pages = [client.get(f"/unsubscribe/{token}/").content.replace(token.encode(), b"") for token in tokens]
    assert pages[0] == pages[1]
    answers = [unsubscribe(token, {"do": choice}).content.replace(token.encode(), b"") for token in tokens]
    assert answers[0] == answers[1]


def test_a_link_tells_nothing_but_random_numbers_and_a_hash(policy: PolicyVersion) -> None:
    contact = reader(policy, email="aino.lindqvist@fjordkraft.example")
    token = token_of(contact)
    assert re.fullmatch(rf"{contact.public_id.hex}\.[0-9a-f]{{72}}\.all:[\w-]+", token)
    assert "aino" not in token


@pytest.mark.promise("P13")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_link_that_we_did_not_write_is_refused_in_words(policy: PolicyVersion, client: Client, method: str) -> None:
    token = token_of(reader(policy))
    before = contents()
    for broken in (token[:-1], f"0{token}", token.replace(".all", ".everything"), "x", "%00", "é", "."):
        answer = client.generic(method, f"/unsubscribe/{broken}/", "List-Unsubscribe=One-Click", content_type=FORM)
        assert answer.status_code == 404
        assert method == "HEAD" or "This link does not work" in answer.content.decode()
    assert contents() == before


# Addresses that nobody has proven.


@pytest.mark.promise("P13")
def test_one_click_on_a_mail_that_asks_for_proof_leaves_what_was_asked_for(policy: PolicyVersion) -> None:
    made, token = stranger(policy)
    unsubscribe(token)
    assert suppressed(token.split(".")[1]) == {"email"}
    assert SignUp.objects.get() == made


@pytest.mark.promise("P12")
def test_whoever_asked_for_nothing_has_all_of_it_deleted_and_marketing_stopped(policy: PolicyVersion) -> None:
    made, token = stranger(policy, email="aino@fjordkraft.example")
    stranger(policy, email="aino@fjordkraft.example", kind="event", scenario="event", event=EventFactory.create())
    other, _ = stranger(policy)
    unsubscribe(token, {"do": "not_me"})
    assert SignUp.objects.get() == other
    assert suppressed(token.split(".")[1]) == ALL
    assert not made.messages.exists()


def test_only_the_page_of_such_a_mail_asks_whether_it_was_you(policy: PolicyVersion, client: Client) -> None:
    _, token = stranger(policy)
    assert "Was it not you?" in client.get(f"/unsubscribe/{token}/").content.decode()
    assert "Was it not you?" not in client.get(f"/unsubscribe/{token_of(reader(policy))}/").content.decode()


@pytest.mark.promise("P12")
def test_the_link_of_a_sign_up_leads_to_whoever_proved_it_since(policy: PolicyVersion) -> None:
    made, token = stranger(policy)
    contact = ContactFactory.create()
    hold(contact, "customer", NOON.date(), policy=policy)
    empty = {"email": "", "first_name": "", "last_name": ""}
    SignUp.objects.filter(pk=made.pk).update(contact=contact, confirmed_at=NOON, **empty)
    unsubscribe(token, {"do": "not_me"})
    assert SignUp.objects.filter(pk=made.pk).exists()
    assert suppressed(contact.address_hash) == suppressed(token.split(".")[1]) == ALL
