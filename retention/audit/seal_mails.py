"""Seals leave for the mailboxes of officers once a day: whoever changes the database cannot change those (L20)."""

import datetime as dt

import structlog
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base import alone, audit, officers, staff_mails
from contacts.base.days import day_of
from contacts.models import AuditEvent, AuditSeal, PolicyVersion
from contacts.outbox import mail_errors
from retention.audit import seals

log = structlog.get_logger(__name__)

CODE, BY = "trail.seals_mailed", "seal_trail"
_THROUGH = "seal:"
_LOCK = 4_711_679_062  # any number that is ours alone
_MOST = 1_000_000  # characters attached; the chain says the rest


def tell(*, policy: PolicyVersion, at: dt.datetime) -> bool:
    """Mail officers the seals that were set since the last mail, once a day. Returns whether a mail left.

    It is on record once it has left: a crash in between sends it again.
    """
    to = officers.who_may("retention.approve_purge")
    with alone.if_nobody_else(_LOCK) as ours:
        last, told_at = _last()
        new = list(AuditSeal.objects.filter(number__gt=last).order_by("number"))
        if not (ours and to and new) or (told_at and day_of(told_at, policy.zone) >= day_of(at, policy.zone)):
            return False
        if not _sent(_mails(new, to)):
            return False
        audit.record(CODE, at=at, by=BY, rule=f"{_THROUGH}{new[-1].number}")
    return True


def _last() -> tuple[int, dt.datetime | None]:
    """Return the last seal that was mailed, and when."""
    event = AuditEvent.objects.filter(by=BY, code=CODE).order_by("at", "pk").last()
    return (int(event.rule.removeprefix(_THROUGH)), event.at) if event else (0, None)


def _sent(mails: list[EmailMessage]) -> bool:
    try:
        staff_mails.send(mails)
    except Exception as error:  # the next hour tries again
        log.warning("seals.mail_failed", code=mail_errors.failure(error).code)
        return False
    return True


def _mails(new: list[AuditSeal], to: list[str]) -> list[EmailMessage]:
    mails = staff_mails.written(to, lambda: _words(new))
    attached = "".join(seals.as_line(seal) for seal in new)
    for mail in mails if len(attached) <= _MOST else ():
        mail.attach(f"seals-through-{new[-1].number}.jsonl", attached, "application/json")
    return mails


def _words(new: list[AuditSeal]) -> tuple[str, str]:
    by_hour = {seal.at.replace(minute=0, second=0, microsecond=0): seal for seal in new}
    lines = "\n".join(_line(seal) for seal in by_hour.values())
    subject = _("Seals of the audit trail, through seal %(number)s") % {"number": new[-1].number}
    return subject, f"{_WHY}\n\n{lines}\n\n{_HOW}\n\n    manage.py verify_audit --seals FILE\n"


def _line(seal: AuditSeal) -> str:
    return f"Seal {seal.number} of {seal.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC: {seal.chain}"


_WHY = gettext_lazy(
    "These seals show later whether somebody has changed the audit trail. Keep this mail, outside the CRM."
)
_HOW = gettext_lazy("To check the trail, save the mail or its attachment as a file, and have the operator run:")
