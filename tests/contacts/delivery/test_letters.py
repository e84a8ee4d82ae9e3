"""Every automatic mail, as it is written: its frame, its headers, its language, and what may never stand in it."""

import re
import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from contacts.delivery import letters
from contacts.models import Message, PolicyVersion
from contacts.outbox import links
from contacts.words.vocabulary import MailTemplate, SignUpKind
from tests.support.factories import NOON, EventFactory, RegistrationFactory
from tests.support.mailing import FOOD, announcement, confirmation, guest, information, owed

pytestmark = pytest.mark.django_db

every_template = pytest.mark.parametrize("template", MailTemplate.values)
every_language = pytest.mark.parametrize("language", ["en", "sv"])


def both(message: Message, policy: PolicyVersion) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    envelope = letters.write(message, policy=policy, at=NOON)
    ((html, kind),) = envelope.alternatives
    assert kind == "text/html"
    return str(envelope.body), str(html)


def one_message(template: str, language: str, policy: PolicyVersion) -> Message:
    return owed(MailTemplate(template), policy, language=language)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.promise("P13")
@every_template
@every_language
def test_each_mail_ends_with_a_way_out_in_text_and_html(template: str, language: str, policy: PolicyVersion) -> None:
    words = {"en": "Unsubscribe from our news", "sv": "Avregistrera dig från våra nyheter"}[language]
    text, html = both(one_message(template, language, policy), policy)
    last = text.strip().splitlines()[-2:]
    assert any(words in line and "/unsubscribe/" in line for line in last)
    assert re.search(rf'<a href="http[^"]+/unsubscribe/[^"]+">{words}</a>', html)


@pytest.mark.promise("P13")
@every_template
def test_each_mail_carries_the_headers_by_which_mail_programs_unsubscribe(template: str, policy: PolicyVersion) -> None:
    message = one_message(template, "en", policy)
    headers = letters.write(message, policy=policy, at=NOON).extra_headers
    link = re.fullmatch(r"<(https?://[^/]+/unsubscribe/(.+)/\?lang=en)>", headers["List-Unsubscribe"])
    assert link
    stop = links.read_stop(link[2])
    assert stop.public_id == (message.contact.public_id if message.contact else None)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.promise("P25")
@every_template
@every_language
def test_each_mail_says_who_sends_it_and_why(template: str, language: str, policy: PolicyVersion) -> None:
    because = {"en": "You get this mail because ", "sv": "Du får det här mejlet eftersom "}[language]
    controller = policy.controller
    for form in both(one_message(template, language, policy), policy):
        for said in (controller["name"], controller["number"], controller["address"], controller["privacy_contact"]):
            assert said in form
        assert because in form
        assert "/privacy/" in form


@every_template
@every_language
def test_no_mail_loads_anything_or_tells_that_it_was_read(template: str, language: str, policy: PolicyVersion) -> None:
    html = both(one_message(template, language, policy), policy)[1]
    tags = Tags(html).found
    assert not {"img", "script", "link", "iframe", "object", "form", "video"} & {tag for tag, _ in tags}
    assert not [attributes for _, attributes in tags if {"src", "srcset", "background", "style"} & set(attributes)]
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.promise("P8")
@every_template
def test_no_mail_repeats_what_a_guest_eats(template: str, policy: PolicyVersion) -> None:
    envelope = letters.write(one_message(template, "en", policy), policy=policy, at=NOON)
    raw = envelope.message()
    for each in raw.walk():
        if not each.is_multipart():
            assert FOOD not in str(each.get_content())


@every_template
@every_language
def test_each_mail_is_written_in_its_readers_language(template: str, language: str, policy: PolicyVersion) -> None:
    text, html = both(one_message(template, language, policy), policy)
    assert f'<html lang="{language}">' in html
    swedish = {"Avregistrera", "mejlet", "eftersom"}
    assert bool(swedish & set(re.findall(r"\w+", text))) == (language == "sv")


@pytest.mark.promise("P13")
@every_template
@pytest.mark.parametrize(("language", "other"), [("en", "sv"), ("sv", "en")])
def test_each_link_opens_a_page_in_the_readers_language_whatever_their_browser_prefers(
    template: str, language: str, other: str, policy: PolicyVersion, settings: Any
) -> None:
    browser = Client(headers={"accept-language": other})
    for form in both(one_message(template, language, policy), policy):
        ours = re.findall(rf"{settings.SITE_URL}([^\s\"]+)", form)
        assert len(ours) > 2
        for link in ours:
            answer = browser.get(link)
            assert (link, answer.status_code, answer.headers["Content-Language"]) == (link, 200, language)
            assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.promise("P13")
@every_language
def test_the_link_about_what_is_kept_leads_to_its_own_part_of_the_policy(language: str, policy: PolicyVersion) -> None:
    for form in both(information(policy, language=language), policy):
        (link,) = set(re.findall(r"/privacy/\S*#\w+", form))
        assert link == f"/privacy/?lang={language}#prospect"
        assert 'id="prospect"' in Client().get(link).content.decode()


@pytest.mark.parametrize("language", ["", "fi", "xx-weird", "SV-se"])
def test_a_language_that_we_do_not_speak_is_english(language: str, policy: PolicyVersion) -> None:
    html = both(confirmation(policy, language=language), policy)[1]
    assert f'<html lang="{"sv" if language == "SV-se" else "en"}">' in html


def test_a_copy_that_is_written_again_is_the_same_mail_to_its_receiver(policy: PolicyVersion) -> None:
    message, other = confirmation(policy), confirmation(policy)
    ids = [
        letters.write(each, policy=policy, at=NOON).extra_headers["Message-ID"] for each in (message, message, other)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0] == f"<{message.public_id.hex}@localhost>"


# What nobody may bring in

NASTY = '<b onclick="x">{{ 7|add:7 }}{% now "Y" %}</b>'


def test_tags_in_a_name_are_inert(policy: PolicyVersion) -> None:
    place = guest(policy, first_name=NASTY)
    message = owed(MailTemplate.REMINDER, policy, first_name=NASTY)
    assert place.contact.first_name == NASTY
    text, html = both(message, policy)
    assert f"Hello {NASTY}," in text
    assert "<b onclick" not in html
    assert "{{ 7|add:7 }}" in html


def test_what_somebody_typed_for_a_stranger_does_not_reach_the_stranger(policy: PolicyVersion) -> None:
    lure = {"first_name": "Win https://evil.example", "last_name": "Money", "company": "Evil Ltd", "city": "Evilton"}
    raw = letters.write(confirmation(policy, **lure), policy=policy, at=NOON).message().as_string()
    for each in both(confirmation(policy, **lure), policy):
        assert not [word for word in lure.values() if word in each]
    assert "evil" not in raw.lower()


@pytest.mark.parametrize("template", ["registered", "reminder", "moved", "cancelled"])
@pytest.mark.parametrize(
    "ending", ["\r\nBcc: everyone@fjordkraft.example", "\nX-Evil: 1\n\n<html>", "\u2028Bcc: a@b.example"]
)
def test_a_title_with_line_breaks_adds_no_header(template: str, ending: str, policy: PolicyVersion) -> None:
    place = guest(policy, EventFactory.create(title=f"Cloud Day{ending}"))
    message = Message(template=template, contact=place.contact, registration=place, event=place.event)
    raw = letters.write(message, policy=policy, at=NOON).message()
    assert raw["Bcc"] is None
    assert raw["X-Evil"] is None
    assert "\n" not in raw["Subject"]
    assert "\r" not in raw["Subject"]


def test_a_mail_comes_from_the_company_by_its_name(policy: PolicyVersion, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "CRM <crm@nordvik.example>"
    envelope = letters.write(confirmation(policy), policy=policy, at=NOON)
    assert envelope.message()["From"] == "Nordvik Software AB <crm@nordvik.example>"


def test_a_mail_goes_to_the_bare_address_alone(policy: PolicyVersion) -> None:
    message = owed(MailTemplate.REGISTERED, policy, email="aino@fjordkraft.example", first_name='"x" <a@b.example>,')
    envelope = letters.write(message, policy=policy, at=NOON)
    assert envelope.recipients() == ["aino@fjordkraft.example"]
    assert envelope.message()["To"] == "aino@fjordkraft.example"


# What each says


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("whitepaper", "confirm your address and download it"),
        ("event", "You then get a second mail"),
        ("register", "Click below to confirm it"),
        ("consent", "Until then we send you none"),
    ],
)
def test_a_confirmation_says_what_was_asked_for_and_that_it_goes_away(
    kind: str, words: str, policy: PolicyVersion
) -> None:
    message = confirmation(policy, kind=SignUpKind(kind))
    text, html = both(message, policy)
    assert words in text
    assert "deleted on 24 December 2026, 30 days after it came in" in text
    assert links.confirm(message.sign_up) in text
    assert f"/confirm/{links.confirm(message.sign_up)}/" in html


@pytest.mark.promise("P7")
def test_a_guest_is_told_when_and_where_on_the_wall_of_the_event(policy: PolicyVersion) -> None:
    text, html = both(owed(MailTemplate.REGISTERED, policy), policy)
    for form in (text, html):
        assert "Monday 24 May 2027, 11:00–16:00 (Stockholm time)" in form
        assert "Norra Bantorget 2, Stockholm" in form
        assert "/places/" in form


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("kind", "asks", "told"), [("physical", True, 1), ("physical", False, 0), ("webinar", True, 0)]
)
def test_whoever_was_asked_about_food_is_told_where_to_take_it_back(
    kind: str, asks: bool, told: int, policy: PolicyVersion
) -> None:
    place = RegistrationFactory.create(event=EventFactory.create(kind=kind, asks_food=asks))
    message = Message(template="registered", contact=place.contact, registration=place, event=place.event)
    for form in both(message, policy):
        assert form.count("On the same page you can delete them and keep your place") == told


@pytest.mark.promise("P7")
def test_a_guest_of_a_webinar_gets_its_link(policy: PolicyVersion) -> None:
    event = EventFactory.create(kind="webinar", link="https://meet.example/cloud?room=1&pin=2")
    place = RegistrationFactory.create(event=event)
    message = Message(template="registered", contact=place.contact, registration=place, event=event)
    text, html = both(message, policy)
    assert "https://meet.example/cloud?room=1&pin=2" in text
    assert 'href="https://meet.example/cloud?room=1&amp;pin=2"' in html


@pytest.mark.parametrize(
    ("template", "method"),
    [("registered", "PUBLISH"), ("reminder", "PUBLISH"), ("moved", "PUBLISH"), ("cancelled", "CANCEL")],
)
def test_a_mail_about_an_event_brings_it_into_the_calendar_or_out_of_it(
    template: str, method: str, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate(template), policy)
    if template == "cancelled":
        message.event.cancelled_at = NOON
    raw = letters.write(message, policy=policy, at=NOON).message()
    (attached,) = list(raw.iter_attachments())
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == method
    assert attached.get_filename() == "event.ics"
    assert f"METHOD:{method}" in attached.get_content()


@pytest.mark.promise("L5")
@every_language
def test_a_person_whose_details_came_from_elsewhere_is_told_all_that_the_law_asks_for(
    language: str, policy: PolicyVersion
) -> None:
    text = both(information(policy, language=language), policy)[0]
    rule = policy.rule("prospect")
    assert "the trade register" in text
    assert "18 month" in text or "18 månader" in text
    assert policy.controller["authority"]["name"] in text
    assert policy.controller["authority"]["url"] in text
    assert all(purpose in text for purpose in rule.purposes[language])
    assert "GDPR" in text


@pytest.mark.promise("L5")
def test_the_right_to_object_stands_by_itself(policy: PolicyVersion) -> None:
    message = information(policy)
    text, html = both(message, policy)
    assert "<h2>Your right to object</h2>" in html
    section = text.partition("## Your right to object")[2].partition("## ")[0]
    assert links.stop(message.contact) in section


@pytest.mark.promise("L5")
def test_what_informs_makes_no_offer_and_asks_for_no_consent(policy: PolicyVersion) -> None:
    html = both(information(policy), policy)[1]
    links_in_it = {str(attributes.get("href")) for tag, attributes in Tags(html).found if tag == "a"}
    paths = {re.sub(r"^http://[^/]+/([\w-]+)/.*$", r"\1", link) for link in links_in_it if link.startswith("http")}
    assert paths == {"preferences", "unsubscribe", "privacy", "my-data"}


@pytest.mark.promise("P13")
def test_news_about_one_topic_can_be_stopped_for_that_topic(policy: PolicyVersion) -> None:
    message = announcement(policy)
    header = letters.write(message, policy=policy, at=NOON).extra_headers["List-Unsubscribe"]
    topic = message.whitepaper.topics.get()
    (token,) = re.findall("/unsubscribe/(.+)/", header)
    assert links.read_stop(token).list == topic.slug
    text = both(message, policy)[0]
    assert "How to sleep at night." in text
    assert "sends you news about: Cloud" in text


def test_a_message_that_lacks_what_it_is_about_is_refused(policy: PolicyVersion) -> None:
    message = Message(public_id=uuid.uuid4(), template="confirm")
    with pytest.raises(ValueError, match="sign-up"):
        letters.write(message, policy=policy, at=NOON)
