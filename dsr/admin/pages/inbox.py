"""The officer's inbox: what is due next stands first, and each line says at a glance how it stands."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import acts
from contacts.admin.shared.base import company_day
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.admin.shared.people import name_of
from contacts.models import Contact
from dsr.models import Paper, Request, Subject, SystemTask
from dsr.words.vocabulary import PaperKind, State

SOON = dt.timedelta(days=7)


class StateFilter(admin.SimpleListFilter):
    """Without a choice it shows what somebody has to do something about; to who searches, all that is found."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        shown = [State.NEW, State.OPEN, State.ASKED, State.CLOSED]
        return [*((state.value, state.label) for state in shown), ("all", gettext_lazy("all, also the closed ones"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("to be answered")}, *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all" or (self.value() is None and request.GET.get(SEARCH_VAR)):
            return queryset
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset.standing()


class WorkerFilter(admin.SimpleListFilter):
    """Who works on it: the officer who asks, or nobody yet."""

    title = gettext_lazy("assigned to")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", gettext_lazy("me")), ("nobody", gettext_lazy("nobody yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = {"me": acts.by(request), "nobody": ""}
        chosen = str(self.value())
        return queryset.filter(worked_on_by=wanted[chosen]) if chosen in wanted else queryset


class DueFilter(ChoiceFilter):
    title = gettext_lazy("due")
    parameter_name = "due"
    offered = (
        Choice("overdue", gettext_lazy("overdue"), lambda requests: requests.overdue(company_day())),
        Choice("soon", gettext_lazy("within 7 days"), lambda requests: requests.due_soon(company_day(), SOON)),
        Choice(
            "promised", gettext_lazy("promised within 7 days"), lambda requests: requests.promised(company_day(), SOON)
        ),
    )


class PassedOnFilter(ChoiceFilter):
    title = gettext_lazy("passed on by staff")
    parameter_name = "passed_on"
    offered = (
        Choice("yes", gettext_lazy("passed on"), lambda requests: requests.passed_on()),
        Choice(
            "waiting",
            gettext_lazy("passed on, and not looked at yet"),
            lambda requests: requests.passed_on().filter(state=State.NEW),
        ),
    )


class FoundFilter(ChoiceFilter):
    title = gettext_lazy("search after the deletion")
    parameter_name = "found"
    offered = (Choice("yes", gettext_lazy("still found something"), lambda requests: requests.with_findings()),)


class LetterFilter(ChoiceFilter):
    title = gettext_lazy("letters")
    parameter_name = "letter"
    offered = (Choice("undelivered", gettext_lazy("never left"), lambda requests: requests.with_undelivered()),)


class SystemsFilter(ChoiceFilter):
    title = gettext_lazy("other systems")
    parameter_name = "systems"
    offered = (
        Choice(
            "overdue",
            gettext_lazy("overdue with their answer"),
            lambda requests: requests.filter(pk__in=SystemTask.objects.overdue(company_day()).values("request")),
        ),
        Choice(
            "waiting",
            gettext_lazy("have not answered"),
            lambda requests: requests.filter(pk__in=SystemTask.objects.open().values("request")),
        ),
    )


def complete(records: list[Request], day: dt.date) -> None:
    """Give each request of a page its people, who works on it, and the day it is seen on, in three queries for all."""
    keys = [record.pk for record in records]
    people: dict[int, list[Contact]] = {pk: [] for pk in keys}
    found = Subject.objects.filter(request__in=keys).select_related("contact").order_by("pk")
    for subject in found:
        people[subject.request_id].append(subject.contact)
    said = Paper.objects.filter(request__in=keys, contact=None, kind=PaperKind.STATEMENT)
    called = {paper.request_id: str(paper.data.get("name", "")) for paper in said}
    workers = acts.who({record.worked_on_by for record in records if record.worked_on_by})
    for record in records:
        record.worker = workers.get(record.worked_on_by, "")  # type: ignore[attr-defined]
        names = [name_of(contact) for contact in people[record.pk]]
        record.who = _who(record, names, called.get(record.pk, ""))  # type: ignore[attr-defined]
        record.people = [contact.public_id for contact in people[record.pk]]  # type: ignore[attr-defined]
        record.seen_on = day  # type: ignore[attr-defined]


def _who(record: Request, names: list[str], called: str) -> str:
    if names:
        return ", ".join(dict.fromkeys(names))
    if record.state == State.CLOSED:
        return _("nobody on file any more")
    return _("not found yet (“%s”)") % called if called else _("not found yet")


def standing(record: Request, day: dt.date) -> tuple[str, str]:
    """Return how a request stands: the key of its colour, and the word."""
    word = _("waits for the person") if record.state == State.ASKED else str(State(record.state).label)
    if record.is_standing and record.safe_on < (record.paused_since or day):
        return "overdue", _("overdue, %s") % word if record.paused_since else _("overdue")
    if record.is_standing and not record.paused_since and record.safe_on <= day + SOON:
        return "soon", _("due soon")
    return record.state, word


def due(record: Request, day: dt.date) -> str:
    """Return the day to answer by, and how far it is."""
    if record.closed_on:
        return _("closed on %s") % date_format(record.closed_on)
    if record.paused_since:
        return _("waits since %s") % date_format(record.paused_since)
    due_by = f"{date_format(record.safe_on)}, {left(record.safe_on, day)}"
    if record.agreed_by is None:
        return due_by
    told = {"due": due_by, "day": date_format(record.agreed_by), "left": left(record.agreed_by, day)}
    return _("%(due)s; promised by %(day)s, %(left)s") % told


def left(until: dt.date, day: dt.date) -> str:
    """Return how many days there are left, or how many too many have gone."""
    days = (until - day).days
    if days < 0:
        return ngettext("%d day late", "%d days late", -days) % -days
    return {0: _("today"), 1: _("tomorrow")}.get(days) or _("in %d days") % days
