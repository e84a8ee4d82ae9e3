"""Place, extend and end holds. Each act locks the person first, so that a run under way decides before or after it."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from contacts import audit
from contacts.categories import Category
from contacts.models import Contact
from retention.models import REASONS, Hold, HoldKind, default_keeps


class HoldError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def place(
    contact: Contact,
    kind: str,
    reason: str,
    *,
    until: dt.date | None,
    legal_reference: str = "",
    keeps: Collection[str] = (),
    at: dt.datetime,
    by: str,
) -> Hold:
    """Place a hold, or renew the one of the same kind and reason.

    `until` is its last day, or None for a hold without an end. Raises HoldError where the person is no longer held or
    the reason does not fit the kind.
    """
    if reason not in REASONS[HoldKind(kind)]:
        raise HoldError("This reason does not fit this kind of hold.")
    _lock(contact.pk)
    kept = [word for word in keeps if word != Category.EMAIL] or default_keeps()
    hold, _ = Hold.objects.update_or_create(
        contact=contact,
        kind=kind,
        reason=reason,
        defaults={
            "until": until,
            "legal_reference": legal_reference,
            "keeps": kept,
            "placed_at": at,
            "closed_on": None,
        },
    )
    audit.record("hold.placed", at=at, by=by, public_id=contact.public_id, rule=f"{kind}:{reason}")
    return hold


@transaction.atomic
def end(hold: Hold, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Make `day` the last day of a hold; the run on the day after deals with the person.

    Raises HoldError where the hold has ended before that day already.
    """
    _lock(hold.contact_id)
    ended = Hold.objects.standing(day).filter(pk=hold.pk).update(until=day)
    if not ended:
        raise HoldError("This hold has ended already.")
    audit.record("hold.ended", at=at, by=by, public_id=hold.contact.public_id, rule=f"{hold.kind}:{hold.reason}")


def _lock(contact_id: int) -> None:
    if not list(Contact.objects.filter(pk=contact_id).select_for_update().values_list("pk", flat=True)):
        raise HoldError("This person is no longer held.")
