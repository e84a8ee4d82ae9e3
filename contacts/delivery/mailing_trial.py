"""See a mailing before anybody gets it: on a page, and as a mail to whoever writes it."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.delivery import letters
from contacts.delivery.letters import mailings, written
from contacts.delivery.letters.parts import Letter, Occasion, Text
from contacts.mailings import drafts
from contacts.models import Mailing, Message, PolicyVersion
from contacts.outbox import outbox
from contacts.words.vocabulary import MailPurpose, MailTemplate

NOBODY = "reader@example.com"  # RFC 2606: whoever follows the preview's links has unsubscribed nobody


def page(mailing: Mailing, language: str, *, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the mail as it will look to a reader of this language, as HTML."""
    message = Message(
        template=MailTemplate.WRITTEN,
        purpose=MailPurpose.SERVICE,
        address=NOBODY,
        written=written.pack(_letter(mailing, language, policy, at), language),
        created_at=at,
    )
    ((html, _kind),) = letters.write(message, policy=policy, at=at).alternatives
    return str(html)


@transaction.atomic
def send(mailing: Mailing, address: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Owe the mail in each language to the address of a member of staff, marked as a test."""
    for language, _name in settings.LANGUAGES:
        letter = _letter(mailing, language, policy, at)
        marked = replace(letter, subject=f"Test: {letter.subject}")
        outbox.enqueue_written(written.pack(marked, language), address=address, at=at)
    audit.record("mailing.tested", at=at, by=by, rule=drafts.rule(mailing))


def _letter(mailing: Mailing, language: str, policy: PolicyVersion, at: dt.datetime) -> Letter:
    about: dict[str, Any] = {"template": MailTemplate.MAILING, "mailing": mailing, "created_at": at}
    with translation.override(language):
        letter = mailings.letter(mailing, Occasion(Message(**about), policy, language, at))
        # Each mail begins so: whoever does not see it greets the readers a second time.
        greeting = _("Hello %(name)s,") % {"name": _("(first name)")}
    return replace(letter, parts=[Text(greeting), *letter.parts])
