"""Whoever opens every link of every mail changes nothing: scanners do, and those whom a mail was passed on to (L15)."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse

import dsr.letters
from contacts.models import Message, PolicyVersion
from contacts.words.vocabulary import MailTemplate
from dsr.letters.common import Writer
from dsr.models import Handover
from dsr.words.vocabulary import Kind
from tests.support.admin_pages import contents
from tests.support.deciding import ada
from tests.support.every_mail import BY_AN_ACT, KINDS, LETTERS, MODULES, TEMPLATES, package
from tests.support.mailing import send
from tests.support.visiting import visiting

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_noon"),
    pytest.mark.promise("L15"),
    pytest.mark.promise("P13"),
]

ROOT = Path(settings.BASE_DIR)
APPS = ("contacts", "dsr", "retention", "privacy_crm")
# What gives a mail its words in a module of its own, beside the templates and the letters about requests.
WRITING = re.compile(
    r"(?<!def )\b(EmailMessage|EmailMultiAlternatives|enqueue_written|send_mail|mail_\w+s|staff_mails\.written)\("
)


@pytest.mark.parametrize("kind", KINDS)
def test_opening_every_link_of_a_mail_and_of_its_pages_changes_nothing(
    kind: str, policy: PolicyVersion, client: Client
) -> None:
    make, leads = KINDS[kind]
    make(policy)
    pressed_there = set(buttons())
    send()
    sent = [links(each) for each in mail.outbox]
    assert sent
    assert not Message.objects.filter(sent_at=None).exists()
    assert all(sent) == bool(leads)
    found, before = set().union(*sent), contents()
    further = {link for link in set().union(*(opened(client, link) for link in found)) if page_of(link) in sealed()}
    for link in further - found:
        opened(client, link)
    assert contents() == before
    assert leads <= {page_of(link) for link in found | further}
    assert pressed_there <= found


def opened(client: Client, link: str) -> set[str]:
    """Open a link as scanners do, and return where its page leads. Pages of staff ask for a log-in first."""
    answer, head = client.get(link), client.head(link)
    expected = HTTPStatus.FOUND if link.startswith("/admin/") else HTTPStatus.OK
    assert (link, answer.status_code, head.status_code) == (link, expected, expected)
    for file in (each for each in (answer, head) if each.streaming):
        b"".join(file.streaming_content)  # to its end, after which it is closed
    if "html" not in answer["Content-Type"]:
        return set()
    return {unescape(to) for to in re.findall(r'(?:href|action)="(/(?!static/)[^"#]+)', answer.content.decode())}


def links(sent: EmailMessage) -> set[str]:
    """Where a mail leads to on our site: in its headers, its text, its HTML and its calendar."""
    built = sent.message()
    texts = [part.get_content() for part in built.walk() if part.get_content_maintype() == "text"]
    said = unescape("\n".join([*map(str, built.values()), *texts]))
    return {path(link) for link in re.findall(rf"{settings.SITE_URL}[^\s\"<>]+", said)}


def buttons() -> Iterator[str]:
    """Where on our site the buttons of letters lead that wait to be sent."""
    for parts in Message.objects.filter(written__isnull=False).values_list("written__parts", flat=True):
        found = [part["url"] for part in parts if part["kind"] == "button"]
        yield from (path(link) for link in found if link.startswith(settings.SITE_URL))


def path(link: str) -> str:
    return link.removeprefix(settings.SITE_URL)


def page_of(link: str) -> str:
    return resolve(link.partition("?")[0]).view_name


def test_opening_a_package_that_a_letter_tells_of_fetches_nothing(policy: PolicyVersion) -> None:
    person = ada(policy, language="en")
    package(Kind.ACCESS, policy, person)
    visitor = visiting(person)
    before, handover = contents(), Handover.objects.get()
    for open_it in (visitor.get, visitor.head, Client().get, Client().head):
        open_it(reverse("my_data_package", args=[handover.public_id]))
    assert contents() == before


# What there is


def test_every_template_and_every_letter_is_among_them() -> None:
    assert set(TEMPLATES) == set(MailTemplate)
    assert {*LETTERS, *BY_AN_ACT} == set(writers())


def test_every_module_that_gives_a_mail_its_words_is_among_them() -> None:
    assert set(MODULES) == set(modules())


def test_every_page_that_a_sealed_link_opens_is_reached_from_one_of_them() -> None:
    assert sealed() <= {to for _make, leads in KINDS.values() for to in leads}


def writers() -> Iterator[Writer]:
    """Each letter about a request: `common.letter` has made it speak the reader's language."""
    for each in pkgutil.iter_modules(dsr.letters.__path__):
        module = importlib.import_module(f"dsr.letters.{each.name}")
        own = [one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__]
        yield from (one for one in own if hasattr(one, "__wrapped__"))


def modules() -> Iterator[str]:
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            if file.name != "staff_mails.py" and WRITING.search(file.read_text()):  # it is told what to say
                yield str(file.relative_to(ROOT))


@cache
def sealed() -> set[str]:
    """The pages whose address has a sealed token in it."""
    flat = [one for each in get_resolver().url_patterns for one in getattr(each, "url_patterns", [each])]
    named = [one for one in flat if isinstance(one, URLPattern) and one.name]
    return {str(one.name) for one in named if "token" in getattr(one.pattern, "converters", {})}
