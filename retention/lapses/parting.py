"""Whoever holds a mail can stop all marketing by it: that counts at once, and deletes nobody before they were told.

Mails are passed on, and mailboxes have successors. So whoever is held for marketing alone goes no earlier than in the
night after a mail that says so has left, and can answer it until then: it was not me, keep my details (P12, L15).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Unpack

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Value

from contacts.base import retry
from contacts.base.days import day_of
from contacts.models import Basis, Contact, Message, PolicyVersion
from contacts.outbox import outbox
from contacts.people import suppressions
from contacts.permission import objections
from contacts.permission.objections import Said
from contacts.words.vocabulary import MARKETING_SCENARIOS, Channel, MailTemplate


class NothingToKeepError(LookupError):
    """The person is deleted by now, or has answered."""


def stop(address_hash: str, *, policy: PolicyVersion, at: dt.datetime, by: str, **said: Unpack[Said]) -> None:
    """Record an objection that came by a mail's link, and owe the mail to whoever is to be deleted for it, in the next
    night or once what they asked for is over.

    Said again, it changes nothing.
    """
    day = day_of(at, policy.zone)

    def whole() -> None:
        with transaction.atomic():
            heard = objections.record(address_hash, **said, day=day, at=at, by=by)
            if heard.people and heard.stopped:
                _tell(heard.people, _name(day, heard.stopped, said["reason"]), at)

    retry.persist(whole)


@transaction.atomic
def keep(message_id: uuid.UUID, *, at: dt.datetime, by: str) -> None:
    """Take the word of a mailbox's owner that it was not they who objected: what that objection stopped is open again.

    `message_id` is the public_id of the mail that they answer. Raises NothingToKeepError.
    """
    told = waiting(message_id)
    contact = Contact.objects.whole().select_for_update().filter(pk=told.contact.pk if told.contact else 0).first()
    if contact is None or not Message.objects.filter(pk=told.pk).exclude(once="").update(once=""):
        raise NothingToKeepError
    outbox.call_back([str(told.public_id)], at=at)  # where another copy waits to be sent
    day, stopped, reason = _named(told.once)
    objections.take_back(contact, stopped, reason=reason, day=day, at=at, by=by)


def waiting(message_id: uuid.UUID) -> Message:
    """Return the mail that a link answers, as long as it can be answered. Raises NothingToKeepError."""
    told = Message.objects.filter(public_id=message_id, template=MailTemplate.PARTING, contact__isnull=False)
    found = told.exclude(once="").first()
    if found is None:
        raise NothingToKeepError
    return found


def _name(day: dt.date, stopped: Collection[Channel], reason: str) -> str:
    """Return what the mail remembers of the objection: what its reader has taken back, if it was not they."""
    return f"{day.isoformat()}:{','.join(stopped)}:{reason}"


def _named(once: str) -> tuple[dt.date, list[Channel], str]:
    day, stopped, reason = once.split(":", 2)
    return dt.date.fromisoformat(day), [Channel(channel) for channel in stopped.split(",")], reason


def _tell(ids: Collection[int], once: str, at: dt.datetime) -> None:
    found = _leaving(ids).annotate(contact_id=F("pk"), once=Value(once))
    outbox.enqueue_each(MailTemplate.PARTING, found.values_list("contact_id", "once"), ("contact_id", "once"), at=at)


def _leaving(ids: Collection[int]) -> QuerySet[Contact]:
    """Return those of these people who go because of their objection, be it now or later (`due_bases.freed_at`).

    A reason that it leaves untouched keeps them; so does a freeze, but no longer than it lasts.
    """
    stopped = [suppressions.holds(channel) for channel in Channel]
    bases = Basis.objects.filter(contact=OuterRef("pk"))
    alone = Exists(bases) & ~Exists(bases.exclude(scenario__in=MARKETING_SCENARIOS))
    return Contact.objects.whole().filter(*stopped, alone, pk__in=ids, email__isnull=False)
