"""A mailing's mails, each claimed and asked about by one statement: whose turn it is, and whether they may get it.

The question is the one that a mailing asks when it starts. It is composed once and asked for each mail, so that an
objection works before the next one. The statement that claims a mail also notes that the one before it has left: both
or neither is so, and a sender that dies has one mail at most of which nobody knows (ADR 0051).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, prefetch_related_objects
from psycopg2 import sql

from contacts.base import held, retry, rows
from contacts.base.days import day_of
from contacts.base.prepared import Given, Prepared
from contacts.base.queries import composed
from contacts.delivery import left_mails
from contacts.delivery.letters import stencils
from contacts.delivery.letters.parts import Occasion
from contacts.delivery.letters.stencils import Stencil
from contacts.mailings import people as mailing_people
from contacts.models import Basis, Contact, Mailing, Message, PolicyVersion
from contacts.outbox import counts
from contacts.outbox.mail_smtp import EmailBackend
from contacts.permission import consent_law
from contacts.permission.permission import Refusal
from contacts.policy import promised

_PK, _AT, _UNTIL = Given(1, BigIntegerField()), Given(2, DateTimeField()), sql.SQL("$3")

# What is read of a mail and its reader; anything else is read when somebody asks for it.
_OF_MESSAGE = ("id", "public_id", "template", "purpose", "contact_id", "mailing_id", "created_at", "claimed_until",
               "attempts")  # fmt: skip
_OF_READER = ("id", "public_id", "email", "first_name", "language", "address_hash")

# Whoever else has it in hand is not waited for, and once it is locked, it is looked at again whether it is due.
_CLAIM = sql.SQL("""
    WITH due (id) AS ({due} FOR UPDATE OF contacts_message SKIP LOCKED), claimed AS (
        UPDATE contacts_message SET claimed_until = {until} FROM due WHERE contacts_message.id = due.id
        RETURNING contacts_message.*
    )
    SELECT found.answer, found.untold, {message}, {reader}
    FROM claimed JOIN contacts_contact ON contacts_contact.id = claimed.contact_id
        LEFT JOIN ({asked}) found (id, answer, untold) ON found.id = contacts_contact.id""")


@dataclass(frozen=True)
class Turn:
    """A mail that is ours to send. `refusal` says why its reader may not get it, and is empty where they may."""

    message: Message
    reader: Contact
    refusal: str
    untold: bool  # they have not been told yet where we have their details from


class Turns:
    """What one sender knows of the mailings that it sends, and the mail that it sent last."""

    def __init__(self, statements: Prepared, policy: PolicyVersion) -> None:
        self._statements = statements
        self._policy = policy
        self._mark = statements.statement(counts.SENT, {}, given=2)
        self._asked_by: object = None
        self._claims: dict[tuple[int, dt.date], tuple[str, Mailing]] = {}
        self._stencils: dict[tuple[int, str, bool], Stencil] = {}
        self._left: tuple[int, dt.datetime] | None = None

    def read_again(self, at: dt.datetime) -> None:
        """Compose the questions anew where the law has changed that they ask by, or what people were told we do."""
        asked_by = consent_law.laws(day_of(at, self._policy.zone)), promised.spans()
        if asked_by != self._asked_by:
            self._asked_by = asked_by
            self._claims.clear()

    def take(self, pk: int, mailing_id: int, at: dt.datetime, *, until: dt.datetime) -> Turn | None:
        """Claim a mail, and return it with the answer for its reader; None where somebody else has it, or it waits.

        By the same statement, the one before it is noted as sent.
        """
        claim, mailing = self._claim(mailing_id, day_of(at, self._policy.zone))
        try:
            row = self._claimed(claim, [pk, at, until])
        except DatabaseError as error:
            if not (self._left and held.is_why(error)):
                raise
            self._note_later()
            row = self._claimed(claim, [pk, at, until])
        self._left = None
        return _turn(row, mailing) if row else None

    def _claimed(self, claim: str, given: list[Any]) -> tuple[Any, ...] | None:
        asked = self._statements.together(self._mark, claim) if self._left else claim
        return retry.persist(lambda: self._statements.one(asked, [*(self._left or ()), *given]))

    def hand_over(self, turn: Turn, mailer: EmailBackend, at: dt.datetime) -> bool:
        """Send a mail; returns False, and sends nothing, where its reader needs one that is composed for them alone."""
        if (key := stencils.key(turn.reader)) is None:
            return False
        stencil = self._stencil(turn.message, *key, at)
        content = stencil.fill(turn.message, turn.reader)
        mailer.hand_over(stencil.sender, str(turn.reader.email), content)
        return True

    def leave(self, turn: Turn, at: dt.datetime) -> None:
        """Say that a mail has left: it is noted with the next one, or by `settle`."""
        if turn.untold:
            left_mails.note(turn.message, (), policy=self._policy, at=at)
        else:
            self._left = (turn.message.pk, at)

    def settle(self) -> None:
        """Note that the last mail has left, and count it."""
        if not (left := self._left):
            return
        try:
            retry.persist(lambda: self._statements.run(self._mark, left))
        except DatabaseError as error:
            if not held.is_why(error):
                raise
            self._note_later()
        self._left = None

    def _note_later(self) -> None:
        """Leave what somebody holds to the next sender."""
        if self._left:
            pk, at = self._left
            left_mails.note_later(pk, at=at)
            self._left = None

    def _claim(self, mailing_id: int, day: dt.date) -> tuple[str, Mailing]:
        if (mailing_id, day) not in self._claims:
            mailing = Mailing.objects.get(pk=mailing_id)
            prefetch_related_objects([mailing], "topics")
            self._claims[mailing_id, day] = self._statements.statement(*_claim(mailing, day), given=3), mailing
        return self._claims[mailing_id, day]

    def _stencil(self, message: Message, language: str, named: bool, at: dt.datetime) -> Stencil:
        about = (int(message.mailing_id or 0), language, named)
        if about not in self._stencils:
            self._stencils[about] = stencils.of(Occasion(message, self._policy, language, at), named=named)
        return self._stencils[about]


def _claim(mailing: Mailing, day: dt.date) -> tuple[sql.Composed, dict[str, Any]]:
    due, of_due = composed(Message.objects.due(_AT).filter(pk=_PK).values_list("pk"), "due")
    people = mailing_people.judged(mailing, Contact.objects.whole(), provider=None, day=day)
    untold = Exists(Basis.objects.untold().filter(contact=OuterRef("pk")))
    asked, of_asked = composed(people.annotate(untold=untold).values_list("pk", "answer", "untold"))
    message, reader = rows.columns("claimed", _OF_MESSAGE), rows.columns("contacts_contact", _OF_READER)
    return _CLAIM.format(due=due, until=_UNTIL, message=message, reader=reader, asked=asked), of_due | of_asked


def _turn(row: tuple[Any, ...], mailing: Mailing) -> Turn:
    answer, untold, *found = row
    message = rows.made(Message, _OF_MESSAGE, found[: len(_OF_MESSAGE)])
    message.contact = reader = rows.made(Contact, _OF_READER, found[len(_OF_MESSAGE) :])
    message.mailing = mailing
    # Who is not among those that the question is asked of is not held whole any more.
    return Turn(message, reader, Refusal.NO_BASIS if answer is None else answer, bool(untold))
