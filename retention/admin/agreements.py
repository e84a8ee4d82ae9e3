"""Agreements with organisations: before one ends, the form says what that means for the people."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day, today
from contacts.models import Agreement, PolicyVersion
from contacts.people import agreements
from contacts.people.agreements import AgreementError
from retention.forecasts.words import full
from retention.lapses import consequences
from retention.lapses.consequences import Ending, Stay


class EndForm(ActForm):
    refusals = (AgreementError,)
    explanation = gettext_lazy("The clock of the organisation's people starts when its last agreement has ended.")
    after_template = "staff/follows.html"

    ended_on = fields.day(gettext_lazy("Last day of the agreement"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        self.policy = PolicyVersion.objects.in_force()
        self.day = today(self.policy)
        super().__init__(record, initial={"ended_on": record.ended_on or self.day}, **options)

    @property
    def follows(self) -> list[str]:
        """What the day that stands in the form would mean, while it is typed."""
        ended_on = self.so_far("ended_on")
        if ended_on is None or self.policy is None:
            return []
        return [told(consequences.if_ended(self.record, ended_on, policy=self.policy, day=self.day), self.day)]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreements.end(self.record, self.cleaned_data["ended_on"], at=at, by=by)
        ends = _("The agreement ends on %s.") % date_format(self.cleaned_data["ended_on"])
        return " ".join([ends, *self.follows])


def told(ending: Ending, day: dt.date) -> str:
    """Return what becomes of the people, as things stand on `day`: how many go and when, how many stay and why."""
    if not ending.people:
        return _("Nobody belongs to the organisation.")
    if not ending.deleted:
        return _("As things stand, nobody is deleted because of it: %s.") % _reasons(ending)
    (on, number), *later = ending.deleted.items()
    gone = _first(number, ending.people, on, day)
    also = "".join(_(", %(number)d on %(day)s") % {"number": each, "day": full(when)} for when, each in later)
    return f"{gone}{also}; {_staying(ending)}." if ending.stay else f"{gone}{also}."


def _first(number: int, people: int, on: dt.date, day: dt.date) -> str:
    text = ngettext(
        "As things stand, %(number)d of %(people)d person will be deleted %(when)s",
        "As things stand, %(number)d of %(people)d people will be deleted %(when)s",
        people,
    )
    when = _("on %s") % full(on) if on > day else _("in the next nightly run")
    return text % {"number": number, "people": people, "when": when}


def _staying(ending: Ending) -> str:
    number = sum(ending.stay.values())
    text = ngettext("%(number)d stays for other reasons: %(why)s", "%(number)d stay for other reasons: %(why)s", number)
    return text % {"number": number, "why": _reasons(ending)}


def _reasons(ending: Ending) -> str:
    return get_text_list([str(_STAY[why] % number) for why, number in ending.stay.items()], _("and"))


_STAY = {
    Stay.AGREEMENT: ngettext_lazy(
        "%d is kept by another agreement of the organisation",
        "%d are kept by another agreement of the organisation",
    ),
    Stay.BASIS: ngettext_lazy("%d is held for something else", "%d are held for something else"),
    Stay.HOLD: ngettext_lazy("%d is kept by a hold", "%d are kept by a hold"),
}


class ReopenForm(ActForm):
    refusals = (AgreementError,)
    explanation = gettext_lazy("The end is taken back, and the clock of the organisation's people stops.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreements.reopen(self.record, at=at, by=by)
        return _("The agreement is in force again.")


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    heading = gettext_lazy("Agreements")
    page_template = "staff/agreement.html"
    list_display = ("agreement", "organisation", "kind", "started_on", "ends")
    list_display_links = ("agreement",)
    list_filter = ("kind", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("organisation",)
    ordering = ("-pk",)
    acts = (
        Act("end", gettext_lazy("Set the last day"), "contacts.change_agreement", EndForm, "event_busy"),
        Act(
            "reopen",
            gettext_lazy("Take back the end"),
            "contacts.change_agreement",
            ReopenForm,
            "undo",
            offered=lambda agreement: agreement.ended_on is not None,
        ),
    )

    @display(description=gettext_lazy("agreement"))
    def agreement(self, agreement: Agreement) -> str:
        return agreement.reference or _("without a number")

    @display(description=gettext_lazy("ends on"))
    def ends(self, agreement: Agreement) -> str:
        return date_format(agreement.ended_on) if agreement.ended_on else _("no end set")

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        return reverse("admin:contacts_organisation_change", args=[record.organisation_id])

    def title_of(self, record: Any) -> str:
        return f"{capfirst(record.get_kind_display())} {record.reference}".strip()

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"today": company_day()}
