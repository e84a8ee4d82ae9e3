"""What was written about a request and what came in, as one thread; with what became of each letter of ours."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Message
from contacts.models.outbox import MessageEnd
from contacts.permission.permission import Refusal
from dsr.answers import undelivered
from dsr.models import Attachment, Paper, Request
from dsr.words.vocabulary import LETTERS, PaperKind, Source

_REASONS = (*Refusal.choices, ("too late", MessageEnd.GAVE_UP.label))


_WITH_FILES = (PaperKind.INCOMING, PaperKind.AUTHORITY)

# What makes up the thread: ours, and theirs.
THREAD = (*LETTERS, PaperKind.INCOMING, PaperKind.AUTHORITY)


def thread(papers: list[Paper], record: Request) -> dict[str, Any]:
    """Return the papers of the thread by day, with what became of each; and the letters that have not left yet."""
    numbers = [paper.data["message"] for paper in papers if "message" in paper.data]
    mails = {str(mail.public_id): mail for mail in Message.objects.filter(public_id__in=numbers)}
    lost = list(undelivered.of(record))
    waits = lost and Request.objects.with_undelivered().filter(pk=record.pk).exists()
    return {
        "thread": [
            (paper, _became(paper, mails.get(paper.data.get("message", ""))), _enclosed(paper))
            for paper in sorted(papers, key=_day)
        ],
        "lost": [_lost(mail) for mail in lost] if waits else [],
    }


def _day(paper: Paper) -> tuple[dt.date, int]:
    """Return where a paper stands in the thread: by the day on which it came in or was written."""
    came = paper.data.get("came_on")
    return (dt.date.fromisoformat(came) if came else timezone.localdate(paper.at)), paper.pk


def _enclosed(paper: Paper) -> list[Attachment]:
    return list(paper.attachments.all()) if paper.kind in _WITH_FILES else []


def _became(paper: Paper, mail: Message | None) -> str:
    if came := paper.data.get("came_on"):
        told = {"day": date_format(dt.date.fromisoformat(came)), "source": Source(paper.data["source"]).label}
        return _("came in on %(day)s by %(source)s") % told
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
