"""A visitor follows the links of a mail in Chromium; axe looks at every page."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, PolicyVersion, SignUp
from contacts.outbox import links
from privacy_crm.mail import mailer
from tests.support.accessible import violations_everywhere
from tests.support.factories import SignUpFactory, TopicFactory, customer
from tests.support.mail_sink import Sink, part
from tests.support.mailing import send
from tests.support.preferring import reader, suppressed, token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(browser: "Browser", live_server: Any, settings: Any) -> Iterator["Page"]:
    settings.SITE_URL = live_server.url
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    yield page
    assert context.cookies() == []
    context.close()


def press(page: "Page", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wait_for_page(page: "Page", heading: str) -> None:
    page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()


@pytest.mark.promise("P13")
def test_one_press_on_the_page_that_the_mail_opens_stops_all_marketing(visitor: "Page", policy: PolicyVersion) -> None:
    contact, slug = reader(policy, "customer"), TopicFactory.create().slug
    visitor.goto(f"/unsubscribe/{token_of(contact, slug)}/")
    assert violations_everywhere(visitor) == []
    visitor.keyboard.press("Tab")
    assert visitor.get_by_role("link", name="Skip to the text").evaluate("link => link === document.activeElement")
    press(visitor, "Stop all marketing")
    wait_for_page(visitor, "Done")
    assert violations_everywhere(visitor) == []
    assert suppressed(contact.address_hash) == {"email", "phone", "post"}


def test_the_page_asks_in_swedish_and_stays_in_it(visitor: "Page", policy: PolicyVersion) -> None:
    contact = reader(policy, "customer")
    visitor.goto(f"/unsubscribe/{token_of(contact)}/")
    visitor.get_by_role("link", name="Svenska").click()
    press(visitor, "Stoppa bara e-post")
    wait_for_page(visitor, "Klart")
    visitor.get_by_role("link", name="Se alla dina val").click()
    wait_for_page(visitor, "Vad får vi skicka dig?")
    assert violations_everywhere(visitor) == []
    assert suppressed(contact.address_hash) == {"email"}


@pytest.mark.promise("P12")
def test_somebody_who_asked_for_nothing_has_it_deleted(visitor: "Page", policy: PolicyVersion) -> None:
    made = SignUpFactory.create(policy_version=policy)
    visitor.goto(f"/unsubscribe/{links.stop_of_stranger(made.email, made)}/")
    assert violations_everywhere(visitor) == []
    press(visitor, "It was not me")
    visitor.get_by_text("What was typed is deleted").wait_for()
    assert not SignUp.objects.exists()


@pytest.mark.promise("P12")
def test_channels_and_topics_are_chosen_on_the_preference_page(visitor: "Page", policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE", phone="+46 8 465 004 99")
    topic = TopicFactory.create()
    visitor.goto(f"/preferences/{token_of(contact)}/")
    assert violations_everywhere(visitor) == []
    press(visitor, "Never call me")
    notice = visitor.locator("[role=status]:focus")
    expect(notice).to_have_text("Done. Marketing by phone is stopped.")
    visitor.get_by_label(topic.named("en"), exact=True).uncheck()
    press(visitor, "Save topics")
    expect(notice).to_have_text("Done. Your topics are saved.")
    expect(visitor.get_by_label(topic.named("en"), exact=True)).to_have_count(0)
    assert list(contact.interests.values_list("topic", "wanted")) == [(topic.pk, False)]
    press(visitor, "Stop all marketing")
    visitor.get_by_role("heading", name="All marketing is stopped").wait_for()
    assert violations_everywhere(visitor) == []


@pytest.mark.promise("P11")
def test_a_yes_is_given_twice_on_the_page_and_from_the_mail(
    visitor: "Page", policy: PolicyVersion, settings: Any
) -> None:
    contact, sink = customer(policy, country="SE"), Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    visitor.goto(f"/preferences/{token_of(contact)}/")
    press(visitor, "Send me the mail")
    expect(visitor.get_by_role("alert")).to_have_text("Tick what you say yes to.")
    assert violations_everywhere(visitor) == []
    visitor.get_by_label("may e-mail me news").check()
    press(visitor, "Send me the mail")
    wait_for_page(visitor, "Check your inbox")
    made = SignUp.objects.get()
    with sink.open():
        send(made.created_at)
    link = links.absolute(f"/confirm/{links.confirm(made)}/")
    assert link in part(sink.mails[0], "text/plain")
    visitor.goto(link)
    assert not contact.permissions.exists()
    press(visitor, "Confirm, and yes to the news")
    wait_for_page(visitor, "Done")
    assert contact.permissions.get().state == "consented"


def test_the_link_of_somebody_who_is_not_held_still_works(visitor: "Page", policy: PolicyVersion) -> None:
    contact = reader(policy)
    token = token_of(contact)
    Contact.objects.filter(pk=contact.pk).delete()
    visitor.goto(f"/preferences/{token}/")
    assert violations_everywhere(visitor) == []
    press(visitor, "Stop all marketing")
    visitor.get_by_role("status").wait_for()
    assert violations_everywhere(visitor) == []
    assert suppressed(contact.address_hash) == {"email", "phone", "post"}


def test_a_mistyped_link_says_so(visitor: "Page", policy: PolicyVersion) -> None:
    visitor.goto("/preferences/mistyped/")
    wait_for_page(visitor, "This link does not work")
    assert violations_everywhere(visitor) == []
