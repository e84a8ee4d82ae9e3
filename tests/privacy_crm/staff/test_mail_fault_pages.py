"""The pages of a mail server at fault: officer and administrator see it, and undo what it said by mistake."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Bounce, BounceUndoing, Contact, MailStandstill, PolicyVersion
from contacts.people import bounces
from contacts.words.vocabulary import MailTemplate
from tests.support.factories import NOON, UNPROVEN, ContactFactory
from tests.support.mailing import confirmation, owed

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
MINUTE = dt.timedelta(minutes=1)
REPLY = "550 5.1.1 user unknown"
LIST, ADD = (reverse(f"admin:contacts_bounceundoing_{page}") for page in ("changelist", "add"))
READERS = ["privacy officer", "administrator"]


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def stands(**fields: Any) -> MailStandstill:
    known = {"reply": "550 relaying denied", "domains": 5, "began_at": NOON, "try_at": NOON + 5 * MINUTE}
    return MailStandstill.objects.create(**known | fields)


def wave(number: int, policy: PolicyVersion) -> None:
    for each in range(number):
        message = owed(MailTemplate.REGISTERED, policy, **UNPROVEN)
        at = NOON + each * dt.timedelta(seconds=20)
        bounces.bounced(message.public_id, day=at.date(), reply=REPLY, at=at, by="task:mail")


@pytest.mark.parametrize("role", READERS)
def test_the_home_page_says_that_mail_is_not_leaving_until_it_does(
    role: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    client, found = log_in(role), stands()
    said = (
        "Mail is not leaving. The mail server refuses mail to different companies in the same words:"
        " “550 relaying denied”."
    )
    assert said in text(client.get("/admin/"))
    assert reverse("admin:contacts_mailstandstill_change", args=[found.pk]) in text(client.get("/admin/"))
    MailStandstill.objects.update(ended_at=NOON)
    assert "Mail is not leaving" not in text(client.get("/admin/"))


@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor"])
def test_nobody_else_is_told_on_the_home_page(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    stands()
    assert "Mail is not leaving" not in text(log_in(role).get("/admin/"))


@pytest.mark.parametrize("role", READERS)
def test_the_home_page_says_that_mails_are_late_though_nobody_found_a_fault(
    role: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    said = "1 mail has waited for more than 10 minutes: see whether the worker and the mail server run"
    client = log_in(role)
    confirmation(policy, at=NOON - 9 * MINUTE)
    assert said not in text(client.get("/admin/"))
    confirmation(policy, at=NOON - 10 * MINUTE)
    assert said in text(client.get("/admin/"))


def test_its_page_says_how_much_waits_and_when_it_is_tried(log_in: LogIn, policy: PolicyVersion) -> None:
    confirmation(policy)
    page = reverse("admin:contacts_mailstandstill_change", args=[stands().pk])
    said = text(log_in("administrator").get(page))
    assert "1 mail waits. The next mail is tried on 24 November 2026 13:05." in said
    MailStandstill.objects.update(ended_at=NOON)
    assert "The server takes mail again." in text(log_in("administrator").get(page))


def test_the_pages_say_which_mail_waits(log_in: LogIn, policy: PolicyVersion) -> None:
    client, found = log_in("administrator"), stands()
    page = reverse("admin:contacts_mailstandstill_change", args=[found.pk])
    among = reverse("admin:contacts_mailstandstill_changelist")
    assert "All mail waits. One mail is tried every few minutes" in text(client.get(page))
    assert "mail is not leaving" in text(client.get(among))
    MailStandstill.objects.update(reply=REPLY)
    assert "Mailings and announcements wait. Mail that somebody waits for" in text(client.get(page))
    assert "mailings are not leaving" in text(client.get(among))
    assert "Mailings are not leaving. The mail server refuses" in text(client.get("/admin/"))


@pytest.mark.parametrize("role", READERS)
def test_a_wave_of_bounces_is_shown_and_undone_with_a_reason(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    wave(3, policy)
    client = log_in(role)
    [link] = re.findall(r'href="([^"]+)">Undo 3 bounces', text(client.get(LIST)))
    form = client.get(link)
    assert f'value="{REPLY}" selected' in text(form)
    sent = {
        "reply": REPLY, "since_0": "2026-11-24", "since_1": "13:00", "until_0": "2026-11-24", "until_1": "13:00",
        "reason": "The relay was set up wrongly",
    }  # fmt: skip
    shown = text(client.post(ADD, sent))
    assert "3 people get mail again." in shown
    assert "Undo 3 bounces" in shown
    assert Bounce.objects.count() == 3
    [seen] = re.findall(r'name="seen" value="([^"]+)"', shown)
    client.post(ADD, sent | {"seen": seen})
    undone = BounceUndoing.objects.get()
    assert (undone.number, undone.reason) == (3, "The relay was set up wrongly")
    assert not Contact.objects.exclude(bounced_on=None).exists()
    page = text(client.get(reverse("admin:contacts_bounceundoing_change", args=[undone.pk])))
    assert "3 people get mail again." in page
    assert "The relay was set up wrongly" in page


def test_without_a_reason_or_with_nobody_in_that_time_nothing_is_undone(log_in: LogIn, policy: PolicyVersion) -> None:
    wave(1, policy)
    client = log_in("administrator")
    sent = {"reply": REPLY, "since_0": "2026-11-24", "since_1": "10:00", "until_0": "2026-11-24", "until_1": "11:00"}
    assert "This field is required" in text(client.post(ADD, sent))
    assert "Nobody bounces by this reply in this time." in text(client.post(ADD, sent | {"reason": "wrong"}))
    assert Bounce.objects.count() == 1
    assert not BounceUndoing.objects.exists()


def test_what_is_chosen_anew_is_shown_anew_before_it_is_undone(log_in: LogIn, policy: PolicyVersion) -> None:
    wave(3, policy)
    client = log_in("administrator")
    sent = {
        "reply": REPLY, "since_0": "2026-11-24", "since_1": "13:00", "until_0": "2026-11-24", "until_1": "13:00",
        "reason": "wrong",
    }  # fmt: skip
    [seen] = re.findall(r'name="seen" value="([^"]+)"', text(client.post(ADD, sent)))
    client.post(ADD, sent | {"seen": seen, "until_1": "14:00"})
    assert Bounce.objects.count() == 3


def test_a_bounce_of_which_no_reply_is_known_can_be_undone(log_in: LogIn, policy: PolicyVersion) -> None:
    contact = ContactFactory.create(bounced_on=NOON.date())
    Bounce.objects.create(contact=contact, at=NOON, **UNPROVEN)
    client = log_in("administrator")
    [link] = re.findall(r'href="([^"]+)">Undo 1 bounce<', text(client.get(LIST)))
    assert "reply=unknown" in link
    assert 'value="unknown" selected' in text(client.get(link))


def test_the_pages_name_nobody(log_in: LogIn, policy: PolicyVersion) -> None:
    wave(2, policy)
    found = text(log_in("administrator").get(LIST))
    for person in Contact.objects.all():
        assert person.email not in found
        assert str(person.public_id) not in found
