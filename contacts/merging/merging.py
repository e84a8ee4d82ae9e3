"""Make one record of two that are one person: nothing that either says of them is lost by it (P1, P12).

The record that stays takes over what hangs on the other: each reason to hold the person with the earliest day of
collection, every objection, consent and place at an event, and the latest activity. Then the other goes, by the one
way in which people go. Apps above add their own rules for their own tables, and run them first.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.base import audit, merge_redirects
from contacts.merging import choosing, merging_rules
from contacts.models import Bounce, ChannelPermission, Contact, MergedAddress, MergedNumber
from contacts.outbox import notices
from contacts.people import (
    address_trust,
    agreements,
    clocks,
    consent_records,
    empty_organisations,
    erasure,
    rekeying,
    restriction_guard,
    suppressions,
    tombstones,
)
from contacts.permission import interests
from contacts.words.addresses import known
from contacts.words.vocabulary import ConsentMethod, NoticeKind, PermissionState, StrikeKind, TrustReason

# What is chosen between the two, and the columns that go along with it: whether an address takes mail is said of the
# address. Whether it is proven is asked anew.
CHOSEN: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email", "address_hash", "mailbox_hash", "bounced_on"),
    "phone": ("phone",),
    "job_title": ("job_title",),
    "company": ("company", "organisation_id"),
    "address": ("address",),
    "postal_code": ("postal_code",),
    "city": ("city",),
    "country": ("country",),
    "language": ("language",),
}


# Each channel on which one of the two objected, since the earliest day.
_SAID = sql.SQL("""
    SELECT DISTINCT ON (channel) channel, reason, since FROM (
        SELECT channel, reason, since FROM contacts_suppression
        WHERE address_hash = ANY(%(of)s) OR mailbox_hash = ANY(%(of_mailboxes)s)
        UNION ALL
        SELECT channel, source, given_on FROM contacts_channelpermission
        WHERE contact_id IN (%(keep)s, %(gone)s) AND state = 'objected'
    ) heard ORDER BY channel, since""")

# What the one that goes has said is in its own records, which move.
_NOTE = consent_records.noted(
    sql.SQL("""
        SELECT DISTINCT ON (channel) %(keep)s AS contact_id, channel, since AS said_on, reason AS source
        FROM contacts_suppression WHERE address_hash = ANY(%(of)s) OR mailbox_hash = ANY(%(of_mailboxes)s)
        ORDER BY channel, since"""),
    ConsentMethod.ADDRESS,
    known=sql.SQL("""EXISTS (
        SELECT 1 FROM contacts_channelpermission its
        WHERE its.contact_id = %(gone)s AND its.channel = noted.channel AND its.state = 'objected')"""),
)


class MergeError(ValueError):
    """These two cannot be merged; the message says why."""


@dataclass(frozen=True)
class Two:
    """Two locked records, of which one stays."""

    keep: Contact
    gone: Contact


def lock(keep_id: int, gone_id: int, *, day: dt.date) -> Two:
    """Lock two records until the transaction ends, their organisations first, as every act does.

    Raises MergeError where they are one and the same, where one is no longer held, was reduced to what a duty names, is
    only stored or has the mailbox of somebody who was erased at their request, and where somebody changes an
    organisation of theirs meanwhile.
    """
    ids = [keep_id, gone_id]
    agreements.lock(list(filter(None, _organisations(ids))))
    before = _organisations(ids)
    people = {person.pk: person for person in Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    if len(people) < len(ids):
        raise MergeError(_("One of the two is no longer held, or they are one record already."))
    if any(person.minimised_on for person in people.values()):
        raise MergeError(_("One of the two was reduced to what the law makes us keep. That part stays as it is."))
    if any(person.restricted_through and person.restricted_through >= day for person in people.values()):
        raise MergeError(_("The details of one of the two are only stored, as they asked: nobody changes them."))
    if stone := tombstones.standing(suppressions.hashes_of(people.values()), day=day):
        text = _(
            "One of the two was erased at their request on %(day)s. They can sign up again themselves; otherwise ask"
            " the privacy officer."
        )
        raise MergeError(text % {"day": date_format(stone.erased_on)})
    if _organisations(ids) != before:
        raise MergeError(_("Somebody has just changed one of the two. Look at them again."))
    return Two(people[keep_id], people[gone_id])


def merge(two: Two, taken: Collection[str], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Make one record of two. `taken` names what of CHOSEN the one that stays takes over from the other, unless the
    person's word or a stricter law has it otherwise.

    Whoever was given the other's details is told to delete them under its number, and hears of what changes under the
    number that stays. From lists that left as files the other number is struck: no later objection names it any more.
    Call it last, under `lock`. Raises KeyError for a field that nobody can choose, and MergeError where neither country
    nor organisation is the stricter one, with nothing changed.
    """
    chosen = _choose(two, taken, day)
    changed = [name for name in CHOSEN if name in chosen and any(_differs(two, column) for column in CHOSEN[name])]
    notices.enqueue(NoticeKind.ERASED, [two.gone.pk], at=at, strike=StrikeKind.MERGED)
    notices.enqueue(NoticeKind.RECTIFIED, [two.keep.pk] if changed else [], details=changed, at=at)
    _carry_objections(two, at, by)
    interests.carry(two.keep, two.gone, at=at)
    merging_rules.carry(merging_rules.RULES, two.keep.pk, two.gone.pk, at=at)
    _carry_bounce(two, changed, restriction_guard.today(at))
    gone = {two.gone.pk: two.gone.public_id}
    erasure.delete(gone, at=at, by=by, rule="merged", strike=StrikeKind.MERGED, journaled=False)
    _fill(two, changed, restriction_guard.today(at))
    _remember(two, changed)
    clocks.refresh_contacts([two.keep.pk])
    empty_organisations.notice([pk for pk in (two.keep.organisation_id, two.gone.organisation_id) if pk])
    _trace(two, at, by)


def _choose(two: Two, taken: Collection[str], day: dt.date) -> set[str]:
    if unknown := set(taken) - set(CHOSEN):
        raise KeyError(*sorted(unknown))
    try:
        return choosing.fields(two.keep, two.gone, taken, day=day)
    except choosing.UndecidedError:
        raise MergeError(
            _(
                "On one channel the law is stricter for the one record, and on another for the other. Ask the person"
                " which country and organisation are right, and correct them first."
            )
        ) from None


def _organisations(ids: Collection[int]) -> list[int | None]:
    return list(Contact.objects.filter(pk__in=ids).order_by("pk").values_list("organisation_id", flat=True))


def _differs(two: Two, column: str) -> bool:
    return bool(getattr(two.keep, column) != getattr(two.gone, column))


def _carry_objections(two: Two, at: dt.datetime, by: str) -> None:
    """Have both addresses, and the record that stays, say every objection that was made under either (P12).

    So do the addresses that they gave up in earlier merges, as after any objection.
    """
    before = _objected(two.keep)
    hashes = suppressions.hashes_of([two.keep, two.gone])
    given_up = suppressions.hashes_of(MergedAddress.objects.filter(contact__in=[two.keep, two.gone]))
    values: dict[str, Any] = {"keep": two.keep.pk, "gone": two.gone.pk, "at": at}
    values |= {"of": list(hashes), "of_mailboxes": list(hashes.values())}
    suppressions.carry(hashes | given_up, _SAID, two.keep, two.gone, **values)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
    if news := sorted(_objected(two.keep) - before):
        notices.enqueue(NoticeKind.OBJECTED, [two.keep.pk], details=news, at=at)
        audit.record("objection.recorded", at=at, by=by, public_id=two.keep.public_id, rule=",".join(news))


def _carry_bounce(two: Two, taken: Collection[str], day: dt.date) -> None:
    """Keep why mail to the chosen address came back. Undone, it is trusted as any address of a merged record is."""
    if "email" in taken:
        Bounce.objects.filter(contact=two.keep).delete()
        Bounce.objects.filter(contact=two.gone).update(contact=two.keep)
    Bounce.objects.filter(contact=two.keep).update(**address_trust.says(TrustReason.MERGED, day))


def _objected(contact: Contact) -> set[str]:
    said = ChannelPermission.objects.filter(contact=contact, state=PermissionState.OBJECTED)
    return set(said.values_list("channel", flat=True))


def _fill(two: Two, taken: Collection[str], day: dt.date) -> None:
    """Write what was chosen, once the other address is free, and the latest activity."""
    columns = [column for name in taken for column in CHOSEN[name]]
    right = {name for name in two.keep.corrected if name not in taken}
    corrected = sorted(right | {name for name in two.gone.corrected if name in taken or not _differs(two, name)})
    values = {column: getattr(two.gone, column) for column in columns}
    values["left_on"] = choosing.left_on(two.keep, two.gone, taken)
    chosen, other = (two.gone, two.keep) if "email" in taken else (two.keep, two.gone)
    values |= address_trust.merged(chosen, other, day=day)
    Contact.objects.filter(pk=two.keep.pk).update(
        **values,
        corrected=corrected,
        last_activity_on=Greatest(F("last_activity_on"), two.gone.last_activity_on),
    )


def _remember(two: Two, taken: Collection[str]) -> None:
    """Keep the address that nobody has any more: who objects under it later objects for the one that is left.

    And the number, which links name.
    """
    MergedNumber.objects.create(contact=two.keep, public_id=two.gone.public_id)
    given_up = two.keep if "email" in taken else two.gone
    for address, box in known(str(given_up.email)).items():
        MergedAddress.objects.get_or_create(contact=two.keep, address_hash=address, defaults={"mailbox_hash": box})
    rekeying.readdress(two.keep, str((two.gone if given_up is two.keep else two.keep).email))


def _trace(two: Two, at: dt.datetime, by: str) -> None:
    keep, gone = two.keep.public_id, two.gone.public_id
    audit.record(merge_redirects.CODE, at=at, by=by, public_id=keep, rule=f"{merge_redirects.FROM}{gone}")
    audit.record(merge_redirects.CODE, at=at, by=by, public_id=gone, rule=f"{merge_redirects.INTO}{keep}")
