"""A letter as it will be sent: made by what makes the mail itself, and stored nowhere."""

import datetime as dt

from contacts.delivery import letters
from contacts.delivery.letters import written
from contacts.models import Message, PolicyVersion
from contacts.words.vocabulary import MailPurpose, MailTemplate
from dsr.answers import answering
from dsr.answers.answering import Draft
from dsr.models import Request


def html(request: Request, draft: Draft, *, outlasting: bool = False, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the page that the mail will show. Raises RequestError where we have nowhere to write to."""
    to = answering.reach(request)
    contact = None if outlasting else to.contact
    message = Message(
        template=MailTemplate.WRITTEN,
        purpose=MailPurpose.SERVICE,
        contact=contact,
        address="" if contact else to.address,
        written=written.pack(draft.letter(), draft.language),
        created_at=at,
    )
    ((page, _kind),) = letters.write(message, policy=policy, at=at).alternatives
    return str(page)
