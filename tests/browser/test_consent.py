"""A consent is given, withdrawn and given again, in Chromium: mails go or do not, and each page says how it stands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from contacts.models import Contact, PolicyVersion
from tests.browser.test_admin import visit
from tests.browser.test_erased_come_back import pages, staff
from tests.browser.test_rights import ADDRESS, clock, sink, theirs
from tests.support import mailings
from tests.support.factories import ONE_DAY, TopicFactory, customer
from tests.support.mail_sink import Sink
from tests.support.rights import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["clock", "pages", "sink", "staff", "theirs"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L14")]

WORDING = "Yes, Nordvik Software AB may e-mail me news about related services."


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    """A customer in Sweden, who has said nothing about news."""
    return customer(policy, email=ADDRESS, first_name="Ada", last_name="Berg", country="SE", language="en")


@pytest.mark.parametrize("where", ["on the preference page", "on “My data”"])
def test_a_consent_is_given_withdrawn_and_given_again(
    where: str,
    theirs: "Page",
    staff: Callable[[str], "Page"],
    clock: Any,
    sink: Sink,
    policy: PolicyVersion,
    ada: Contact,
) -> None:
    person = Person(theirs, sink, ADDRESS)
    assert not told("Before", person, policy)
    by_form(person)
    assert told("First", person, policy)
    choices = person.link_of_mail("unsubscribe")
    look_at(theirs, choices, "E-mail on", "You said yes on 24 November 2026.")

    clock.shift(ONE_DAY)
    theirs.clock.set_system_time(timezone.now())
    (on_the_preference_page if "preference" in where else on_my_data)(person)
    assert not told("Second", person, policy)
    look_at(theirs, choices, "E-mail off", "You withdrew your consent on 25 November 2026.")

    clock.shift(ONE_DAY)
    again(person)
    assert told("Third", person, policy)
    look_at(theirs, choices, "E-mail on", "You said yes on 26 November 2026.")

    page = staff("marketing")
    visit(page, f"/admin/contacts/contact/{ada.public_id}/change/")
    page.locator(".pc-stack").get_by_text("marketing allowed").wait_for()
    wording = f"“{WORDING} I can stop this at any time.”"
    assert ledger(page) == [
        ("26 November 2026", f"Consent given: e-mail, on the preference page, {wording}"),
        ("25 November 2026", f"Consent withdrawn: e-mail, {where}"),
        ("24 November 2026", f"Consent given: e-mail, on the sign-up form, {wording}"),
    ]


def told(subject: str, person: Person, policy: PolicyVersion) -> bool:
    """Send a mailing to all who may get it, and tell whether it came."""
    now = timezone.now()
    words = {"en": subject, "sv": subject}
    mailings.scheduled(mailings.drafted(subject=words, topics=[TopicFactory.create()]), policy, now)
    mailings.tick(policy, now)
    return any(mail.startswith(f"{subject}\n") for mail in person.mails())


def by_form(person: Person) -> None:
    """Tick the box on a form, and say yes again behind the mail's link: until then nothing is given."""
    page = person.page
    page.goto("/register/?as=customer")
    typed = {"First name": "Ada", "Last name": "Berg", "Work e-mail": ADDRESS, "Company": "Fjordkraft AB"}
    for label, value in typed.items():
        page.get_by_label(label).fill(value)
    page.get_by_label(WORDING).check()
    page.get_by_role("button", name="Register", exact=True).click()
    confirm(person, "Thank you. You are registered")


def again(person: Person) -> None:
    """Ask for the mail on the preference page, and say yes behind its link."""
    person.page.get_by_label(WORDING).check()
    person.page.get_by_role("button", name="Send me the mail").click()
    confirm(person, "Done")


def confirm(person: Person, thanks: str) -> None:
    page = person.page
    page.get_by_role("heading", name="Check your inbox").wait_for()
    before = Contact.objects.get().consent_records.count()
    page.goto(person.link_of_mail("confirm"))
    page.get_by_text(WORDING).wait_for()
    assert Contact.objects.get().consent_records.count() == before
    page.get_by_role("button", name="Confirm, and yes to the news").click()
    page.get_by_role("heading", name=thanks, exact=True).wait_for()


def on_the_preference_page(person: Person) -> None:
    person.page.get_by_role("button", name="Stop e-mail").click()
    person.page.get_by_text("Marketing by e-mail is stopped.").wait_for()


def on_my_data(person: Person) -> None:
    person.ask("See what you hold about me")
    person.prove()
    person.page.get_by_text("You said yes on 24 November 2026.").wait_for()
    person.page.get_by_role("button", name="Withdraw consent (e-mail)").click()
    person.page.get_by_text("Your consent is withdrawn").wait_for()
    person.page.get_by_text("You withdrew your consent on 25 November 2026.").wait_for()


def look_at(page: "Page", choices: str, state: str, why: str) -> None:
    """Follow the way out of a mail to the page of all choices, and read there how e-mail stands."""
    page.goto(choices)
    page.get_by_role("link", name="See all your choices").click()
    page.get_by_role("heading", name="What may we send you?").wait_for()
    page.get_by_role("heading", name=state, exact=True).wait_for()
    page.get_by_text(why).wait_for()


def ledger(page: "Page") -> list[tuple[str, str]]:
    """What a person's page tells of consents: the day of each row, and what was said."""
    rows = page.locator("#timeline li").filter(has_text="Consent ").all()
    return [(row.locator("time").inner_text(), row.locator("> span").last.inner_text()) for row in rows]
