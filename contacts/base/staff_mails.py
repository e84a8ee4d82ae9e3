"""Mails to staff, each in the language of its reader."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.module_loading import import_string

type Write = Callable[[], tuple[str, str]]


def written(to: Iterable[str], write: Write) -> list[EmailMessage]:
    """Return a mail for each language that its readers have chosen; `write` says subject and text in the active one."""
    readers: dict[str, list[str]] = {}
    addresses = list(to)
    spoken = languages(addresses)
    for address in addresses:
        readers.setdefault(spoken[address], []).append(address)
    return [_written(language, write, those) for language, those in readers.items()]


def languages(addresses: list[str]) -> dict[str, str]:
    """Return the language of each address: what its account has chosen, else the site's own."""
    chosen: dict[str, str] = import_string(settings.STAFF_LANGUAGES)(addresses)
    return dict.fromkeys(addresses, settings.LANGUAGE_CODE) | chosen


def send(mails: Iterable[EmailMessage]) -> None:
    """Send them; what is marked afterwards is sent again in all languages where one of them fails."""
    for mail in mails:
        mail.send()


def _written(language: str, write: Write, to: list[str]) -> EmailMessage:
    with translation.override(language):
        subject, text = write()
    return EmailMessage(subject, text, to=to)
