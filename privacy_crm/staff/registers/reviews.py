"""The register of reviews (P18): when each comes round next, what was found, and what the records said then."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.information import reviews
from contacts.information.reviews import ReviewError
from contacts.models import Review
from privacy_crm.registers import evidence
from privacy_crm.staff.registers import evidence_words

_SOON = dt.timedelta(days=30)
_LONGEST = 120  # months


class AddForm(ActForm):
    title = fields.text(gettext_lazy("What is reviewed?"))
    question = fields.long_text(
        gettext_lazy("What is looked at?"),
        help_text=gettext_lazy("So that the next reviewer looks at the same things. No names of people."),
    )
    every_months = fields.number(gettext_lazy("Every how many months?"), min_value=1, max_value=_LONGEST, initial=12)
    first_on = fields.day(gettext_lazy("For the first time on"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = reviews.add(**self.cleaned_data, at=at, by=by)
        return _("The review is on record. It is due on %s.") % date_format(self.record.next_on)


class OutcomeForm(ActForm):
    refusals = (ReviewError,)

    body_template = "staff/review_evidence_today.html"
    explanation = gettext_lazy("What the records say at this moment is kept with the outcome.")

    on = fields.day(gettext_lazy("When was it done?"))
    outcome = fields.long_text(
        gettext_lazy("What was found, and what was decided?"), help_text=gettext_lazy("No names of people.")
    )
    seen = forms.DateField(widget=forms.HiddenInput)  # the day it was due: two clicks are one outcome

    def __init__(self, record: Any = None, **options: Any) -> None:
        day = company_day()
        super().__init__(record, initial={"on": day, "seen": record.next_on}, **options)
        self.today = evidence_words.sections(evidence.gather(at=timezone.now()))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told, self.record.next_on = self.cleaned_data, self.cleaned_data["seen"]
        proof = evidence.gather(at=at)
        again = reviews.record(self.record, told["outcome"], on=told["on"], evidence=proof, at=at, by=by)
        return _("The outcome is on record. The next review is due on %s.") % date_format(again)


class EndForm(ActForm):
    refusals = (ReviewError,)
    explanation = gettext_lazy("No further reviews follow. Earlier outcomes stay on record.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        reviews.end(self.record.pk, at=at, by=by)
        return _("The review has ended.")


class Standing(ChoiceFilter):
    title = gettext_lazy("state")
    parameter_name = "standing"
    offered = (
        Choice("due", gettext_lazy("due"), lambda reviews: reviews.due(company_day())),
        Choice("yes", gettext_lazy("comes round"), lambda reviews: reviews.standing()),
        Choice("no", gettext_lazy("has ended"), lambda reviews: reviews.filter(ended_on__isnull=False)),
    )


def _comes_round(review: Review) -> bool:
    return review.ended_on is None


class ReviewAdmin(RecordAdmin):
    heading = gettext_lazy("Reviews")
    empty_text = gettext_lazy("Add what you review regularly, such as who has access.")
    page_template = "staff/review.html"
    list_display = ("what", "state", "due_on", "how_often", "last_done")
    list_display_links = ("what",)
    list_filter = (Standing,)
    ordering = (F("ended_on").asc(nulls_first=True), "next_on", "pk")
    adding = Act("add", gettext_lazy("Add a review"), "contacts.add_review", AddForm)
    acts = (
        Act(
            "record-outcome",
            gettext_lazy("Record the outcome"),
            "contacts.add_reviewoutcome",
            OutcomeForm,
            "task_alt",
            offered=_comes_round,
        ),
        Act(
            "end",
            gettext_lazy("End this review"),
            "contacts.change_review",
            EndForm,
            "event_busy",
            offered=_comes_round,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(done_on=Max("outcomes__done_on"))

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        day = company_day()
        for review in records:
            review.standing = _standing(review, day)

    @display(description=gettext_lazy("review"))
    def what(self, review: Review) -> str:
        return review.title

    @display(
        description=gettext_lazy("state"),
        label={"overdue": "danger", "soon": "warning", "later": "success", "ended": None},
    )
    def state(self, review: Any) -> tuple[str, str]:
        return review.standing, str(_STANDINGS[review.standing])

    @display(description=gettext_lazy("next on"))
    def due_on(self, review: Review) -> str:
        return "–" if review.ended_on else date_format(review.next_on)

    @display(description=gettext_lazy("how often"))
    def how_often(self, review: Review) -> str:
        return how_often(review)

    @display(description=gettext_lazy("last done on"))
    def last_done(self, review: Any) -> str:
        return date_format(review.done_on) if review.done_on else _("never")

    def title_of(self, record: Any) -> str:
        return str(record.title)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        sees_outcomes = request.user.has_perm("contacts.view_reviewoutcome")
        return {"how_often": how_often(record), "outcomes": _outcomes(record) if sees_outcomes else None}


def how_often(review: Review) -> str:
    text = ngettext("every month", "every %d months", review.every_months)
    return text % review.every_months if "%" in text else text


def _standing(review: Review, day: dt.date) -> str:
    if review.ended_on:
        return "ended"
    if review.next_on <= day:
        return "overdue" if review.next_on < day else "soon"
    return "soon" if review.next_on <= day + _SOON else "later"


_STANDINGS = {
    "overdue": gettext_lazy("overdue"),
    "soon": gettext_lazy("due soon"),
    "later": gettext_lazy("on time"),
    "ended": gettext_lazy("has ended"),
}


def _outcomes(review: Review) -> list[Any]:
    """Return what was found, the latest first, each with who did it."""
    listed: list[Any] = list(review.outcomes.all())
    names = acts.who(each.by for each in listed)
    for each in listed:
        each.who = names[each.by]
        each.evidenced = evidence_words.sections(each.evidence) if each.evidence else None
    return listed


def register() -> None:
    admin.site.register(Review, ReviewAdmin)
