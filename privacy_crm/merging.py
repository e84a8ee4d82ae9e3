"""Merge two records of one person, with what every app holds about them: nothing that either says is lost (P1, P12)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import retry
from contacts.base.days import day_of
from contacts.delivery import change_address_notified
from contacts.merging import merging, merging_rules
from contacts.merging.merging import MergeError, Two
from contacts.models import Contact, PolicyVersion
from contacts.words.addresses import mailbox
from dsr.answers import merging as requests_merging
from dsr.models import Request
from retention.holds import derived_holds
from retention.holds import merging as holds_merging
from retention.lapses import objections
from retention.models import OF_REQUESTS, Hold


def merge(
    keep_id: int,
    gone_id: int,
    taken: Collection[str],
    *,
    reached: bool = True,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> bool:
    """Make one record of two, and return whether the person is still held.

    `taken` names what of `merging.CHOSEN` the record that stays takes over from the other, unless the person's word or
    a stricter law has it otherwise; `reached` is False where the person said that they read no mail any more at the
    address that is left out. Somebody who is held for marketing alone, and objected to all of it under the two
    addresses together, goes at once. Raises MergeError as `merging.lock` and `merging.merge` do, and while a request of
    either is open: then nothing has changed.
    """

    def whole() -> bool:
        with transaction.atomic():
            two = _merge(keep_id, gone_id, taken, policy=policy, at=at, by=by)
            if reached:
                _tell(two, at)
            objections.part_with([keep_id], policy=policy, at=at, by=by)
            return Contact.objects.filter(pk=keep_id).exists()

    return retry.persist(whole)


def _merge(
    keep_id: int, gone_id: int, taken: Collection[str], *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Two:
    day = day_of(at, policy.zone)
    two = merging.lock(keep_id, gone_id, day=day)
    _check_answered([keep_id, gone_id], day)
    for rules in (holds_merging.RULES, requests_merging.RULES):
        merging_rules.carry(rules, keep_id, gone_id, at=at)
    derived_holds.settle([keep_id])
    merging.merge(two, taken, day=day, at=at, by=by)
    return two


def _tell(two: Two, at: dt.datetime) -> None:
    """Tell the address that is left out that it was replaced, unless both lead to one mailbox (L15, L16)."""
    left = Contact.objects.get(pk=two.keep.pk)
    out = two.gone if left.email == two.keep.email else two.keep
    if mailbox(str(out.email)) != mailbox(str(left.email)):
        change_address_notified.tell(out, left, at=at)


def _check_answered(ids: list[int], day: dt.date) -> None:
    """Raise MergeError while somebody waits for an answer of ours: it is about the record that they asked about."""
    waiting = Hold.objects.standing(day).filter(contact__in=ids, reason__in=OF_REQUESTS)
    if waiting.exists() or Request.objects.of_people(ids).standing().exists():
        raise MergeError(_("One of the two has asked us for something. Merge them once that is answered."))
