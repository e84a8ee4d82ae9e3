"""Change the address that a person is reached by: whoever objected under the old one has under the new (P12)."""

import datetime as dt

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.base import audit
from contacts.base.days import day_of
from contacts.journal import writing
from contacts.models import Contact, PolicyVersion
from contacts.outbox import notices
from contacts.people import address_trust, consent_records, rekeying, suppressions, tombstones
from contacts.people.activities import ContactGoneError
from contacts.words.addresses import MalformedAddressError, hashes, keyed_hash, known, mailbox_hash, normalise
from contacts.words.journal import JournalAct, LookWhy
from contacts.words.vocabulary import AddressTrust, ConsentMethod, NoticeKind, TrustReason


class AddressError(ValueError):
    """The address cannot be this person's; the message says why and quotes nothing."""


# Both addresses stay suppressed, each channel since the day that it first was.
_CARRIED = sql.SQL("""
    SELECT DISTINCT ON (channel) channel, reason, since FROM contacts_suppression
    WHERE address_hash = %(old)s OR mailbox_hash = %(old_mailbox)s ORDER BY channel, since""")

# Whoever had the new address before may have objected under it: that holds for the person from now on.
_NOTE = consent_records.noted(
    sql.SQL("""
        SELECT DISTINCT ON (channel) %(person)s AS contact_id, channel, since AS said_on, reason AS source
        FROM contacts_suppression WHERE address_hash = %(new)s OR mailbox_hash = %(new_mailbox)s
        ORDER BY channel, since"""),
    ConsentMethod.ADDRESS,
)


@transaction.atomic
def change(contact_id: int, email: str, *, evidence: TrustReason | None, at: dt.datetime, by: str) -> None:
    """Give a person another address. `evidence` says how it is known that it is theirs, None that nobody knows.

    Raises AddressError where it is no address, where another contact has it, and where it would change nothing;
    ErasedError where somebody was erased at their request who had it, since it would bring them back (L12);
    ContactGoneError where the person is no longer held, or was reduced to what a duty names.
    """
    address = _spelled(email)
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise ContactGoneError(_("This person is no longer held."))
    if address == person.email and not (evidence and _is_doubted(person)):
        raise AddressError(_("This is the address on file."))
    old = {"old": person.address_hash, "old_mailbox": person.mailbox_hash}
    new = {"new": keyed_hash(address), "new_mailbox": mailbox_hash(address)}
    if address != person.email:
        tombstones.refuse(known(address), day=_day(at))
    why = evidence or TrustReason.CHANGED
    _move(person, address, why, _day(at))
    rekeying.readdress(person, address)
    if address != person.email:
        notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["email"], at=at)
        writing.write(JournalAct.LOOK, [person.public_id], at=at, why=LookWhy.ADDRESS)
    suppressions.carry({new["new"]: new["new_mailbox"]}, _CARRIED, person, at=at, **old)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"person": person.pk, "at": at, **new})
    audit.record("address.changed", at=at, by=by, public_id=person.public_id, rule=why)


def _spelled(email: str) -> str:
    try:
        return normalise(email)
    except MalformedAddressError:
        raise AddressError(_("This is no e-mail address.")) from None


def _is_doubted(person: Contact) -> bool:
    return person.address_trust == AddressTrust.DOUBTED or person.bounced_on is not None


def _move(person: Contact, address: str, why: TrustReason, day: dt.date) -> None:
    try:
        with transaction.atomic():
            says = hashes(address) | address_trust.says(why, day)
            Contact.objects.filter(pk=person.pk).update(email=address, bounced_on=None, **says)
            address_trust.forget_bounce(person)
    except IntegrityError:
        raise AddressError(_("Another contact has this address.")) from None


def _day(at: dt.datetime) -> dt.date:
    policy = PolicyVersion.objects.in_force()
    return day_of(at, policy.zone) if policy else timezone.localdate(at)
