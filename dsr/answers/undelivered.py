"""Letters that never left: an answer that nobody got is none, so that the officer sees it, and sees to it (Art. 12)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Message, PolicyVersion
from dsr.models import UNDELIVERED, Paper, Request, lost_letters
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import LETTERS, Step


def of(request: Request) -> QuerySet[Message, Any]:
    """Return the letters about a request that no mail server took, or that were not sent, the first one first."""
    return lost_letters().filter(number=str(request.pk)).order_by("pk")


def left_at(paper: Paper) -> dt.datetime | dt.date | None:
    """Return when a letter was taken by the mail server, or the day on which it was posted; None where it was not."""
    if posted := paper.data.get("posted_on"):
        return dt.date.fromisoformat(posted)
    sent = Message.objects.filter(public_id=paper.data.get("message"), sent_at__isnull=False).first()
    return sent.sent_at if sent else None


@transaction.atomic
def settle(request_id: int, *, posted_on: dt.date | None, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Note that letters that never left were posted on a day; or, where None, that nothing more can be done.

    Raises RequestError where none is waiting for that, and for a day to come.
    """
    request = transitions.lock(request_id)
    if not Request.objects.with_undelivered().filter(pk=request.pk).exists():
        raise RequestError(_("No letter of this request is waiting to be seen to."))
    if posted_on and posted_on > day_of(at, policy.zone):
        raise RequestError(_("It cannot have been posted on a day to come."))
    if posted_on:
        _note_posted(request, posted_on)
    timeline.record(request, Step.LETTER if posted_on else Step.DONE, at=at, by=by, rule=UNDELIVERED)
    return request


def _note_posted(request: Request, day: dt.date) -> None:
    lost = [str(message.public_id) for message in of(request)]
    for paper in request.papers.filter(kind__in=LETTERS, data__message__in=lost):
        paper.data = {**paper.data, "posted_on": day.isoformat()}
        paper.save(update_fields=["data"])
