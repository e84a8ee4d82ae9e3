"""Remind the officers by mail while the 72 hours of a breach run: with 48, 24 and 6 left, and once they are over."""

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base import alone, officers, staff_mails
from contacts.breaches import clock
from contacts.models import Breach
from contacts.outbox import links

PERMISSION = "contacts.change_breach"
HOURS_LEFT = (48, 24, 6, 0)

_LOCK = 4_711_679_110  # any number that is ours alone


def tick(*, at: dt.datetime) -> int:
    """Send what is to be told at a moment, and return of how many breaches. One that was missed is made up for.

    Nothing is locked while a mail server takes its time. Each is marked once its mail has left: a crash in between
    sends it again, never not at all. Where no officer has an address, it waits for one.
    """
    with alone.if_nobody_else(_LOCK) as ours:
        to = officers.who_may(PERMISSION) if ours else []
        due = [(breach, mark) for breach in Breach.objects.running() if (mark := _mark(breach, at)) is not None]
        return sum(_remind(breach, mark, to, at) for breach, mark in due) if to else 0


def _mark(breach: Breach, at: dt.datetime) -> int | None:
    """Return which of HOURS_LEFT has come that officers have not heard of, the last one where several have."""
    left = clock.hours_left(breach, at)
    passed = [hours for hours in HOURS_LEFT if left <= hours and (breach.warned is None or hours < breach.warned)]
    return min(passed, default=None)


def _remind(breach: Breach, mark: int, to: list[str], at: dt.datetime) -> int:
    staff_mails.send(staff_mails.written(to, lambda: (_subject(breach, at), _body(breach))))
    unheard = Q(warned__isnull=True) | Q(warned__gt=mark)
    return Breach.objects.running().filter(unheard, pk=breach.pk, aware_at=breach.aware_at).update(warned=mark)


def _subject(breach: Breach, at: dt.datetime) -> str:
    left = clock.hours_left(breach, at)
    if left <= 0:
        return _("Breach %(number)s: the 72 hours are over, and it is not reported") % {"number": breach.pk}
    hours = max(int(left), 1)
    text = ngettext(
        "Breach %(number)s: %(hours)s hour left to report it",
        "Breach %(number)s: %(hours)s hours left to report it",
        hours,
    )
    return text % {"number": breach.pk, "hours": hours}


def _body(breach: Breach) -> str:
    page = links.absolute(reverse("admin:contacts_breach_change", args=[breach.pk]))
    text = _(
        "Report the breach to the authority, or decide that it need not be reported and say why.\n"
        "A first report may leave questions open; you can add to it later.\n\n"
        "The breach: %(page)s\n"
    )
    return text % {"page": page}
