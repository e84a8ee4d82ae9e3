"""A notice on the public site, for people who cannot be reached otherwise (Art. 34(3)(c) GDPR)."""

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.base.rows import insert
from contacts.breaches import register
from contacts.breaches.register import BreachError
from contacts.models import Breach, BreachNotice, NoticeWithdrawal, PolicyVersion
from contacts.words.breaches import STANDING

LONGEST = dt.timedelta(days=365)


@transaction.atomic
def publish(
    breach: Breach,
    texts: Mapping[str, str],
    *,
    from_on: dt.date,
    until_on: dt.date,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> BreachNotice:
    """Show a notice on the public site from a day until a day. `texts` is language → words.

    `breach` is as it was seen. Raises BreachError where a text is missing, the days are over or in the wrong order, or
    the breach was changed meanwhile.
    """
    if any(not texts.get(language) for language, _name in settings.LANGUAGES):
        raise BreachError(_("The notice needs its text in each language."))
    if until_on < max(from_on, day_of(at, policy.zone)):
        raise BreachError(_("The last day is over, or before the first. Choose a later one."))
    if until_on > from_on + LONGEST:
        raise BreachError(_("A notice stands for a year at most. Choose an earlier last day."))
    register.settle(breach, {}, *STANDING)
    days = {"from_on": from_on, "until_on": until_on, "published_at": at, "published_by": by}
    notice = insert(BreachNotice(breach=breach, texts=dict(texts), **days))
    register.note("notice_published", breach, at=at, by=by)
    return notice


@transaction.atomic
def withdraw(notice: BreachNotice, why: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Take a notice off the public site, at once and for good. What it said stays on record, with the reason.

    Raises BreachError where no reason is given, or the site does not show it any more.
    """
    if not why.strip():
        raise BreachError(_("Say why it is taken down."))
    Breach.objects.select_for_update(no_key=True).get(pk=notice.breach_id)  # of two at once, the second sees it
    if not BreachNotice.objects.to_come(day_of(at, policy.zone)).filter(pk=notice.pk).exists():
        raise BreachError(_("The site does not show this notice any more."))
    insert(NoticeWithdrawal(notice=notice, at=at, by=by, why=why.strip()))
    register.note("notice_withdrawn", notice.breach, at=at, by=by)


def standing(day: dt.date, language: str) -> list[str]:
    """Return the notices that the public site shows on a day, in a language; in English where one lacks it."""
    return [notice.texts.get(language) or notice.texts["en"] for notice in BreachNotice.objects.on(day)]
