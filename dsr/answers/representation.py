"""Who acts for the person of a request, and from when on an answer may go to them (L17; Art. 12 GDPR, national law)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.formats import date_format

from contacts.journal import writing
from contacts.models import Contact
from contacts.people import restriction_guard
from contacts.words.journal import JournalAct
from dsr.answers import undelivered
from dsr.models import Paper, Representative, Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import AT_ONCE, PaperKind

TELL = "Somebody acts for the person, who has not been told. Tell them first, or note why they cannot be told."


def of(request: Request) -> Representative | None:
    """Return who acts for the person now."""
    return next((each for each in request.representatives.all() if each.ended_at is None), None)


def covers(acting: Representative, day: dt.date) -> None:
    """Raise RequestError where the proof is over by a day, or is about something else than what was asked."""
    if acting.request.kind not in acting.scope:
        raise RequestError("What they may ask for does not cover this request.")
    if acting.ends_on and acting.ends_on < day:
        raise RequestError(f"Their proof ended on {date_format(acting.ends_on)}: end the representation first.")


def check(request: Request, *, day: dt.date) -> None:
    """Raise RequestError where nothing may be handed over or decided yet, since somebody acts for the person.

    What is carried out at once waits for nobody: it only stops something.
    """
    acting = of(request)
    if acting is None or request.kind in AT_ONCE:
        return
    covers(acting, day)
    if missing := awaited(acting, day):
        raise RequestError(missing)


def awaited(acting: Representative, day: dt.date) -> str:
    """Return what has to come before the answer; empty where the person has said yes, or has had time to object."""
    if acting.agreed_on or acting.untold:
        return ""
    if not is_told(acting):
        return TELL
    over = objection_by(acting)
    if over is None:
        return "The letter that tells the person who acts for them has not left yet."
    if day <= over:
        return f"The person can object until {date_format(over)}. The answer can go from the next day on."
    return ""


def journal_end(acting: Representative, *, at: dt.datetime, end: str) -> None:
    """Have no restore undo an end: nothing may go to them again. What lapses by its own day does so again (L11)."""
    writing.write(
        JournalAct.ACTING_ENDED,
        [acting.contact.public_id],
        at=at,
        request=str(acting.request.public_id),
        entered_at=acting.entered_at.isoformat(),
        end=end,
    )


def facts(acting: Representative) -> dict[str, Any]:
    """Return what is on record of it, named as `paper_words` names it."""
    days = {name: day.isoformat() for name in _DAYS if (day := getattr(acting, name))}
    return named({name: getattr(acting, name) for name in _SAID} | days)


def named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row, or what was sealed of one, in the names of `paper_words`."""
    told = {name: row.get(name) for name in (*_SAID, *_DAYS)}
    return {_NAMED.get(name, name): value for name, value in told.items()}


def is_told(acting: Representative) -> bool:
    """Tell whether a letter was written to the person of which no mail has come back since."""
    return _notice(acting) is not None


def objection_by(acting: Representative) -> dt.date | None:
    """Return the last day on which the person can object, counted from when our letter left; None before that."""
    notice = _notice(acting)
    left = undelivered.left_at(notice) if notice else None
    if left is None:
        return None
    on = restriction_guard.today(left) if isinstance(left, dt.datetime) else left
    return on + dt.timedelta(days=settings.REPRESENTATIVE_DAYS)


def _notice(acting: Representative) -> Paper | None:
    """Return the letter that tells the person. One of which the mail came back has told them nothing."""
    notice = acting.request.papers.filter(kind=PaperKind.NOTICE, at__gte=acting.entered_at).last()
    left = undelivered.left_at(notice) if notice else None
    if not isinstance(left, dt.datetime):
        return notice
    back = Contact.objects.whole().filter(pk=acting.contact_id, bounced_on__gte=restriction_guard.today(left))
    return None if back.exists() else notice


_SAID = ("name", "kind", "email", "post", "proof", "issued_by", "scope", "untold")
_DAYS = ("issued_on", "seen_on", "ends_on", "agreed_on")
_NAMED = {"kind": "acts_as", "ends_on": "until"}
