"""What people ask of us, on the home page and in the sidebar: numbers for the officer, and the way to pass one on."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.admin.acts import pass_on
from dsr.admin.pages import inbox
from dsr.answers import statistics
from dsr.answers.statistics import Figures
from dsr.models import Request
from dsr.words.vocabulary import Kind, State

PERMISSION = "dsr.view_request"

# How many, since or until when, where they are listed, and the sentence that counts them.
type Told = tuple[int, dt.date | None, str, str]


@dataclass(frozen=True)
class Card:
    """A number that leads to the requests it counts."""

    number: int
    text: str
    link: str
    tone: str = ""


@dataclass(frozen=True)
class Desk:
    """The officer's numbers: what waits and since when, and how the last year went, kind by kind."""

    numbers: dict[str, Any]
    year: Figures | None
    kinds: list[tuple[str, Figures, int]]  # with how many of the kind were closed

    @property
    def cards(self) -> list[Card]:
        return _cards(self.numbers)


def look(day: dt.date) -> Desk:
    """Return the numbers as of a day, with three queries however many requests there are."""
    figures = statistics.last_year(day)
    kinds = [(capfirst(str(Kind(each.kind).label)), each, sum(each.closed.values())) for each in figures if each.kind]
    return Desk(_counted(day), next((each for each in figures if not each.kind), None), kinds)


def tasks(desk: Desk) -> list[dict[str, Any]]:
    """Return what the officer has to do about requests, as sentences that lead there, each with its day."""
    told = [*_to_answer(desk.numbers), *_to_look_at(desk.numbers), *_gone_wrong()]
    return [{"text": text % number, "link": _link(query), "day": day} for number, day, query, text in told if number]


def _to_answer(numbers: dict[str, Any]) -> list[Told]:
    overdue, soon = numbers["overdue"], numbers["soon"]
    within = ngettext(
        "%d request has to be answered within 7 days",
        "%d requests have to be answered within 7 days, the first on this day",
        soon,
    )
    late = ngettext("%d request is overdue", "%d requests are overdue", overdue)
    return [
        (overdue, numbers["overdue_since"], "due=overdue", late),
        (soon, numbers["soon_on"], "due=soon", within),
    ]


def _to_look_at(numbers: dict[str, Any]) -> list[Told]:
    passed_on, promised = numbers["passed_on"], numbers["promised"]
    unseen = ngettext(
        "%d request was passed on and nobody has looked at it",
        "%d requests were passed on and nobody has looked at them",
        passed_on,
    )
    to_keep = ngettext(
        "%d promise to a person has to be kept",
        "%d promises to people have to be kept, the first by this day",
        promised,
    )
    return [
        (passed_on, numbers["passed_on_due"], "passed_on=waiting", unseen),
        (promised, numbers["promised_by"], "due=promised", to_keep),
    ]


def _gone_wrong() -> list[Told]:
    found = Request.objects.with_findings().count()
    lost = Request.objects.with_undelivered().count()
    searched = ngettext(
        "After %d deletion the search still found something",
        "After %d deletions the search still found something",
        found,
    )
    return [
        (found, None, "state=all&found=yes", searched),
        (lost, None, "state=all&letter=undelivered", ngettext("%d answer never left", "%d answers never left", lost)),
    ]


def badge(request: HttpRequest) -> str | None:
    """Return how many requests stand, for the sidebar of those who may see them."""
    if not request.user.has_perm(PERMISSION):
        return None
    return str(Request.objects.standing().count() or "") or None


def passes_on(request: HttpRequest) -> bool:
    """Tell whether this is somebody who passes requests on, and answers none."""
    return request.user.has_perm(pass_on.PERMISSION) and not request.user.has_perm(PERMISSION)


def _counted(day: dt.date) -> dict[str, Any]:
    standing = Request.objects.standing()
    overdue = Q(pk__in=standing.overdue(day).values("pk"))
    soon = Q(pk__in=standing.due_soon(day, inbox.SOON).values("pk"))
    passed_on = Q(state=State.NEW) & ~Q(passed_on_by="")
    promised = Q(pk__in=standing.promised(day, inbox.SOON).values("pk"))
    counted: dict[str, Any] = standing.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=overdue),
        overdue_since=Min("safe_on", filter=overdue),
        soon=Count("pk", filter=soon),
        soon_on=Min("safe_on", filter=soon),
        asked=Count("pk", filter=Q(state=State.ASKED)),
        passed_on=Count("pk", filter=passed_on),
        passed_on_due=Min("safe_on", filter=passed_on),
        promised=Count("pk", filter=promised),
        promised_by=Min("agreed_by", filter=promised),
    )
    return counted


def _cards(numbers: dict[str, Any]) -> list[Card]:
    late, soon = "danger" if numbers["overdue"] else "", "warning" if numbers["soon"] else ""
    return [
        Card(numbers["overdue"], _("overdue"), _link("due=overdue"), late),
        Card(numbers["soon"], _("due within 7 days"), _link("due=soon"), soon),
        Card(numbers["open"], _("open"), _link("")),
        Card(numbers["asked"], _("wait for the person"), _link(f"state={State.ASKED.value}")),
    ]


def _link(query: str) -> str:
    return f"{reverse('admin:dsr_request_changelist')}{f'?{query}' if query else ''}"
