"""Every automatic mail: one frame, in text and HTML, around what each has to say, in its reader's language (P13).

It says who sends it and why the person gets it, and carries a way out, in sight and in its headers (RFC 2369,
RFC 8058). Nothing in it is loaded from anywhere, and nothing tells whether it was read.
"""

import datetime as dt
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from contacts.base.fields import one_line
from contacts.base.languages import spoken
from contacts.delivery.letters import (
    about_breaches,
    about_events,
    about_people,
    about_policy,
    announcements,
    confirmations,
    mailings,
    written,
)
from contacts.delivery.letters.envelope import Envelope
from contacts.delivery.letters.parts import Letter, Occasion
from contacts.look import look
from contacts.models import Message, PolicyVersion
from contacts.outbox import links, outbox
from contacts.words.vocabulary import MailTemplate

_WRITERS = {
    MailTemplate.CONFIRM: confirmations.confirm,
    MailTemplate.REGISTERED: about_events.registered,
    MailTemplate.REMINDER: about_events.reminder,
    MailTemplate.MOVED: about_events.moved,
    MailTemplate.CANCELLED: about_events.cancelled,
    MailTemplate.GIVEN_UP: about_events.given_up,
    MailTemplate.INFORM: about_people.inform,
    MailTemplate.LONGER: about_policy.longer,
    MailTemplate.PARTING: about_people.parting,
    MailTemplate.ANNOUNCE: announcements.announce,
    MailTemplate.MAILING: mailings.mailing,
    MailTemplate.WRITTEN: written.unpack,
    MailTemplate.BREACH: about_breaches.told,
}


def write(message: Message, *, policy: PolicyVersion, at: dt.datetime) -> Envelope:
    """Return the mail that a message stands for, ready to be sent.

    Its Message-ID follows from the message, so that a copy that is sent again is the same mail to whoever receives it.
    """
    occasion = Occasion(message, policy, _language(message), at)
    with translation.override(occasion.language):
        letter = _WRITERS[MailTemplate(message.template)](occasion)
        name = one_line(occasion.contact.first_name) if occasion.contact else ""
        mail = envelope(occasion, letter, name=name, stop=_stop(occasion, letter))
    if letter.calendar:
        _attach(mail, letter)
    return mail


def _language(message: Message) -> str:
    """Return the reader's language, or English where we know none or do not speak it."""
    if message.written:
        return str(message.written["language"])
    reader = message.contact or message.sign_up
    return spoken(reader.language if reader else "")


def envelope(occasion: Occasion, letter: Letter, *, name: str, stop: str) -> Envelope:
    """Return a letter as a mail, in the language that is active. `stop` is the seal of its reader's way out."""
    unsubscribe = links.page("unsubscribe", stop)
    context = {
        "letter": letter,
        "name": name,
        "controller": occasion.policy.controller,
        **look.in_mails(look.current()),
        "language": occasion.language,
        "privacy": links.page("privacy") + (f"#{letter.scenario}" if letter.scenario else ""),
        "my_data": links.page("my_data"),
        "unsubscribe": unsubscribe,
        "preferences": links.page("preferences", stop) if occasion.contact else "",
    }
    mail = Envelope(
        one_line(letter.subject),
        render_to_string("mail/letter.txt", context),
        from_email=sender(occasion.policy),
        to=[occasion.address],
        reply_to=[one_line(occasion.policy.controller["email"])],
        headers=_headers(occasion.message, unsubscribe),
    )
    mail.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    mail.metadata = {"message": str(occasion.message.public_id)}
    return mail


def sender(policy: PolicyVersion) -> str:
    """Return the address that mails leave from, under the company's name: what people see first of who writes."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(policy.controller["name"]), address))


def _headers(message: Message, unsubscribe: str) -> dict[str, str]:
    return {
        "Message-ID": outbox.message_id(message),
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def _stop(occasion: Occasion, letter: Letter) -> str:
    if occasion.contact:
        return links.stop(occasion.contact, letter.to_list)
    return links.stop_of_stranger(occasion.address, occasion.message.sign_up)


def _attach(mail: Envelope, letter: Letter) -> None:
    """Add the calendar file; its lines end as RFC 5545 asks for."""
    part = MIMEPart(policy=SMTP)
    part.set_content(letter.calendar, subtype="calendar", cte="base64", disposition="attachment", filename="event.ics")
    part.set_param("method", letter.calendar_method)
    mail.attach(part)
