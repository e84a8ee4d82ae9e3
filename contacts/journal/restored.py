"""That the database was restored, and what waits for somebody's word since: mails, the first night, people to look at.

Whatever brought it back, a backup or a failover that lost its tail, the database does not know what it did meanwhile.
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.journal import numbers
from contacts.models import Contact, LookAgain, Message, Restoration
from contacts.models.outbox import FORGOTTEN, MessageEnd
from contacts.words.journal import LookWhy


class SettledError(ValueError):
    """What was asked for was decided before; the message says so."""


def note(*, journal_number: int, at: dt.datetime) -> Restoration:
    """Write down that the database was found to be an older one, and hold back the mails that have not left.

    Once: another process may have found it since `at`, and may have replayed already.
    """
    under_way = Restoration.objects.filter(Q(replayed_at__isnull=True) | Q(found_at__gte=at)).first()
    return under_way or Restoration.objects.create(
        found_at=at,
        database_number=numbers.in_database(),
        journal_number=journal_number,
        messages_through=Message.objects.aggregate(last=Coalesce(Max("pk"), 0))["last"],
    )


def replayed(number: int, *, at: dt.datetime) -> None:
    """Note that all was replayed up to a number."""
    Restoration.objects.filter(replayed_at__isnull=True, journal_number__lte=number).update(replayed_at=at)


def night_waits() -> bool:
    """Tell whether the next night is the first since a restore: it waits for somebody's approval."""
    return Restoration.objects.filter(first_night_at__isnull=True).exists()


def night_done(*, at: dt.datetime) -> None:
    """Note that the first night was approved and is done."""
    Restoration.objects.filter(first_night_at__isnull=True).update(first_night_at=at)


def waiting(found: Restoration) -> QuerySet[Message]:
    """Return the mails from before a restore that have not left, as far as this database knows."""
    return Message.objects.filter(pk__lte=found.messages_through, sent_at__isnull=True, ended_at__isnull=True)


@transaction.atomic
def release(found: Restoration, *, at: dt.datetime, by: str) -> int:
    """Let the mails from before a restore leave, and return how many. Raises SettledError where that was decided."""
    number = waiting(found).count()
    _settle(found, at=at, by=by)
    audit.record("restoration.mails_released", at=at, by=by, rule=f"restoration:{found.pk}")
    return number


@transaction.atomic
def drop(found: Restoration, *, at: dt.datetime, by: str) -> int:
    """End the mails from before a restore, and return how many. Raises SettledError where that was decided."""
    _settle(found, at=at, by=by)
    ended = {"ended_at": at, "end": MessageEnd.SKIPPED, "reason": "restored", "claimed_until": None}
    number = waiting(found).update(**ended, **FORGOTTEN)
    Restoration.objects.filter(pk=found.pk).update(mails_dropped=number)
    audit.record("restoration.mails_dropped", at=at, by=by, rule=f"restoration:{found.pk}")
    return number


def _settle(found: Restoration, *, at: dt.datetime, by: str) -> None:
    undecided = Restoration.objects.holding_mails().filter(pk=found.pk, replayed_at__isnull=False)
    if not undecided.update(mails_settled_at=at, mails_settled_by=by):
        raise SettledError(_("Somebody has decided about these mails already."))


@transaction.atomic
def looked(keys: Collection[int], *, at: dt.datetime, by: str) -> int:
    """Note that somebody has looked at people again, and return how many those were."""
    seen = LookAgain.objects.filter(pk__in=keys, seen_at__isnull=True)
    numbers_of = list(seen.values_list("contact__public_id", flat=True))
    seen.update(seen_at=at, seen_by=by)
    audit.record_each("contact.looked_again", numbers_of, at=at, by=by, rule="restored")
    return len(numbers_of)


def look_again(person: Contact, why: LookWhy, *, done_at: dt.datetime) -> None:
    """Have staff look at somebody again: something was done that is not on record any more."""
    LookAgain.objects.update_or_create(
        contact=person, why=why, defaults={"done_at": done_at, "seen_at": None, "seen_by": ""}
    )
