"""What is said where no page was reached, or one failed: in the visitor's language, with the switch to the other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from contacts.models import PolicyVersion
from privacy_crm.wsgi import application
from tests.support.admin_pages import contents
from tests.support.visitors import send

pytestmark = pytest.mark.django_db

FORM = "/register/?as=customer"
MANY = "&".join(f"field{number}=1" for number in range(1001))
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def stranger() -> Client:
    """A browser that is shown what a visitor would see, tokens and failures included."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture(autouse=True)
def nothing_stored(policy: PolicyVersion) -> Iterator[None]:
    before = contents()
    yield
    assert contents() == before


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


REQUESTS = {
    "nowhere": ("get", "/nowhere/", {}, 404),
    "nul": ("get", "/events/%00/", {}, 404),
    "no such event": ("get", "/events/nothing/", {}, 404),
    "no link": ("get", "/confirm/nothing/", {}, 404),
    "too many fields in the address": ("get", f"/?{MANY}", {}, 400),
    "too many fields": ("post", FORM, {"data": MANY, "content_type": URLENCODED}, 400),
    "another charset": ("post", FORM, {"data": "a=1", "content_type": f"{URLENCODED}; charset=utf-16"}, 400),
    "a post to a page": ("post", "/", {}, 403),
    "a post to a download": ("post", "/download/nothing/", {}, 403),
    "too long": ("post", FORM, {"data": "a" * 65_537, "content_type": URLENCODED}, 413),
    "another kind": ("post", FORM, {"data": "{}", "content_type": "application/json"}, 415),
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize(("language", "home"), [("en", "Privacy policy"), ("sv", "Integritetspolicy")])
def test_a_refusal_is_a_page_of_ours_in_the_visitors_language(
    stranger: Client, name: str, language: str, home: str
) -> None:
    method, url, sent, status = REQUESTS[name]
    answer = getattr(stranger, method)(url, **sent, headers={"accept-language": language})
    shown = words(answer)
    assert (answer.status_code, answer.headers["Content-Language"]) == (status, language)
    assert f'<html lang="{language}">' in shown
    assert f">{home}</a>" in shown
    assert re.search(r'<a href="[^"]*lang=sv" lang="sv" hreflang="sv"', shown)
    assert not answer.cookies


@pytest.mark.parametrize("name", ["nowhere", "no such event", "a post to a page", "too long", "another kind"])
def test_a_refusal_speaks_the_language_that_the_address_asks_for(stranger: Client, name: str) -> None:
    method, url, sent, status = REQUESTS[name]
    answer = getattr(stranger, method)(f"{url}{'&' if '?' in url else '?'}lang=sv", **sent)
    assert answer.status_code == status
    assert '<html lang="sv">' in words(answer)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Something failed on our side"), ("sv", "Något gick fel hos oss")]
)
def test_a_failure_is_told_without_the_database(
    stranger: Client, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", None)
        answer = stranger.get(f"/?lang={language}")
    assert answer.status_code == 500
    assert f'<html lang="{language}">' in words(answer)
    assert said in words(answer)
    assert '<a href="?lang=sv" lang="sv"' in words(answer)


def test_what_is_refused_is_taken_in_so_that_a_browser_that_still_sends_hears_why(stranger: Client) -> None:
    answer = send(stranger, FORM, {"company": "x" * 10_000_000})
    assert answer.status_code == 413
    assert answer.wsgi_request.read() == b""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["text/plain; charset*=nothing''x", "x" * 20_000])
def test_a_content_type_that_cannot_be_read_is_another_kind(kind: str) -> None:
    request = RequestFactory().post(FORM, b"a=1", content_type=URLENCODED)
    begun: list[str] = []
    body = application(request.environ | {"CONTENT_TYPE": kind}, lambda status, _headers: begun.append(status))
    assert "We cannot read this" in b"".join(body).decode()
    assert begun == ["415 Unsupported Media Type"]


def test_the_staff_get_their_own_words(stranger: Client) -> None:
    answer = stranger.get("/admin/nowhere/")
    assert answer.status_code in {302, 404}
    assert "site-footer" not in words(answer)
