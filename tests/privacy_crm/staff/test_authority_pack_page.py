"""The page of the authority pack: the officer has it made, a worker makes it, and it is taken along for a day."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from privacy_crm.authority import ready
from privacy_crm.celery import app
from privacy_crm.tasks import make_authority_pack
from tests.support.admin_pages import contents
from tests.support.factoring import show_factor
from tests.support.packs import Opened

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("L8"), pytest.mark.usefixtures("at_noon")]

PAGE = "/admin/authority-pack/"


def asked(client: Client, day: str = "2026-11-20") -> str:
    return client.post(PAGE, {"day": day}, follow=True).content.decode()


def queued() -> list[bytes]:
    """What waits for the workers of this queue; then nothing does."""
    with app.connection_for_write() as connection:
        broker = connection.default_channel.client
        found: list[bytes] = broker.lrange("bulk", 0, -1)
        broker.delete("bulk")
    return [message for message in found if ready.TASK.encode() in message]


def test_the_officer_has_one_made_and_takes_it_along_on_record(log_in: LogIn, policy: PolicyVersion) -> None:
    queued()
    client = log_in("privacy officer")
    assert "There is no pack yet. Choose a day and make one." in client.get(PAGE).content.decode()
    assert "The pack as of 20 November 2026 is being made" in asked(client)
    assert len(queued()) == 1
    make_authority_pack("2026-11-20")
    assert "The pack as of 20 November 2026 is ready" in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="authority-pack-2026-11-20.zip"'
    assert "as of 20 November 2026" in Opened(answer.content).index()
    events = AuditEvent.objects.filter(code__startswith="authority_pack.").order_by("pk")
    assert [(event.code, event.rule) for event in events] == [
        ("authority_pack.asked", "day:2026-11-20"),
        ("authority_pack.fetched", "day:2026-11-20"),
    ]


def test_the_auditor_takes_along_what_the_officer_had_made_and_has_none_made(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    make_authority_pack("2026-11-24")
    client = log_in("auditor")
    assert "Make the pack" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}file/").headers["Content-Type"] == "application/zip"
    before = contents()
    assert client.post(PAGE, {"day": "2026-11-24"}).status_code == 403
    assert contents() == before


def test_none_is_made_of_a_day_to_come_or_without_a_fresh_factor(
    log_in: LogIn, policy: PolicyVersion, settings: Any
) -> None:
    queued()
    client = log_in("privacy officer")
    before = contents()
    assert "This day is yet to come." in asked(client, "2026-11-25")
    assert (contents(), queued()) == (before, [])
    make_authority_pack("2026-11-24")
    settings.SECOND_FACTOR = True
    show_factor(client, 60)
    before = contents()
    for url in (PAGE, f"{PAGE}file/"):
        assert client.post(url, {"day": "2026-11-24"}).headers["Location"].startswith("/account/again/")
    assert (contents(), queued()) == (before, [])


def test_what_is_not_there_any_more_is_said(log_in: LogIn, policy: PolicyVersion) -> None:
    shown = log_in("privacy officer").post(f"{PAGE}file/", follow=True).content.decode()
    assert "The pack is no longer there. Make it again." in shown


def test_where_valkey_is_away_nothing_is_done_and_the_page_says_so(
    log_in: LogIn, policy: PolicyVersion, settings: Any
) -> None:
    client = log_in("privacy officer")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://localhost:1/0"}}
    before = contents()
    shown = asked(client)
    assert "Nothing was done: the workers cannot be reached." in shown
    assert "At the moment, we cannot see whether there is a pack." in shown
    assert contents() == before
