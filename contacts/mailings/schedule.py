"""Say when a mailing leaves, and hold it up, let it go on or end it: each is one conditional UPDATE."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import day_of
from contacts.disclosure import disclosing
from contacts.mailings import drafts, people
from contacts.mailings.drafts import MailingError
from contacts.models import Mailing, PolicyVersion, Recipient
from contacts.words.vocabulary import MailingKind, MailingState


@transaction.atomic
def schedule(
    mailing: Mailing, when: dt.datetime, seen: str | None = None, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> None:
    """Have a draft leave at a moment, at once where that is `at`.

    Raises MailingError where it is no draft, reads otherwise than somebody has `seen` (`drafts.mark`), a
    language is missing, the moment has passed, or it is an important message that nobody has approved; DisclosureError
    where the register lets nobody's data go to whoever sends our mail.
    """
    current = _in(mailing, MailingState.DRAFT).select_for_update(no_key=True).first()
    if current and seen is not None and drafts.mark(current) != seen:
        raise MailingError(_("It has been changed since you opened this page. Read it again before you send it."))
    drafts.check_complete(current or mailing)
    if when < at:
        raise MailingError(_("This moment has passed."))
    if provider := people.sender(Recipient.objects.all()):
        disclosing.check(provider, day_of(at, policy.zone))
    ready = _in(mailing, MailingState.DRAFT).filter(Q(kind=MailingKind.MARKETING) | Q(approved_at__isnull=False))
    wrong = _("Only a draft can be scheduled, and an important message only once it is approved.")
    _move(ready, {"state": MailingState.SCHEDULED, "scheduled_for": when}, wrong)
    audit.record("mailing.scheduled", at=at, by=by, rule=drafts.rule(mailing))


@transaction.atomic
def take_back(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """Make a draft again of what waits for approval or for its time. Raises MailingError where it waits for neither."""
    wrong = _("It does not wait any more, so that it cannot be taken back. It can be stopped while it is being sent.")
    waiting = _in(mailing, MailingState.SUBMITTED, MailingState.SCHEDULED)
    _move(waiting, {"state": MailingState.DRAFT, "scheduled_for": None}, wrong)
    audit.record("mailing.taken_back", at=at, by=by, rule=drafts.rule(mailing))


@transaction.atomic
def pause(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """Let nobody's mail leave until it is resumed, also where it is owed. Raises MailingError where none is sent."""
    wrong = _("Only what is being sent can be paused.")
    _move(_in(mailing, MailingState.SENDING), {"state": MailingState.PAUSED}, wrong)
    audit.record("mailing.paused", at=at, by=by, rule=drafts.rule(mailing))


@transaction.atomic
def resume(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """Go on where it was paused. Raises MailingError where it is not paused."""
    _move(_in(mailing, MailingState.PAUSED), {"state": MailingState.SENDING}, _("This mailing is not paused."))
    audit.record("mailing.resumed", at=at, by=by, rule=drafts.rule(mailing))


@transaction.atomic
def stop(mailing: Mailing, *, at: dt.datetime, by: str) -> None:
    """End a mailing before everyone has got it: nothing leaves from now on, and `sending.tidy` clears up.

    Raises MailingError where it is not being sent, nor paused.
    """
    under_way = _in(mailing, MailingState.SENDING, MailingState.PAUSED)
    ended = {"state": MailingState.STOPPED, "ended_at": at, "authors": []}
    _move(under_way, ended, _("Only what is being sent can be stopped."))
    audit.record("mailing.stopped", at=at, by=by, rule=drafts.rule(mailing))


def _in(mailing: Mailing, *states: MailingState) -> QuerySet[Mailing]:
    """Return the mailing as long as it is in one of these states."""
    return Mailing.objects.filter(pk=mailing.pk, state__in=states)


def _move(found: QuerySet[Mailing], change: dict[str, Any], wrong: str) -> None:
    if not found.update(**change):
        raise MailingError(wrong)
