"""What became of a mailing, counted as it happens: the numbers stay right when the people have gone.

Each is counted in the transaction of what happened, and last of all: everybody locks people, then mails, then the
mailing. An objection or a sign-up counts for the last mailing that the person got, within FOLLOWS of it.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db.models import F, QuerySet, Subquery
from psycopg2 import sql

from contacts.models import Event, Mailing, Message, Whitepaper

FOLLOWS = dt.timedelta(days=30)

# Of the message $1, at $2: that it has left is noted and counted by one statement, unless somebody was first.
SENT = sql.SQL("""
    WITH marked AS (
        UPDATE contacts_message SET sent_at = $2, attempts = attempts + 1, claimed_until = NULL, reason = ''
        WHERE id = $1 AND sent_at IS NULL AND ended_at IS NULL RETURNING mailing_id
    )
    UPDATE contacts_mailing SET sent = sent + 1 FROM marked WHERE contacts_mailing.id = marked.mailing_id""")


def sent(mailing_id: int) -> None:
    """Count a mail that has left."""
    Mailing.objects.filter(pk=mailing_id).update(sent=F("sent") + 1)


def withheld(mailing_id: int, number: int = 1) -> None:
    """Count people who could not be written to any more when their turn came."""
    Mailing.objects.filter(pk=mailing_id).update(withheld=F("withheld") + number)


def bounced(message_id: uuid.UUID) -> None:
    """Count a mail that did not reach its address, by the message's public_id."""
    Mailing.objects.filter(messages__public_id=message_id).update(bounced=F("bounced") + 1)


def objected(contact_ids: Collection[int], *, at: dt.datetime) -> None:
    """Count an objection, to our news or to a topic, by one person under these keys."""
    if contact_ids:
        _followed(Message.objects.filter(contact__in=list(contact_ids)), at).update(objected=F("objected") + 1)


def signed_up(contact_id: int, about: Whitepaper | Event, *, at: dt.datetime) -> None:
    """Count a sign-up for a whitepaper or an event about a topic of the mailing."""
    topics = about.topics.values("pk")
    matching = Message.objects.filter(contact=contact_id, mailing__in=Mailing.objects.filter(topics__in=topics))
    _followed(matching, at).update(signed_up=F("signed_up") + 1)


def _followed(messages: QuerySet[Message], at: dt.datetime) -> QuerySet[Mailing]:
    """Return the mailing of the latest of these messages, if it left within FOLLOWS."""
    recent = messages.filter(mailing__isnull=False, sent_at__gt=at - FOLLOWS, sent_at__lte=at)
    return Mailing.objects.filter(pk=Subquery(recent.order_by("-sent_at").values("mailing")[:1]))
