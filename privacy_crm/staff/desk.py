"""What people ask of us, on the home page and in the sidebar: numbers for the officer, and the way to pass one on."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.admin.base import today
from contacts.models import PolicyVersion
from dsr import statistics
from dsr.admin import inbox, pass_on
from dsr.models import Request
from dsr.statistics import Figures
from dsr.vocabulary import Kind, State

PERMISSION = "dsr.view_request"


@dataclass(frozen=True)
class Card:
    """A number that leads to the requests it counts."""

    number: int
    text: str
    link: str
    tone: str = ""


@dataclass(frozen=True)
class Desk:
    """The officer's numbers: what waits, and how the last year went, kind by kind."""

    cards: list[Card]
    year: Figures | None
    kinds: list[tuple[str, Figures, int]]  # with how many of the kind were closed


def look(day: dt.date) -> Desk:
    """Return the numbers as of a day, with three queries however many requests there are."""
    numbers = _counted(day)
    figures = statistics.last_year(day)
    kinds = [(capfirst(str(Kind(each.kind).label)), each, sum(each.closed.values())) for each in figures if each.kind]
    return Desk(_cards(numbers), next((each for each in figures if not each.kind), None), kinds)


def tasks(request: HttpRequest) -> list[dict[str, str]]:
    """Return what the officer has to do about requests, the most pressing first, as sentences that lead there."""
    if not request.user.has_perm(PERMISSION):
        return []
    numbers = _counted(today(PolicyVersion.objects.in_force()))
    overdue, passed_on = numbers["overdue"], numbers["passed_on"]
    told = [
        (overdue, "due=overdue", ngettext("%d request is overdue", "%d requests are overdue", overdue)),
        (
            passed_on,
            "passed_on=waiting",
            ngettext(
                "%d request was passed on and nobody has looked at it",
                "%d requests were passed on and nobody has looked at them",
                passed_on,
            ),
        ),
    ]
    found = Request.objects.with_findings().count()
    text = ngettext(
        "After %d deletion the search still found something",
        "After %d deletions the search still found something",
        found,
    )
    told.append((found, "state=all&found=yes", text))
    lost = Request.objects.with_undelivered().count()
    text = ngettext("%d answer never left", "%d answers never left", lost)
    told.append((lost, "state=all&letter=undelivered", text))
    return [{"text": text % number, "link": _link(query)} for number, query, text in told if number]


def badge(request: HttpRequest) -> str | None:
    """Return how many requests stand, for the sidebar of those who may see them."""
    if not request.user.has_perm(PERMISSION):
        return None
    return str(Request.objects.standing().count() or "") or None


def passes_on(request: HttpRequest) -> bool:
    """Tell whether this is somebody who passes requests on, and answers none."""
    return request.user.has_perm(pass_on.PERMISSION) and not request.user.has_perm(PERMISSION)


def _counted(day: dt.date) -> dict[str, int]:
    standing = Request.objects.standing()
    counted: dict[str, int] = standing.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(pk__in=standing.overdue(day).values("pk"))),
        soon=Count("pk", filter=Q(pk__in=standing.due_soon(day, inbox.SOON).values("pk"))),
        asked=Count("pk", filter=Q(state=State.ASKED)),
        passed_on=Count("pk", filter=Q(state=State.NEW) & ~Q(passed_on_by="")),
    )
    return counted


def _cards(numbers: dict[str, int]) -> list[Card]:
    late, soon = "danger" if numbers["overdue"] else "", "warning" if numbers["soon"] else ""
    return [
        Card(numbers["overdue"], _("overdue"), _link("due=overdue"), late),
        Card(numbers["soon"], _("due within 7 days"), _link("due=soon"), soon),
        Card(numbers["open"], _("open"), _link("")),
        Card(numbers["asked"], _("wait for the person"), _link(f"state={State.ASKED.value}")),
    ]


def _link(query: str) -> str:
    return f"{reverse('admin:dsr_request_changelist')}{f'?{query}' if query else ''}"
