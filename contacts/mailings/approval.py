"""An important message leaves once the privacy officer has approved it, who has not written it: nobody decides alone
that something is no marketing (P11)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.mailings import drafts as mailing_drafts
from contacts.mailings.drafts import MailingError
from contacts.models import Mailing
from contacts.words.vocabulary import MailingKind, MailingState


@transaction.atomic
def submit(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """Ask the officer to approve an important message. Raises MailingError where it is none, or not ready."""
    mailing_drafts.check_complete(mailing)
    drafts = Mailing.objects.filter(pk=mailing.pk, kind=MailingKind.IMPORTANT, state=MailingState.DRAFT)
    if not drafts.filter(approved_at__isnull=True).update(state=MailingState.SUBMITTED):
        raise MailingError(_("Only an important message that is a draft, and not approved yet, is submitted."))
    audit.record("mailing.submitted", at=at, by=by, rule=mailing_drafts.rule(mailing))


@transaction.atomic
def approve(mailing: Mailing, seen: str, *, at: dt.datetime, by: str) -> None:
    """Approve an important message as it was `seen` (`drafts.mark`): from now on it can be scheduled.

    Raises MailingError where it does not wait for this, reads otherwise by now, or `by` wrote any of it.
    """
    waiting = Mailing.objects.filter(pk=mailing.pk, state=MailingState.SUBMITTED)
    current = waiting.select_for_update(no_key=True).first()
    if current and mailing_drafts.mark(current) != seen:
        raise MailingError(_("It has been changed since you opened this page. Read it again before you approve it."))
    if current and _wrote(current, by):
        raise MailingError(_("You wrote this message yourself: somebody else has to approve it."))
    if not waiting.update(state=MailingState.DRAFT, approved_by=by, approved_at=at):
        raise MailingError(_("This message does not wait for approval any more."))
    audit.record("mailing.approved", at=at, by=by, rule=mailing_drafts.rule(mailing))


@transaction.atomic
def send_back(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """Do not approve an important message: it is a draft again. Raises MailingError where it does not wait for this."""
    if not Mailing.objects.filter(pk=mailing.pk, state=MailingState.SUBMITTED).update(state=MailingState.DRAFT):
        raise MailingError(_("This message does not wait for approval any more."))
    audit.record("mailing.sent_back", at=at, by=by, rule=mailing_drafts.rule(mailing))


def _wrote(mailing: Mailing, by: str) -> bool:
    """Tell whether somebody is among the authors: whoever changed it last is not the only one."""
    return by in {mailing.made_by, *mailing.authors}
