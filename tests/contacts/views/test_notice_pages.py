"""The page that a recipient's link opens: nothing happens on GET, a press of the button acknowledges."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.disclosure import acknowledging
from contacts.models import AuditEvent, Recipient, RecipientNotice
from contacts.outbox import links
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY
from tests.support.sharing import RecipientFactory, notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("policy", "at_noon")]


def page(recipient: Recipient, until: dt.datetime = NOON) -> str:
    return reverse("notices", args=[links.told(recipient, until)])


def sent(recipient: Recipient, at: dt.datetime = NOON, **fields: Any) -> RecipientNotice:
    return notice(recipient, **{"sent_at": at, "created_at": at, **fields})


def open_ones() -> set[RecipientNotice]:
    return set(RecipientNotice.objects.open())


def test_the_page_says_what_to_do_and_opening_it_changes_nothing(client: Client) -> None:
    made = sent(recipient := RecipientFactory.create(name="Tryckhuset"))
    before = contents()
    answer = client.get(page(recipient))
    text = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Tryckhuset", str(made.reference), "Delete everything", "24 November 2026", "We have done this"):
        assert words in text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert contents() == before


def test_a_swede_reads_it_in_swedish(client: Client) -> None:
    sent(recipient := RecipientFactory.create())
    assert "Vi har gjort detta" in client.get(f"{page(recipient)}?lang=sv").content.decode()


@pytest.mark.promise("L4")
def test_a_press_acknowledges_what_the_link_is_about_and_nothing_else(client: Client) -> None:
    recipient, other = RecipientFactory.create_batch(2)
    made = sent(recipient)
    later, unsent, others = sent(recipient, NOON + ONE_DAY), notice(recipient), sent(other)
    answer = client.post(page(recipient), {"lang": "sv"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page(recipient)}?lang=sv")
    assert open_ones() == {later, unsent, others}
    made.refresh_from_db()
    assert (made.acknowledged_at, made.acknowledged_by) == (NOON, f"recipient:{recipient.pk}")
    event = AuditEvent.objects.get(code="notice.acknowledged")
    assert (event.public_id, event.by) == (made.reference, f"recipient:{recipient.pk}")


def test_pressed_again_it_says_the_same_and_writes_nothing(client: Client) -> None:
    sent(recipient := RecipientFactory.create())
    client.post(page(recipient))
    before = contents()
    client.post(page(recipient))
    assert contents() == before
    assert "There is nothing left for you to do here" in client.get(page(recipient)).content.decode()


@pytest.mark.promise("L4")
@pytest.mark.parametrize("body", [b"", b'{"acknowledged": true}'])
def test_a_server_acknowledges_by_a_post_to_the_address_that_its_webhook_carried(client: Client, body: bytes) -> None:
    recipient = RecipientFactory.create()
    made, other = sent(recipient), sent(recipient)
    url = reverse("notices", args=[links.told_of(made)])
    assert client.post(url, data=body, content_type="application/json").status_code == 302
    assert open_ones() == {other}


@pytest.mark.parametrize("token", ["x", "x:y", f"{'a' * 32}.1:forged"])
def test_a_link_that_we_did_not_write_opens_nothing(client: Client, token: str) -> None:
    sent(RecipientFactory.create())
    before = contents()
    url = reverse("notices", args=[token])
    assert [client.get(url).status_code, client.post(url).status_code] == [404, 404]
    assert contents() == before


def test_a_link_of_another_kind_opens_nothing(client: Client) -> None:
    sent(recipient := RecipientFactory.create())
    sealed = links._signer("confirm").sign(f"{recipient.public_id.hex}.1")
    assert client.post(reverse("notices", args=[sealed])).status_code == 404
    assert len(open_ones()) == 1


def test_a_link_to_a_recipient_or_notice_that_is_not_there_opens_nothing(client: Client) -> None:
    for gone in (links.told(RecipientFactory.build(), NOON), links.told_of(RecipientNotice())):
        assert client.post(reverse("notices", args=[gone])).status_code == 404


def test_whoever_has_erased_a_person_has_nothing_left_to_correct() -> None:
    recipient, reference = RecipientFactory.create(), uuid.uuid4()
    corrected = sent(recipient, NOON - ONE_DAY, kind="rectified", reference=reference)
    erased = sent(recipient, reference=reference)
    later, of_another = sent(recipient, NOON + ONE_DAY, reference=reference, kind="objected"), sent(recipient)
    asked = RecipientNotice.objects.filter(pk=erased.pk)
    assert acknowledging.acknowledge(asked, at=NOON, by="recipient:1") == 2
    corrected.refresh_from_db()
    assert corrected.acknowledged_at == NOON
    assert open_ones() == {later, of_another}


def test_an_acknowledgement_of_nothing_writes_nothing() -> None:
    before = contents()
    assert acknowledging.acknowledge(RecipientNotice.objects.none(), at=NOON, by="test") == 0
    assert contents() == before
