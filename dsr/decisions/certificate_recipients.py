"""Whoever had the details of somebody who was deleted, as the certificate says it: told, confirmed, or why not.

Our own other systems stand there, too, with what they answered (L18).
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import JournalLine, RecipientNotice
from contacts.models.recipients import OVERDUE, RecipientNotices
from contacts.words.vocabulary import NoticeKind
from dsr.models import Certificate, SystemTask, SystemTasks
from dsr.words.vocabulary import TaskAnswer


def said(certificate: Certificate, *, zone: ZoneInfo) -> list[str]:
    """Return a line for each recipient, in the language that is active: days are read from the notices it was owed."""
    notices: dict[str, list[RecipientNotice]] = {name: [] for name in certificate.told}
    for notice in _notices(certificate).select_related("recipient").order_by("pk"):
        notices.setdefault(notice.recipient.name, []).append(notice)
    return [
        *(_told(name, found, zone) for name, found in notices.items()),
        *(_untold(copy) for copy in certificate.untold),
        *(_system(task, zone) for task in _tasks(certificate).select_related("system")),
    ]


def waits_until(certificate: Certificate, day: dt.date, zone: ZoneInfo) -> dt.date | None:
    """Return the day by which a certificate is final, as of `day`; None where it is: all have answered, or it is late.

    Those told have 30 days, as long as a notice may go without an answer.
    """
    last = day_of(certificate.erased_at + OVERDUE, zone)
    waits = _notices(certificate).open().exists() or _tasks(certificate).open().exists()
    return last if day < last and waits else None


def waits_for_journal(certificate: Certificate) -> bool:
    """Tell whether a deletion is not in the journal outside the database yet, by which it outlives a restore (L11)."""
    owed = JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True)
    return owed.filter(public_ids__overlap=certificate.references).exists()


def _notices(certificate: Certificate) -> RecipientNotices:
    return RecipientNotice.objects.filter(reference__in=certificate.references, kind=NoticeKind.ERASED)


def _tasks(certificate: Certificate) -> SystemTasks:
    return certificate.request.system_tasks.standing()


def _system(task: SystemTask, zone: ZoneInfo) -> str:
    """Say what another system of ours answered, or that it has not (L18)."""
    told = {"name": task.system.name, "asked": _day(task.opened_at, zone)}
    if task.answered_at is None:
        return _("%(name)s, a system of ours: asked on %(asked)s, has not answered yet") % told
    text = {
        TaskAnswer.DONE: _("%(name)s, a system of ours: deleted there, confirmed on %(done)s"),
        TaskAnswer.NOTHING: _("%(name)s, a system of ours: held nothing, confirmed on %(done)s"),
        TaskAnswer.KEPT: _("%(name)s, a system of ours: keeps a part, confirmed on %(done)s"),
    }[TaskAnswer(task.answer)]
    return text % {**told, "done": _day(task.answered_at, zone)}


def _told(name: str, notices: list[RecipientNotice], zone: ZoneInfo) -> str:
    """Say it of all notices about the person together: they may have had several records."""
    sent = [notice.sent_at for notice in notices if notice.sent_at]
    done = [notice.acknowledged_at for notice in notices if notice.acknowledged_at]
    if not notices:
        return _("%(name)s: told; on which day is not known") % {"name": name}
    if len(sent) < len(notices):
        return _("%(name)s: will be told as soon as the mail is sent") % {"name": name}
    days = {"name": name, "sent": _day(max(sent), zone)}
    if len(done) < len(notices):
        return _("%(name)s: told on %(sent)s, has not confirmed it yet") % days
    return _("%(name)s: told on %(sent)s, confirmed on %(done)s") % {**days, "done": _day(max(done), zone)}


def _untold(copy: dict[str, str]) -> str:
    """Say why in the reader's language: the register has the officer's own words in one language."""
    day = date_format(dt.date.fromisoformat(copy["gone_on"]), "DATE_FORMAT")
    text = _("%(name)s: not told, because no single person can be found in its copies. They are deleted on %(day)s")
    return text % {"name": copy["name"], "day": day}


def _day(at: dt.datetime, zone: ZoneInfo) -> str:
    return date_format(day_of(at, zone), "DATE_FORMAT")
