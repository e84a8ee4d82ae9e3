"""Agreements that end, and transfers to assess: what officers have to do, and the mail that reminds them once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import structlog
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base import alone, officers, staff_mails
from contacts.base.days import day_of
from contacts.models import PolicyVersion, Recipient, TransferAssessment
from contacts.models.recipients import SOON
from contacts.outbox import links
from contacts.words.vocabulary import Safeguard

log = structlog.get_logger(__name__)

PERMISSION = "contacts.change_recipient"
_LOCK = 4_711_679_091  # any number that is ours alone


def remind(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Send the mails that are owed about agreements that end, one for each, and return how many were sent.

    One process at a time. Each is marked after its mail has left: a crash in between sends it again, never not at all.
    """
    owed = _unreminded(day_of(at, policy.zone))
    if not owed.exists():
        return 0
    with alone.if_nobody_else(_LOCK) as ours:
        to = officers.who_may(PERMISSION) if ours else []
        return sum(_reminded(recipient, to) for recipient in list(owed.all())) if to else 0


def to_assess(day: dt.date, *, until: dt.date) -> QuerySet[Any]:
    """Return those with an agreement on a day, outside the EEA and without an adequacy decision, whose transfer was not
    assessed, or is to be assessed anew by `until`; `review_on` says when, and is None where none was.
    """
    return _with_review(Recipient.objects.agreed(day)).filter(_is_to_assess(until)).order_by("review_on", "pk")


def to_see_to(day: dt.date, *, until: dt.date) -> Iterator[tuple[Any, bool]]:
    """Yield the recipients that an officer has to see to, in one question: with whether the agreement ends soon, and
    otherwise that the transfer is to be assessed by `until`.
    """
    ends = Q(agreement_until__lte=day + SOON)
    found = _with_review(Recipient.objects.agreed(day)).filter(ends | _is_to_assess(until))
    for recipient in found.annotate(assess=_is_to_assess(until)).order_by("pk"):
        if recipient.agreement_until and recipient.agreement_until <= day + SOON:
            yield recipient, True
        if recipient.assess:
            yield recipient, False


def _with_review(recipients: QuerySet[Recipient]) -> QuerySet[Any]:
    latest = TransferAssessment.objects.filter(recipient=OuterRef("pk")).values("review_on")[:1]
    return recipients.annotate(review_on=Subquery(latest))


def _is_to_assess(until: dt.date) -> Q:
    unassessed = Q(review_on__isnull=True) | Q(review_on__lte=until)
    return ~Q(safeguard__in=["", Safeguard.ADEQUACY]) & unassessed


def _unreminded(day: dt.date) -> QuerySet[Recipient]:
    return Recipient.objects.ending(day).filter(Q(reminded_of__isnull=True) | ~Q(reminded_of=F("agreement_until")))


def _reminded(recipient: Recipient, to: list[str]) -> bool:
    try:
        staff_mails.send(staff_mails.written(to, lambda: (_subject(recipient), _body(recipient))))
    except Exception as error:  # whatever a mail server does must not keep the next attempt from being made
        log.warning("agreement.not_reminded", recipient=recipient.pk, code=type(error).__name__)
        return False
    Recipient.objects.filter(pk=recipient.pk).update(reminded_of=recipient.agreement_until)
    return True


def _subject(recipient: Recipient) -> str:
    return _("An agreement ends on %(day)s") % {"day": _last_day(recipient)}


def _last_day(recipient: Recipient) -> str:
    return date_format(recipient.agreement_until) if recipient.agreement_until else ""


def _body(recipient: Recipient) -> str:
    page = links.absolute(reverse("admin:contacts_recipient_change", args=[recipient.pk]))
    text = _(
        "The agreement with %(recipient)s ends on %(day)s. After that day nothing\n"
        "may be given to it. Agree on a new one and put it on record, or have it delete what it holds.\n\n"
        "Its page: %(page)s\n"
    )
    return text % {"recipient": recipient.name, "day": _last_day(recipient), "page": page}
