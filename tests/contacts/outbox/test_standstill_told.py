"""Officer and administrator hear once that the mail server is at fault, and once that it is well again."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail

from contacts.models import MailStandstill, PolicyVersion
from contacts.outbox import standstill_told
from privacy_crm.mail import mailer
from tests.support.factories import NOON, ONE_DAY
from tests.support.mail_sink import Sink
from tests.support.mail_under_way import elsewhere

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff")]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def staff() -> None:
    for role in ("privacy officer", "administrator", "marketing", "auditor"):
        user = User.objects.create_user(role.replace(" ", ""), email=f"{role.replace(' ', '.')}@nordvik.example")
        user.groups.add(Group.objects.get(name=role))


def stands(reply: str = "550 relaying denied", domains: int = 5, **fields: Any) -> MailStandstill:
    return MailStandstill.objects.create(
        **{"reply": reply, "domains": domains, "began_at": NOON, "try_at": NOON} | fields
    )


def told(policy: PolicyVersion, at: dt.datetime) -> list[str]:
    """The subjects of the mails that leave at a moment."""
    mail.outbox.clear()
    standstill_told.tell(policy=policy, at=at)
    return [message.subject for message in mail.outbox]


BEGUN, OVER = "Mail is not leaving: the mail server is at fault", "Mail leaves again"


def test_it_is_told_once_and_its_end_once(policy: PolicyVersion) -> None:
    found = stands()
    assert told(policy, NOON) == [BEGUN]
    assert [message.to for message in mail.outbox] == [
        ["privacy.officer@nordvik.example", "administrator@nordvik.example"]
    ]
    assert "“550 relaying denied”. It began on 24 November 2026 13:00." in mail.outbox[0].body
    assert told(policy, NOON + MINUTE) == []
    MailStandstill.objects.filter(pk=found.pk).update(ended_at=NOON + MINUTE)
    assert told(policy, NOON + 2 * MINUTE) == [OVER]
    assert "took mail again on 24 November 2026 13:01" in mail.outbox[0].body
    assert told(policy, NOON + 3 * MINUTE) == []


@pytest.mark.parametrize(("reply", "subject", "waits"), [
    ("550 relaying denied", BEGUN, "All mail waits. One mail is tried every few minutes, first one that somebody"),
    ("550 5.1.1 user unknown", BEGUN.replace("Mail is", "Mailings are"), "Mailings and announcements wait."),
])  # fmt: skip
def test_it_says_which_mail_waits(reply: str, subject: str, waits: str, policy: PolicyVersion) -> None:
    stands(reply)
    assert told(policy, NOON) == [subject]
    assert waits in mail.outbox[0].body


@pytest.mark.parametrize(("reply", "words"), [
    ("ConnectionRefusedError", "cannot be reached"),
    ("SMTPServerDisconnected", "does not answer"),
    ("SMTPAuthenticationError", "does not accept our user name and password"),
    ("AnymailRequestsAPIError:401", "The mail provider takes no mail from us"),
    ("KeyError", "The mail server takes no mail from us"),
])  # fmt: skip
def test_a_server_that_is_away_for_five_minutes_is_told_of_within_ten(
    reply: str, words: str, policy: PolicyVersion
) -> None:
    stands(reply, 0)
    assert told(policy, NOON + 4 * MINUTE) == []
    assert told(policy, NOON + 5 * MINUTE) == [BEGUN]
    assert words in mail.outbox[0].body


def test_a_server_that_was_restarted_is_nobodys_work(policy: PolicyVersion) -> None:
    stands("TimeoutError", 0, ended_at=NOON + MINUTE)
    assert told(policy, NOON + ONE_DAY) == []


def test_what_could_not_be_told_while_it_lasted_is_told_once_when_it_is_over(
    settings: Any, policy: PolicyVersion
) -> None:
    found, working = stands(), settings.MAILERS
    settings.MAILERS = {"default": mailer("smtp://127.0.0.1:1", Path("/nowhere"))}  # nobody listens there
    assert told(policy, NOON) == []
    settings.MAILERS = working
    MailStandstill.objects.filter(pk=found.pk).update(ended_at=NOON + MINUTE)
    assert told(policy, NOON + 2 * MINUTE) == [OVER]
    assert told(policy, NOON + 3 * MINUTE) == []


def test_where_nobody_is_to_be_told_it_stays_to_be_told(policy: PolicyVersion) -> None:
    User.objects.update(email="")
    stands()
    assert told(policy, NOON) == []
    User.objects.update(email="officer@nordvik.example")
    assert told(policy, NOON + MINUTE) == [BEGUN]


def test_what_is_long_past_is_not_told(policy: PolicyVersion) -> None:
    stands()
    assert told(policy, NOON + 8 * ONE_DAY) == []


@pytest.mark.django_db(transaction=True)
def test_a_second_process_tells_nothing_twice_and_waits_for_nothing(
    policy: PolicyVersion, sink: Sink, settings: Any
) -> None:
    stands()
    seen: list[int] = []

    def meanwhile() -> None:  # by a server that has no mail in its hands yet
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
        seen.append(standstill_told.tell(policy=policy, at=NOON))

    sink.taken = elsewhere(meanwhile)
    assert standstill_told.tell(policy=policy, at=NOON) == 1
    assert (seen, len(sink.raw)) == ([0], 1)
