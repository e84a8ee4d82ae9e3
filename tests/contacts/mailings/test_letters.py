"""What a mailing's reader gets: their language, the reason, the way out, and nothing that tells whether it was read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.utils import translation
from django.utils.translation import gettext

from contacts.delivery import mailing_trial
from contacts.models import AuditEvent, Message, PolicyVersion
from contacts.outbox import links
from privacy_crm.mail import mailer
from tests.support.factories import NOON, TopicFactory
from tests.support.mail_sink import Sink, header_lines, part
from tests.support.mailing import reader, send
from tests.support.mailings import AUTHOR, approved, bound, drafted, minute, scheduled

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    with sink.open():
        yield sink


@pytest.mark.parametrize(
    ("language", "subject", "says", "button"),
    [
        ("sv-SE", "Nytt i molnet", "Tre saker är nya.", "Läs"),
        ("en", "What is new in the cloud", "Three things are new.", "Read it"),
        ("fi", "What is new in the cloud", "Three things are new.", "Read it"),
    ],
)
def test_each_reader_gets_their_language_or_english(
    language: str, subject: str, says: str, button: str, sink: Sink, policy: PolicyVersion
) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    reader(policy, mailing, language=language)
    scheduled(mailing, policy)
    minute(policy, NOON)
    (mail,) = sink.mails
    assert mail["Subject"] == subject
    assert says in part(mail, "text/plain")
    assert f'href="https://nordvik.example/news">{button}</a>' in part(mail, "text/html")


@pytest.mark.promise("P13")
@pytest.mark.parametrize(("topics", "to_list"), [(1, "cloud"), (2, links.EVERYTHING), (0, links.EVERYTHING)])
def test_the_way_out_is_about_the_topic_where_there_is_just_one(
    topics: int, to_list: str, sink: Sink, policy: PolicyVersion
) -> None:
    mailing = drafted(topics=[TopicFactory.create(slug=slug) for slug in ("cloud", "law")[:topics]])
    bound(policy, country="SE").permissions.create(channel="email", state="consented", given_on=NOON.date())
    scheduled(mailing, policy)
    minute(policy, NOON)
    headers = header_lines(sink.raw[0])
    token = headers["list-unsubscribe"].rpartition("/unsubscribe/")[2].partition("/")[0]
    assert links.read_stop(token).list == to_list
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert token in part(sink.mails[0], "text/plain")


@pytest.mark.promise("P13")
@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "even where you have stopped our news"), ("sv", "även om du har tackat nej till våra nyheter")],
)
def test_an_important_message_says_that_it_comes_despite_an_objection(
    language: str, says: str, sink: Sink, policy: PolicyVersion
) -> None:
    bound(policy, language=language)
    scheduled(approved(), policy)
    minute(policy, NOON)
    (mail,) = sink.mails
    assert says in part(mail, "text/plain")
    assert "/unsubscribe/" in header_lines(sink.raw[0])["list-unsubscribe"]


def test_what_staff_wrote_is_words_and_no_markup(sink: Sink, policy: PolicyVersion) -> None:
    body = {"en": "<img src=https://spy.example/1>\r\n\r\nTwo\r\nlines", "sv": "Hej"}
    mailing = drafted(topics=[TopicFactory.create()], body=body)
    reader(policy, mailing)
    scheduled(mailing, policy)
    minute(policy, NOON)
    html = part(sink.mails[0], "text/html")
    assert "&lt;img src=https://spy.example/1&gt;</p>" in html
    assert "<p>Two<br>lines</p>" in html
    assert "<img" not in html


def test_nothing_in_it_tells_whether_it_was_read(sink: Sink, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    for number in range(2):
        reader(policy, mailing, first_name=f"Reader{number}")
    scheduled(mailing, policy)
    minute(policy, NOON)
    for mail in sink.mails:
        html = part(mail, "text/html")
        assert "src=" not in html
        assert "url(" not in html
        assert html.count("https://nordvik.example/news") == 1


def test_a_test_mail_goes_to_its_author_alone_in_both_languages(sink: Sink, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    reader(policy, mailing)
    mailing_trial.send(mailing, "author@nordvik.example", policy=policy, at=NOON, by=AUTHOR)
    assert send() == 2
    assert set(sink.recipients) == {"author@nordvik.example"}
    assert sorted(mail["Subject"] for mail in sink.mails) == ["Test: Nytt i molnet", "Test: What is new in the cloud"]
    assert set(Message.objects.values_list("address", "written")) == {("", None)}  # once it is sent
    assert AuditEvent.objects.get(code="mailing.tested").rule == f"mailing:{mailing.pk}"


@pytest.mark.parametrize("language", dict(product.LANGUAGES))
def test_the_preview_is_what_the_mail_says(language: str, sink: Sink, policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    shown = mailing_trial.page(mailing, language, policy=policy, at=NOON)
    with translation.override(language):
        reader(policy, mailing, language=language, first_name=gettext("(first name)"))
    scheduled(mailing, policy)
    minute(policy, NOON)
    sent = part(sink.mails[0], "text/html")
    assert _middle(sent) == _middle(shown)


def _middle(html: str) -> str:
    """What stands above the footer, whose links name the reader."""
    return " ".join(html.partition("<main>")[2].partition("</main>")[0].split())
