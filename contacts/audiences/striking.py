"""Who has to be struck from lists that left as files: their holders are mailed, and say when it is done (P12)."""

import datetime as dt
from functools import partial

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base import alone, audit, budgets, staff_mails
from contacts.base.budgets import IsOver
from contacts.models import Audience, Strike
from contacts.outbox import links
from contacts.words.numbers import grouped

log = structlog.get_logger(__name__)

_LOCK = 4_711_679_064  # any number that is ours alone


def tell(*, at: dt.datetime, is_over: IsOver = budgets.endless) -> int:
    """Mail each holder of whom to strike from a list since they last heard, and return how many lists that concerned.

    A list at a time, by one process at a time. Nothing is locked while a mail server takes its time, and what was told
    is marked once the mail has left: a crash in between sends it again, never not at all. What a mail server refuses
    is tried with the next call, and keeps nobody else from hearing. A holder without an address finds it on the page
    alone. Whose turn has not come when `is_over` says so hears with the next call.
    """
    untold = waiting().filter(told_at=None).exclude(audience__holder__email="")
    lists = list(untold.order_by("audience").values_list("audience", flat=True).distinct())
    return _tell_each(lists, at, is_over) if lists else 0


def _tell_each(lists: list[int], at: dt.datetime, is_over: IsOver) -> int:
    with alone.if_nobody_else(_LOCK) as ours:
        return sum(_try(pk, at) for pk in lists if ours and not is_over())


def waiting() -> QuerySet[Strike]:
    """Return who is still to be struck, and from which list. From one whose end is on record, nobody is."""
    return Strike.objects.filter(struck_at=None, audience__confirmed_at=None)


def people(strikes: QuerySet[Strike]) -> int:
    """Return how many people these are: one who objected, and was deleted since, is named twice."""
    return strikes.order_by().values("reference").distinct().count()


def _try(audience_id: int, at: dt.datetime) -> bool:
    try:
        return _tell(audience_id, at)
    except OSError:
        log.warning("strike.untold", audience=audience_id)
        return False


def _tell(audience_id: int, at: dt.datetime) -> bool:
    untold = waiting().filter(audience=audience_id, told_at=None)
    found = Strike.objects.filter(pk__in=list(untold.values_list("pk", flat=True)))
    audience = Audience.objects.select_related("holder").filter(pk=audience_id).first()
    if audience is None or not (number := people(found)):
        return False
    write = partial(_mail, audience, number)
    staff_mails.send(staff_mails.written([audience.holder.email], write))
    found.update(told_at=at)
    return True


@transaction.atomic
def struck(audience: Audience, *, at: dt.datetime, by: str) -> int:
    """Note that everybody who was to be struck from a list is, and return how many they were."""
    locked = waiting().filter(audience=audience).select_for_update(of=("self",))
    found = Strike.objects.filter(pk__in=list(locked.values_list("pk", flat=True)))  # and none that come in later
    if number := people(found):
        found.update(struck_at=at, struck_by=by)
        audit.record("audience.struck", at=at, by=by, rule=f"audience:{audience.pk}:{number}")
    return number


def _mail(audience: Audience, number: int) -> tuple[str, str]:
    """Return the mail's subject and text, with no person in it."""
    subject = ngettext(
        "Remove %(number)s person from a list that you hold",
        "Remove %(number)s people from a list that you hold",
        number,
    )
    text = ngettext(
        "One person on the list has objected, was deleted or has another number now. Do not write to them or call them"
        " from this list any more.",
        "%(number)s people on the list have objected, were deleted or have another number now. Do not write to them or"
        " call them from this list any more.",
        number,
    )
    remedy = _("The list's page shows their numbers. Remove them from the file, then confirm it there:")
    page = links.absolute(reverse("admin:contacts_audience_change", args=[audience.pk]))
    number_said = {"number": grouped(number)}
    return subject % number_said, f"{text % number_said}\n\n{remedy}\n{page}\n"
