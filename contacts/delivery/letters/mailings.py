"""A mailing: what staff wrote for its readers, in their language."""

from django.utils.translation import gettext as _

from contacts.delivery.letters import announcements
from contacts.delivery.letters.parts import Button, Letter, LetterError, Occasion, Part, Text, said_in
from contacts.models import Mailing
from contacts.outbox import links
from contacts.words.vocabulary import MailingKind


def mailing(occasion: Occasion) -> Letter:
    """Say what the mailing says. Raises LetterError where the message is part of none."""
    if occasion.message.mailing is None:
        raise LetterError("This letter is part of a mailing, and there is none.")
    return letter(occasion.message.mailing, occasion)


def letter(said: Mailing, occasion: Occasion) -> Letter:
    """Return a mailing as a reader gets it. Its way out is about the topic, where it has just one."""
    topics = list(said.topics.all())
    return Letter(
        said_in(said.subject, occasion.language),
        _parts(said, occasion.language),
        _important(occasion) if said.kind == MailingKind.IMPORTANT else announcements.why(topics, occasion),
        to_list=topics[0].slug if len(topics) == 1 else links.EVERYTHING,
    )


def _parts(said: Mailing, language: str) -> list[Part]:
    parts: list[Part] = [Text(said_in(said.body, language).replace("\r\n", "\n"))]
    if said.button_url:
        parts.append(Button(said_in(said.button, language), said.button_url))
    return parts


def _important(occasion: Occasion) -> str:
    text = _(
        "This is an important message for customers and partners of %(company)s, and no advertising. You get such"
        " messages even where you have stopped our news."
    )
    return text % {"company": occasion.company}
