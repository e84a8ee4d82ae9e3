"""What a report says, in the order of IMY's form: for the page, for the PDF, and as it is kept once it was sent.

A report in phases may leave answers open (Art. 33(4) GDPR): then it says that something is not known yet.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.breaches import affected
from contacts.models import Breach, PolicyVersion
from contacts.words.breaches import BreachKind, BreachState, LetterFate, Risk, Severity
from contacts.words.categories import Category
from contacts.words.vocabulary import Scenario

type Rows = list[list[str]]  # a heading and its answer


def said(breach: Breach, number: int, *, late_because: str, policy: PolicyVersion, language: str) -> dict[str, Any]:
    """Return what the report of this number says in a language: 1 is the first."""
    with translation.override(language):
        return {
            "language": language,
            "title": _title(number),
            "company": policy.controller["name"],
            "company_address": policy.controller["address"],
            "authority": policy.controller["authority"]["name"],
            "rows": _rows(breach, late_because, policy),
        }


def _title(number: int) -> str:
    if number == 1:
        return _("Notification of a personal data breach")
    return _("Notification of a personal data breach: addition %d") % (number - 1)


def _rows(breach: Breach, late_because: str, policy: PolicyVersion) -> Rows:
    company = policy.controller
    rows = [
        [_("Controller"), company["name"]],
        [_("Organisation number"), company["number"]],
        [_("Address"), company["address"]],
        [_("Reference"), _reference(breach)],
        [_("Contact"), breach.contact_point],
        [_("What happened"), _happened(breach)],
        [_("When it began"), _moment(breach.began_at, policy)],
        [_("When it ended"), _moment(breach.ended_at, policy)],
        [_("When we became aware of it"), _moment(breach.aware_at, policy)],
        [_("People affected"), _people(breach)],
        [_("Personal data affected"), _data(breach)],
        [_("Likely consequences"), breach.consequences],
        [_("Severity"), _severity(breach)],
        [_("Measures taken and planned"), breach.measures],
        [_("Have the people been told?"), _told(breach, policy)],
    ]
    if breach.processor:
        rows.insert(9, [_("Reported to us by"), _processor(breach, policy)])
    if late_because:
        rows.append([_("Reasons for the delay"), late_because])
    return [[heading, answer or _("Not known yet")] for heading, answer in rows]


def _reference(breach: Breach) -> str:
    ours = _("Our reference: breach %d") % breach.pk
    theirs = breach.reports.exclude(reference="").values_list("reference", flat=True).first()
    return f"{ours}\n{_('Your reference: %s') % theirs}" if theirs else ours


def _happened(breach: Breach) -> str:
    kinds = [capfirst(str(BreachKind(kind).label)) for kind in breach.kinds]
    return "\n".join([*kinds, breach.happened])


def _moment(at: dt.datetime | None, policy: PolicyVersion) -> str:
    return f"{date_format(at.astimezone(policy.zone), 'DATETIME_FORMAT')} ({policy.time_zone})" if at else ""


def _processor(breach: Breach, policy: PolicyVersion) -> str:
    name = breach.processor.name if breach.processor else ""
    return f"{name}, {_moment(breach.processor_told_at, policy)}"


def _people(breach: Breach) -> str:
    number = affected.numbers(breach).people
    found = ngettext("%s person in our records", "%s people in our records", number) % _grouped(number)
    held = [f"{Scenario(code).label}: {_grouped(n)}" for code, n in affected.by_code(breach, "scenarios").items()]
    return "\n".join(filter(None, [breach.groups, found if number else "", "; ".join(held)]))


def _data(breach: Breach) -> str:
    counted = affected.by_code(breach, "categories")
    named = [_category(code, counted.get(code, 0)) for code in breach.categories]
    return "\n".join(filter(None, [", ".join(named), breach.data]))


def _category(code: str, number: int) -> str:
    label = str(Category(code).label)
    return f"{label} ({_grouped(number)})" if number else label


def _severity(breach: Breach) -> str:
    words = [Severity(breach.severity).label] if breach.severity else []
    words += [Risk(breach.risk).label] if breach.risk else []
    return capfirst("; ".join(map(str, words)))


def _told(breach: Breach, policy: PolicyVersion) -> str:
    said = [*_letters(breach, policy), *_notices(breach), *filter(None, [breach.untold_because])]
    return "\n".join(said) or _("Not yet")


def _letters(breach: Breach, policy: PolicyVersion) -> Iterable[str]:
    letter = breach.letters.first()
    if letter is None:
        return
    yield _("Letters were approved on %s.") % _moment(letter.approved_at, policy)
    counted = affected.numbers(breach)
    yield from (f"{capfirst(str(fate.label))}: {_grouped(n)}" for fate, n in fates(counted))
    if counted.waiting:
        yield _("Letters that have not left yet: %s") % _grouped(counted.waiting)
    if counted.gone:
        yield _("Deleted or merged before a letter left: %s") % _grouped(counted.gone)


def fates(counted: affected.Numbers) -> list[tuple[LetterFate, int]]:
    """Return what became of letters, in the order of the vocabulary."""
    return [(fate, counted.fates[fate]) for fate in LetterFate if fate in counted.fates]


def _notices(breach: Breach) -> Iterable[str]:
    text = _("A notice on our website, from %(from)s until %(until)s.")
    for notice in breach.notices.all():
        yield text % {"from": date_format(notice.from_on), "until": date_format(notice.until_on)}


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def is_reported(breach: Breach) -> bool:
    """Tell whether what follows is an addition."""
    return breach.state != BreachState.OPEN and breach.reports.exists()
