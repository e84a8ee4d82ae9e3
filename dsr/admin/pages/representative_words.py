"""Who acts for the person of a request, as the officer reads it: by which proof, and what the answer waits for."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.admin.shared import acts
from dsr.answers import representation
from dsr.models import Representative, Request
from dsr.records import paper_words
from dsr.words.vocabulary import RepresentativeEnd


@dataclass(frozen=True)
class Acting:
    name: str
    standing: str
    rows: list[tuple[str, str]]


def of(record: Request, day: dt.date) -> list[Acting]:
    """Return all that were entered, the one that stands last."""
    found = list(record.representatives.all())
    names = acts.who({each.seen_by for each in found}) if found else {}
    return [_acting(each, names[each.seen_by], day) for each in found]


def speaker(record: Request, who: str) -> str:
    """Return who asked: the person, or somebody for them."""
    acting = representation.of(record)
    return _("%(name)s (for %(who)s)") % {"name": acting.name, "who": who} if acting else who


def waits(record: Request, day: dt.date) -> str:
    """Return what the answer waits for, where somebody acts for the person; empty where nothing is missing."""
    acting = representation.of(record)
    return standing(acting, day) if acting and representation.awaited(acting, day) else ""


def standing(acting: Representative, day: dt.date) -> str:
    """Return in one sentence how far it is: whether the person knows, and whether the answer can go."""
    if acting.ended_at:
        told = {"day": date_format(acting.ended_at), "why": RepresentativeEnd(acting.end).label}
        return _("Ended on %(day)s: %(why)s. Answers go to the person.") % told
    if not representation.awaited(acting, day):
        return _("The answer can go to them.")
    if not representation.is_told(acting):
        return _("The person does not know yet. Tell them (“Tell the person about the representative”).")
    over = representation.objection_by(acting)
    if over is None:
        return _("The letter to the person has not left yet. The answer waits for it.")
    return _("The person can object until %s. The answer can go from the next day on.") % date_format(over)


def _acting(acting: Representative, seen_by: str, day: dt.date) -> Acting:
    rows = paper_words.rows(representation.facts(acting))[1:]
    return Acting(acting.name, standing(acting, day), [*rows, (_("Seen by"), seen_by)])
