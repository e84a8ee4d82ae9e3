"""The mail that tells a recipient what to do: people by number, what is asked for, and a link to say so."""

import datetime as dt
from collections.abc import Sequence
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from contacts.base.fields import one_line
from contacts.disclosure import notice_words
from contacts.models import PolicyVersion, Recipient, RecipientNotice
from contacts.outbox import links
from contacts.policy.policy_words import FALLBACK

# Of the countries that a recipient may be in, the one whose language we write besides English.
_LANGUAGES = {"SE": "sv"}


def write(
    recipient: Recipient, notices: Sequence[RecipientNotice], *, policy: PolicyVersion, at: dt.datetime
) -> EmailMessage:
    """Return one mail about all of these notices, whose link is about everything that was sent by `at`."""
    language = _LANGUAGES.get(recipient.country, FALLBACK)
    with translation.override(language):
        context = {
            "recipient": recipient,
            "controller": policy.controller,
            "tasks": notice_words.tasks(notices),
            "again": any(notice.sent_at for notice in notices),
            "link": links.page("notices", links.told(recipient, at)),
        }
        text = render_to_string("mail/notices.txt", context)
        subject = _subject(len({notice.reference for notice in notices}), policy)
    return EmailMessage(
        subject,
        text,
        from_email=_sender(policy),
        to=[recipient.contact_email],
        reply_to=[one_line(policy.controller["email"])],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _subject(people: int, policy: PolicyVersion) -> str:
    text = ngettext(
        "%(company)s: something to do about %(number)d person",
        "%(company)s: something to do about %(number)d people",
        people,
    )
    return one_line(text % {"company": policy.controller["name"], "number": people})


def _sender(policy: PolicyVersion) -> str:
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(policy.controller["name"]), address))
