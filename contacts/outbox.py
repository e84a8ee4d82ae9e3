"""Owe somebody a mail: a row in the transaction of the act that owes it, which a task sends and a sweep finds again."""

import datetime as dt
from typing import Any

from contacts.models import Message
from contacts.vocabulary import MailPurpose, MailTemplate


def owe(
    template: MailTemplate,
    *,
    at: dt.datetime,
    purpose: MailPurpose = MailPurpose.SERVICE,
    not_before: dt.datetime | None = None,
    **about: Any,
) -> Message:
    """Write down that a mail is to be sent, at once or `not_before` a moment.

    `about` names the contact or the sign_up that it goes to, and the registration, event, whitepaper or `once` that it
    is about. Call it inside the transaction of the act, and nudge a worker after that has committed.
    """
    return Message.objects.create(
        template=template, purpose=purpose, created_at=at, not_before=not_before or at, **about
    )
