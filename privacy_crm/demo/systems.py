"""Where else the demo company holds people: three systems, which have answered all requests but one."""

import datetime as dt

from contacts.disclosure import systems
from contacts.disclosure.systems import Described
from contacts.models import System
from contacts.words.vocabulary import ReachedBy, Scenario
from dsr.models import SystemTask
from dsr.systems import reporting
from dsr.systems.reporting import Said
from dsr.words.vocabulary import Kind, TaskAnswer

BY = "demo"
_SINCE = dt.timedelta(days=400)
_ANSWERED = dt.timedelta(hours=3)
_GUESTS = (Scenario.CUSTOMER, Scenario.PARTNER, Scenario.EVENT)
_SLOW = "Support desk"
_IN_USE = (
    Described("Invoices", "invoices and the names on them", _GUESTS, "billing@nordvik.example", ReachedBy.API, days=10),
    Described(_SLOW, "support tickets", tuple(Scenario), "support@nordvik.example", days=14),
    Described(
        "Sales spreadsheets", "lists of contacts for campaigns", tuple(Scenario), "sales@nordvik.example", days=7
    ),
)


def register(at: dt.datetime) -> None:
    """Put the systems on record, long before anybody asked."""
    for described in _IN_USE:
        systems.add(described, at=at - _SINCE, by=BY)


def answer(at: dt.datetime) -> int:
    """Have them answer what was asked, but for one that somebody waits for; return how many there are."""
    still_open = SystemTask.objects.open().select_related("system", "request").order_by("request__safe_on", "pk")
    waits = still_open.filter(system__name=_SLOW, request__kind=Kind.ERASURE).first()
    for task in still_open.exclude(pk=waits.pk if waits else 0):
        then = min(task.opened_at + _ANSWERED, at)
        reporting.report(task.pk, _said(task), at=then, by=f"system:{task.system_id}")
    return System.objects.count()


def _said(task: SystemTask) -> Said:
    """The spreadsheets have a line on everybody; the others know nobody."""
    if task.system.name != "Sales spreadsheets":
        return Said(TaskAnswer.NOTHING)
    if task.request.kind not in reporting.COPIES:
        return Said(TaskAnswer.DONE)
    return Said(TaskAnswer.DONE, files=[("campaigns.csv", b"list,added on\nSpring fair,2026-03-02\n")])
