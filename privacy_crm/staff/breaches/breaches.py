"""The register of breaches and the page of one (L10): its clock first, then what is known, who is told and how."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.breaches import affected, authority_form, clock
from contacts.models import Breach, PolicyVersion
from contacts.words.breaches import BreachState, ReportWay
from privacy_crm.staff.breaches import breach_acts, breach_papers, breach_words
from privacy_crm.staff.breaches.breach_forms import EDIT


class Standing(ChoiceFilter):
    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (
        Choice("running", gettext_lazy("72 hours run"), lambda breaches: breaches.running()),
        Choice("open", gettext_lazy("not closed"), lambda breaches: breaches.standing()),
        Choice("closed", gettext_lazy("closed"), lambda breaches: breaches.filter(state=BreachState.CLOSED)),
    )


class BreachAdmin(RecordAdmin):
    heading = gettext_lazy("Breaches")
    empty_text = gettext_lazy(
        "No breach is on record. Enter one as soon as data was lost, changed or seen by the wrong people: the 72 hours"
        " run from the moment you know."
    )
    page_template = "staff/breach.html"
    list_display = ("what", "standing", "hours", "aware")
    list_display_links = ("what",)
    list_filter = (Standing,)
    list_select_related = ("processor",)
    ordering = ("-aware_at", "-pk")
    adding = breach_acts.ADDING
    acts = breach_acts.ACTS

    def title_of(self, record: Any) -> str:
        return breach_words.named(record)

    @display(description=gettext_lazy("breach"))
    def what(self, breach: Breach) -> str:
        return breach_words.named(breach)

    @display(
        description=gettext_lazy("state"),
        label={BreachState.OPEN: "danger", BreachState.REPORTED: "info", BreachState.CLOSED: "success"},
    )
    def standing(self, breach: Breach) -> tuple[str, str]:
        return breach.state, str(BreachState(breach.state).label)

    @display(description=gettext_lazy("of the 72 hours"))
    def hours(self, breach: Breach) -> str:
        return breach_words.hours(breach, timezone.now()) if breach.state == BreachState.OPEN else "–"

    @display(description=gettext_lazy("aware since"))
    def aware(self, breach: Breach) -> str:
        return breach_words.moment(breach.aware_at)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        at, policy = timezone.now(), PolicyVersion.objects.in_force()
        return {
            "outcome": breach_words.outcome(record, at),
            "tone": breach_words.tone(record, at),
            "runs": record.state == BreachState.OPEN,
            "by_law": breach_words.by_law(record, policy) if policy else "",
            "lapsing": breach_words.lapsing(record, policy, at) if policy else 0,
            "said": _said(record, policy),
            "drafts": [] if record.state == BreachState.CLOSED else breach_papers.links(record, breach_papers.DRAFT),
            "people": affected.numbers(record).people,
            "scenarios": breach_words.counts(record, "scenarios"),
            "categories": breach_words.counts(record, "categories"),
            "groups": [(each, breach_words.number(each.people)) for each in record.found_groups.all()],
            "letter_counts": breach_words.letters(record),
            "letters": list(record.letters.all()),
            "notices": list(record.notices.select_related("withdrawal")),
            "reports": self._reports(record),
            **self._buttons(request, record),
        }

    def _buttons(self, request: HttpRequest, breach: Breach) -> dict[str, Any]:
        found = acts.offered(self, request, breach)
        for button in found:
            button["paged"] = button["act"].name in breach_acts.ON_PAGES
        return {"buttons": found, "main": "report" if breach.state == BreachState.OPEN else ""}

    def _reports(self, breach: Breach) -> list[dict[str, Any]]:
        listed = list(breach.reports.all())
        names = acts.who(each.by for each in listed)
        return [
            {
                "report": each,
                "title": _("First report") if each.number == 1 else _("Addition %d") % (each.number - 1),
                "way": str(ReportWay(each.way).label),
                "who": names[each.by],
                "papers": breach_papers.links(breach, each.number),
            }
            for each in listed
        ]

    def get_urls(self) -> list[URLPattern]:
        return [*breach_papers.urls(self), *super().get_urls()]


def tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what this user has to do about breaches, as sentences that lead there: those whose hours run first."""
    if not request.user.has_perm(EDIT):
        return []
    at = timezone.now()
    return [_task(breach, at) for breach in Breach.objects.standing()]


def _task(breach: Breach, at: dt.datetime) -> dict[str, Any]:
    named = breach_words.named(breach)
    link = reverse("admin:contacts_breach_change", args=[breach.pk])
    if breach.state != BreachState.OPEN:
        return {"text": _("%s is decided: say what was learnt, and close it") % named, "link": link}
    text = _("%(breach)s has to be reported: %(hours)s") % {"breach": named, "hours": breach_words.hours(breach, at)}
    return {"text": text, "link": link, "day": localdate(clock.safe_at(breach.aware_at))}


def _said(breach: Breach, policy: PolicyVersion | None) -> list[list[str]]:
    """Return what the next report says, in the language of the staff."""
    if policy is None:
        return []
    told = authority_form.said(breach, 1, late_because="", policy=policy, language=get_language() or "en")
    rows: list[list[str]] = told["rows"]
    return rows


def register() -> None:
    admin.site.register(Breach, BreachAdmin)
