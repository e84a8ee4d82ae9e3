"""Hear from a recipient that it has done what a notice asked of it: by its link, by its server, or by telling us."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts.base import audit
from contacts.models import Recipient, RecipientNotice
from contacts.models.recipients import RecipientNotices
from contacts.outbox import links
from contacts.words.vocabulary import NoticeKind


class NoticeGoneError(LookupError):
    """The recipient or the notice that a link names is not on record."""


def meant_by(link: links.Told) -> tuple[Recipient, RecipientNotices]:
    """Return the recipient that a link is for, and the notices that it is about, acknowledged or not.

    Raises NoticeGoneError.
    """
    notices, recipients = RecipientNotice.objects.all(), Recipient.objects.all()
    if link.recipient:
        recipient = recipients.filter(public_id=link.recipient).first()
        meant = notices.filter(recipient=recipient, sent_at__lte=link.until)
    else:
        meant = notices.filter(public_id=link.notice) if link.notice else notices.none()
        recipient = recipients.filter(notices__in=meant).first()
    if recipient is None:
        raise NoticeGoneError
    return recipient, meant


@transaction.atomic
def acknowledge(notices: RecipientNotices, *, at: dt.datetime, by: str) -> int:
    """Note that these notices are done, and return how many still were open.

    Whoever has erased a person has nothing left to correct: that closes what was told of them before, too.
    """
    asked = _locked(notices)
    erased = RecipientNotice.objects.filter(
        pk__in=asked,
        kind=NoticeKind.ERASED,
        recipient=OuterRef("recipient"),
        reference=OuterRef("reference"),
        created_at__gte=OuterRef("created_at"),
    )
    done = asked | _locked(RecipientNotice.objects.filter(Exists(erased)))
    RecipientNotice.objects.filter(pk__in=done).update(acknowledged_at=at, acknowledged_by=by, claimed_until=None)
    audit.record_each("notice.acknowledged", done.values(), at=at, by=by, rule="")
    return len(done)


def _locked(notices: RecipientNotices) -> dict[int, uuid.UUID]:
    """Lock those that are open, and return the person's number of each by its key."""
    still_open = RecipientNotice.objects.open().filter(pk__in=notices.values("pk"))
    return dict(still_open.order_by("pk").select_for_update(of=("self",)).values_list("pk", "reference"))
