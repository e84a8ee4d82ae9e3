"""A mailing's letter that is composed once and filled in says what a letter says that is composed for its reader."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.delivery import letters
from contacts.delivery.letters import stencils
from contacts.delivery.letters.parts import Occasion
from contacts.models import Contact, Mailing, Message, PolicyVersion
from privacy_crm.mail import mailer
from tests.support.factories import NOON, TopicFactory
from tests.support.mail_sink import Sink
from tests.support.mailing import one_of_a_mailing, send

OF_THE_MOMENT = ("date", "content-type")


def parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def said(mail: EmailMessage) -> tuple[dict[str, str], list[tuple[str, list[str]]]]:
    """Headers and parts, without what hangs on the moment or marks a boundary."""
    headers = {name.lower(): str(value) for name, value in mail.items() if name.lower() not in OF_THE_MOMENT}
    parts = [(part.get_content_type(), part.get_content().splitlines()) for part in mail.iter_parts()]
    return headers, parts


def composed_and_filled(message: Message, policy: PolicyVersion) -> tuple[EmailMessage, EmailMessage]:
    reader = message.contact
    assert reader is not None
    key = stencils.key(reader)
    assert key is not None
    language, named = key
    stencil = stencils.of(Occasion(message, policy, language, NOON), named=named)
    composed = letters.write(message, policy=policy, at=NOON).message(policy=email.policy.SMTP)
    return parsed(composed.as_bytes()), parsed(stencil.fill(message, reader))


BODY = {"en": "5 < 6 & é = x\n.\n\n" + "long " * 60 + " \n\nFrom here", "sv": "Åh: <b>nej</b>"}
WORDS: dict[str, Any] = {
    "subject": {"en": "Größe & more", "sv": "Nytt"},
    "body": BODY,
    "button": {"en": "Read", "sv": "Läs"},
    "button_url": "https://nordvik.example/?a=1&b=2",
}
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.mark.django_db
@pytest.mark.promise("P13")
@pytest.mark.parametrize("kind", ["marketing", "important"])
def test_a_letter_that_is_filled_in_says_what_one_says_that_is_composed(kind: str, policy: PolicyVersion) -> None:
    mailing = Mailing.objects.create(**WORDS, name="Words", kind=kind, rate=1, made_by="test")
    mailing.topics.add(TopicFactory.create())

    @given(first_name=NAMES, language=st.sampled_from(["en", "sv", "fi", ""]))
    def check(first_name: str, language: str) -> None:
        reader = Contact(pk=1, email="aino.k+news@fjordkraft.example", first_name=first_name, language=language)
        message = Message(template="mailing", contact=reader, mailing=mailing, created_at=NOON)
        composed, filled = composed_and_filled(message, policy)
        assert said(filled) == said(composed)

    check()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["o'hara@fjordkraft.example", "aino@fjordkraft.example"])
def test_an_address_that_no_stencil_takes_gets_the_same_letter(
    address: str, settings: Any, policy: PolicyVersion
) -> None:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    message = one_of_a_mailing(policy, email=address, first_name="Aino")
    with sink.open():
        assert send() == 1
    (mail,) = sink.mails
    composed = letters.write(message, policy=policy, at=NOON).message(policy=email.policy.SMTP)
    assert said(mail) == said(parsed(composed.as_bytes()))
    assert sink.recipients == [address]
    assert max(map(len, sink.raw[0].partition(b"\r\n\r\n")[2].splitlines())) <= 78
    assert sink.raw[0].isascii()
