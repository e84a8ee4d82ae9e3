"""The letters about a request as its page shows them: each with what became of it, and those that never left on top."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Message
from contacts.models.outbox import MessageEnd
from contacts.permission.permission import Refusal
from dsr.answers import undelivered
from dsr.models import Paper, Request

_REASONS = (*Refusal.choices, ("too late", MessageEnd.GAVE_UP.label))


def letters(papers: list[Paper], record: Request) -> dict[str, Any]:
    """Return the letters with what became of each; and whether, and why, one has left nobody yet."""
    numbers = [paper.data["message"] for paper in papers if "message" in paper.data]
    mails = {str(mail.public_id): mail for mail in Message.objects.filter(public_id__in=numbers)}
    lost = list(undelivered.of(record))
    waits = lost and Request.objects.with_undelivered().filter(pk=record.pk).exists()
    return {
        "letters": [(paper, _became(paper, mails.get(paper.data.get("message", "")))) for paper in papers],
        "lost": [_lost(mail) for mail in lost] if waits else [],
    }


def _became(paper: Paper, mail: Message | None) -> str:
    if posted := paper.data.get("posted_on"):
        return _("posted on %s") % date_format(dt.date.fromisoformat(posted))
    if mail is None:
        return ""
    if mail.sent_at:
        return _("sent on %s") % date_format(mail.sent_at)
    return _("never left: %s") % _why(mail) if mail.ended_at else _("not sent yet")


def _lost(mail: Message) -> str:
    text = _("The letter of %(day)s never left: %(why)s. They have no answer until it is posted or written anew.")
    return text % {"day": date_format(mail.created_at), "why": _why(mail)}


def _why(mail: Message) -> str:
    if mail.end == MessageEnd.SKIPPED:
        return str(dict(_REASONS).get(mail.reason, MessageEnd.SKIPPED.label))
    return str(MessageEnd(mail.end).label)
