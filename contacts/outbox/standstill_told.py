"""Tell the officer and the administrator by mail that the mail server is at fault, and again once it is well.

That mail may need the same server. So it is tried until it leaves, and meanwhile the home page says the same.
"""

import datetime as dt

import structlog
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base import alone, officers, staff_mails
from contacts.models import MailStandstill, PolicyVersion
from contacts.outbox import links, standstill
from contacts.words import mail_faults

log = structlog.get_logger(__name__)

PERMISSION = "contacts.view_mailstandstill"
# A server that is restarted is nobody's work. Refusals are told at once.
LASTING = dt.timedelta(minutes=5)
# What is long past is not worth a mail when the watch starts late.
_RECENT = dt.timedelta(days=7)
_LOCK = 4_711_679_065  # any number that is ours alone


def tell(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Send the mails that are owed at `at`, and return how many standstills they were about.

    One process at a time. Each is marked after its mail has left: a crash in between sends it again, never not at all.
    """
    if not _untold(at).exists():
        return 0
    with alone.if_nobody_else(_LOCK) as ours:
        to = officers.who_may(PERMISSION) if ours else []
        return sum(_told(stands, to, policy, at) for stands in list(_untold(at))) if to else 0


def _untold(at: dt.datetime) -> QuerySet[MailStandstill]:
    lasting = Q(domains__gt=0) | Q(ended_at__isnull=True, began_at__lte=at - LASTING)
    lasting |= Q(ended_at__gte=F("began_at") + LASTING)
    begun = MailStandstill.objects.filter(lasting, told_at__isnull=True)
    over = MailStandstill.objects.filter(told_at__isnull=False, ended_at__isnull=False, told_end_at__isnull=True)
    return (begun | over).filter(began_at__gt=at - _RECENT).order_by("pk")


def _told(stands: MailStandstill, to: list[str], policy: PolicyVersion, at: dt.datetime) -> bool:
    try:
        staff_mails.send(staff_mails.written(to, lambda: (_subject(stands), _body(stands, policy))))
    except Exception as error:  # whatever a mail server does must not keep the next attempt from being made
        log.warning("mail.standstill_not_told", standstill=stands.pk, code=type(error).__name__)
        return False
    now_told = {"told_at": stands.told_at or at} | ({"told_end_at": at} if stands.ended_at else {})
    MailStandstill.objects.filter(pk=stands.pk).update(**now_told)
    return True


def _subject(stands: MailStandstill) -> str:
    if stands.ended_at:
        return _("Mail leaves again")
    if standstill.spares_awaited(stands):
        return _("Mailings are not leaving: the mail server is at fault")
    return _("Mail is not leaving: the mail server is at fault")


def _body(stands: MailStandstill, policy: PolicyVersion) -> str:
    """Return the mail's text: what happened and what to do, with no person in it."""
    begun = _("It began on %(moment)s.") % {"moment": _moment(stands.began_at, policy)}
    cause = f"{mail_faults.told(stands.reply, stands.domains)} {begun}"
    if stands.ended_at:
        over = _("The server took mail again on %(moment)s. What had waited is being sent.")
        return f"{cause}\n\n{over % {'moment': _moment(stands.ended_at, policy)}}\n"
    waits = mail_faults.waits(awaited_leaves=standstill.spares_awaited(stands))
    page = links.absolute(reverse("admin:contacts_mailstandstill_change", args=[stands.pk]))
    return f"{cause}\n\n{waits}\n\n{_ADVICE}\n\n{_('How it is now: %(page)s') % {'page': page}}\n"


def _moment(at: dt.datetime, policy: PolicyVersion) -> str:
    return date_format(at.astimezone(policy.zone), "DATETIME_FORMAT")


_ADVICE = gettext_lazy(
    "No mail is lost and no address was marked: what waits leaves once the server takes mail again. You get a mail\n"
    "then. Ask those who operate the mail server what is wrong."
)
