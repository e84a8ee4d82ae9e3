"""Owe somebody a mail: a row in the transaction of the act that owes it, which a task sends and a sweep finds again."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg2 import sql

from contacts.base import held
from contacts.base.queries import composed
from contacts.base.rows import insert
from contacts.models import Event, Mailing, Message
from contacts.models.outbox import FORGOTTEN, MessageEnd
from contacts.outbox import links
from contacts.words.vocabulary import MailPurpose, MailTemplate

KEPT_FOR = dt.timedelta(days=14)  # the words of a letter that no server takes


def enqueue(
    template: MailTemplate,
    *,
    at: dt.datetime,
    purpose: MailPurpose = MailPurpose.SERVICE,
    not_before: dt.datetime | None = None,
    **about: Any,
) -> Message:
    """Write down that a mail is to be sent, at once or `not_before` a moment.

    `about` names the contact or the sign_up that it goes to, and the registration, event, whitepaper or `once` that it
    is about. Call it inside the transaction of the act, and nudge a worker after that has committed.
    """
    return insert(Message(template=template, purpose=purpose, created_at=at, not_before=not_before or at, **about))


def enqueue_written(
    written: dict[str, Any], *, contact_id: int | None = None, address: str = "", once: str = "", at: dt.datetime
) -> Message:
    """Write down that a letter is to be sent, with its words (`letters.written.pack`), and return its message.

    It goes to a contact, and with them; or to an address, which is forgotten with the words once the letter is sent, or
    after KEPT_FOR. As `enqueue`, it belongs into the transaction of the act.
    """
    return enqueue(
        MailTemplate.WRITTEN,
        at=at,
        contact_id=contact_id,
        address=address,
        written=written,
        forget_at=at + KEPT_FOR,
        once=once,
    )


def message_id(message: Message) -> str:
    """Return the Message-ID of a mail (RFC 5322): it follows from the message, so that a copy has the same."""
    return f"<{message.public_id.hex}@{links.host()}>"


def forget(at: dt.datetime) -> int:
    """End the letters whose words may no longer be kept at `at`, and return how many they were."""
    late = Message.objects.filter(forget_at__lte=at, sent_at__isnull=True, ended_at__isnull=True)
    ended: list[int] = []

    @transaction.atomic
    def act(keys: list[int]) -> None:
        those = late.filter(pk__in=keys)
        number = those.update(ended_at=at, end=MessageEnd.GAVE_UP, reason="too late", claimed_until=None, **FORGOTTEN)
        ended.append(number)

    held.sweep("letters", held.by_key(late), act)
    return sum(ended)


# In key order, as every act locks people: a row that points at one locks it, too.
_ENQUEUE_EACH = sql.SQL("""
    INSERT INTO contacts_message
        (public_id, template, purpose, created_at, not_before, attempts, "end", reason, address, {columns})
    SELECT gen_random_uuid(), %(template)s, %(purpose)s, %(at)s, %(at)s, 0, '', '', '', {columns}
    FROM ({found}) AS found ({columns}) {free}
    ON CONFLICT DO NOTHING""")
_ALL = sql.SQL("ORDER BY contact_id")
_FREE = sql.SQL("""
    JOIN contacts_contact ON contacts_contact.id = contact_id
    ORDER BY contact_id FOR KEY SHARE OF contacts_contact SKIP LOCKED""")


def enqueue_each(
    template: MailTemplate,
    found: QuerySet[Any, Any],
    columns: Sequence[str],
    *,
    at: dt.datetime,
    purpose: MailPurpose = MailPurpose.SERVICE,
    skip_held: bool = False,
) -> int:
    """Owe a mail for each row that a query finds, in one statement, and return how many were owed.

    `columns` names what the query selects, in its order; contact_id and once are among them. Whoever has been owed the
    same `once` before is passed over. So is, with `skip_held`, who is held by somebody else: a tick finds them again.
    """
    query, values = composed(found)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = _ENQUEUE_EACH.format(columns=names, found=query, free=_FREE if skip_held else _ALL)
    with connection.cursor() as cursor:
        cursor.execute(statement, values | {"template": template, "purpose": purpose, "at": at})
        return int(cursor.rowcount)


def call_back(public_ids: Collection[str], *, at: dt.datetime) -> None:
    """End the messages that nobody has begun to send, since they should not have been written."""
    Message.objects.waiting(at).filter(public_id__in=public_ids).update(
        ended_at=at, end=MessageEnd.SKIPPED, reason="called back", **FORGOTTEN
    )


def call_back_mailings(mailings: QuerySet[Mailing], *, at: dt.datetime) -> None:
    """End what is owed of mailings that go no further, and that nobody has begun to send."""
    Message.objects.waiting(at).filter(mailing__in=mailings).update(
        ended_at=at, end=MessageEnd.SKIPPED, reason="called back"
    )


def end_broken_off(at: dt.datetime) -> None:
    """End mails of mailings whose sender died with them in its hands: they may have arrived, and nobody gets two."""
    Message.objects.broken_off(at).update(ended_at=at, end=MessageEnd.BROKEN_OFF, claimed_until=None)


def supersede(event: Event, templates: Collection[MailTemplate], *, at: dt.datetime) -> None:
    """End the mails about an event that nobody has begun to send, since a later one says more."""
    Message.objects.waiting(at).filter(event=event, template__in=templates).update(
        ended_at=at, end=MessageEnd.SKIPPED, reason="superseded", **FORGOTTEN
    )
