"""Bring a database that was restored up to what the journal knows: each line once, in its order, a transaction each.

A database is taken for restored whose number is below the journal's (L11). Killed midway, it goes on with the next line
where it stood: its number moves with what the line did.
"""

import datetime as dt
from collections.abc import Callable

import structlog
from django.contrib.sessions.models import Session
from django.db import transaction

from contacts.base import alone
from contacts.journal import numbers, restored, segments, shipping, stores, writing
from contacts.journal.segments import Entry
from contacts.journal.stores import JournalError
from contacts.mailings import schedule
from contacts.models import JournalLine, JournalNumber, Mailing, Restoration
from contacts.words.vocabulary import MailingState
from privacy_crm.access import restored as access
from privacy_crm.restoring import lines

log = structlog.get_logger(__name__)

_LOCK = 4_711_679_061  # any number that is ours alone


class ReplayError(Exception):
    """A line could not be replayed, so that the doors stay closed: the message names it."""


def pending() -> bool:
    """Tell whether something of the journal is still to be replayed: until then, doors are closed.

    True as well while nobody can tell, since the journal cannot be read and this process has never read it.
    """
    try:
        return numbers.is_behind()
    except JournalError:
        return True


def run(*, now: Callable[[], dt.datetime]) -> bool:
    """Replay what is pending, and return whether nothing is any more. False where another process is at it.

    Raises JournalError where the journal cannot be read, lacks a line or is another database's, ReplayError where a
    line fails.
    """
    with alone.if_nobody_else(_LOCK) as ours:
        if not ours or not numbers.is_behind():
            return ours
        shipping.check_ours(numbers.in_database())
        if (torn := segments.torn_after(stores.configured())) is not None:
            log.critical("journal.torn", after=torn)
        begin(journal_number=numbers.in_journal(), at=now())
        log.warning("journal.replay", database=numbers.in_database(), journal=numbers.in_journal())
        for entry in segments.after(stores.configured(), numbers.in_database()):
            _replay(entry, now())
        log.warning("journal.replayed", database=numbers.in_database())
        return not numbers.is_behind()


@transaction.atomic
def begin(*, journal_number: int, at: dt.datetime) -> Restoration:
    """Note that the database was restored: nobody stays logged in, and what may have left waits or is withdrawn."""
    found = restored.note(journal_number=journal_number, at=at)
    Session.objects.all().delete()
    access.withdraw(before=found.found_at, at=at)
    for mailing in Mailing.objects.under_way():
        schedule.pause(mailing, at=at, by=lines.BY)
    for mailing in Mailing.objects.filter(state=MailingState.SCHEDULED, scheduled_for__lte=at):
        schedule.take_back(mailing, at=at, by=lines.BY)
    restored.replayed(numbers.in_database(), at=at)
    return found


def _replay(entry: Entry, at: dt.datetime) -> None:
    number = int(entry["number"])
    try:
        with writing.replaying():
            _move(number)
            lines.apply(entry, at=at)
            _keep(entry, at)
            restored.replayed(number, at=at)
    except Exception as error:
        raise ReplayError(f"Line {number} of the journal: {type(error).__name__}") from error


def _move(number: int) -> None:
    """Have the database know of a line, of which it knows the one before."""
    counted, _ = JournalNumber.objects.select_for_update().get_or_create(pk=1)
    if counted.last != number - 1:
        raise ReplayError(f"It stands at {counted.last}.")
    JournalNumber.objects.filter(pk=1).update(last=number)


def _keep(entry: Entry, at: dt.datetime) -> None:
    """Keep the line here as well, so that a segment which is lost later can be written again."""
    told = {name: entry[name] for name in ("act", "public_ids", "hashes", "details")}
    JournalLine.objects.update_or_create(
        number=entry["number"], defaults={**told, "at": dt.datetime.fromisoformat(entry["at"]), "shipped_at": at}
    )
