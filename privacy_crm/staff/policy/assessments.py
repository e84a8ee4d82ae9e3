"""The registers of assessments: legitimate interest by purpose (L19), and the impact of each processing (Art. 35)."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from contacts.admin.shared import acts, fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.base.days import add_months
from contacts.models import ImpactAssessment, InterestAssessment, PolicyVersion
from contacts.policy import assessments, policy_words
from contacts.policy.assessments import AssessmentError, Purpose
from contacts.words.vocabulary import Processing, Scenario
from dsr.models import Request
from dsr.words.vocabulary import Kind

_EXPLAINED = gettext_lazy("Never changed: a new one takes its place. No names of people.")
_SEPARATOR = ": "


class _AssessmentForm(ActForm):
    refusals = (AssessmentError,)
    explanation: Any = _EXPLAINED

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["decided_on"] = fields.day(gettext_lazy("Decided on"), initial=company_day())
        again = add_months(company_day(), 12)
        self.fields["review_on"] = fields.day(gettext_lazy("To be reviewed by"), initial=again)


class AssessForm(_AssessmentForm):
    title = fields.text(gettext_lazy("Title"))
    purposes = fields.choices(gettext_lazy("Which purposes does it cover?"), ())
    interest = fields.long_text(
        gettext_lazy("Purpose: which interest do we pursue?"), help_text=gettext_lazy("It has to be lawful and real.")
    )
    necessity = fields.long_text(gettext_lazy("Necessity: why would nothing less intrusive do?"))
    balance = fields.long_text(gettext_lazy("Balance: what does it mean for the people, and what do they expect?"))
    safeguards = fields.long_text(gettext_lazy("Safeguards: what protects them?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        policies = [each for each in (PolicyVersion.objects.in_force(), PolicyVersion.objects.draft()) if each]
        purposes = dict.fromkeys(purpose for policy in policies for purpose in assessments.of_policy(policy))
        offered = [(_SEPARATOR.join(each), f"{_scenario(each.scenario)}: {each.text}") for each in purposes]
        self.fields["purposes"].choices = offered  # type: ignore[attr-defined]
        self.codes = policy_words.languages(policies[0]) if policies else [policy_words.FALLBACK]
        for code in self.codes:
            label = _("Summary for the public page (%s)") % get_language_info(code)["name_translated"]
            self.fields[f"summary_{code}"] = fields.long_text(label, max_length=1000)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = dict(self.cleaned_data)
        summary = {code: told.pop(f"summary_{code}") for code in self.codes}
        covered = [Purpose(*each.split(_SEPARATOR, 1)) for each in told.pop("purposes")]
        made = InterestAssessment(**told, summary=summary)
        self.record = assessments.assess(made, covered, at=at, by=by)
        return _("The assessment is on record.")


class ImpactForm(_AssessmentForm):
    processing = fields.choice(
        gettext_lazy("What is done with people's data?"), [(each.value, capfirst(each.label)) for each in Processing]
    )
    needed = fields.one_of(
        gettext_lazy("Is it likely to be a high risk to people?"),
        choices=[("yes", gettext_lazy("Yes: an impact assessment is needed")), ("no", gettext_lazy("No"))],
    )
    text = fields.long_text(
        gettext_lazy("Assessment, or why none is needed"),
        help_text=gettext_lazy("If yes: what is done, what the risks are, and what is done about them (Art. 35(7))."),
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = {**self.cleaned_data, "needed": self.cleaned_data["needed"] == "yes"}
        self.record = assessments.assess_impact(ImpactAssessment(**told), at=at, by=by)
        return _("The assessment is on record.")


class InterestAssessmentAdmin(RecordAdmin):
    heading = gettext_lazy("Legitimate interests")
    empty_text = gettext_lazy(
        "Assess each purpose that rests on legitimate interest: without it no policy is published."
    )
    page_template = "staff/interest_assessment.html"
    list_before_template = "staff/interest_assessment_list_before.html"
    list_display = ("named", "state", "decided_on", "review_on")
    list_display_links = ("named",)
    adding = Act("add", gettext_lazy("Add an assessment"), "contacts.add_interestassessment", AssessForm)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        policy = PolicyVersion.objects.in_force()
        missing = assessments.in_words(assessments.missing(policy, company_day())) if policy else []
        return super().changelist_view(request, {"missing": missing, **(extra_context or {})})

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        policy = PolicyVersion.objects.in_force()
        standing = assessments.latest(policy) if policy else {}
        keys = {each.pk for found in standing.values() for each in found}
        for assessment in records:
            overdue = "overdue" if assessment.review_on < company_day() else "current"
            assessment.standing = overdue if assessment.pk in keys else "replaced"

    @display(description=gettext_lazy("assessment"))
    def named(self, assessment: InterestAssessment) -> str:
        return assessment.title

    @display(description=gettext_lazy("state"), label={"current": "success", "overdue": "danger", "replaced": None})
    def state(self, assessment: Any) -> tuple[str, str]:
        words = {
            "current": _("current"),
            "overdue": _("review is overdue"),
            "replaced": _("covers no purpose in force"),
        }
        return assessment.standing, words[assessment.standing]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        covered = record.purposes.order_by("pk").values_list("scenario", "purpose")
        return {
            "state": self.state(record),
            "covered": [(_scenario(scenario), purpose) for scenario, purpose in covered],
            "decided_by": acts.who([record.decided_by])[record.decided_by],
            "summaries": [(get_language_info(code)["name_translated"], text) for code, text in record.summary.items()],
            "objections": assessments.objections_since(record),
            "requests": Request.objects.filter(kind=Kind.OBJECTION, received_on__gte=record.decided_on).count(),
        }


class ImpactAssessmentAdmin(RecordAdmin):
    heading = gettext_lazy("Impact assessments")
    empty_text = gettext_lazy("For each kind of processing: its impact assessment, or why none is needed (Art. 35).")
    page_template = "staff/impact_assessment.html"
    list_before_template = "staff/impact_assessment_list_before.html"
    list_display = ("what", "state", "decided_on", "review_on")
    list_display_links = ("what",)
    adding = Act("add", gettext_lazy("Add an assessment"), "contacts.add_impactassessment", ImpactForm)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        missing = [capfirst(str(each.label)) for each in assessments.without_impact()]
        return super().changelist_view(request, {"missing": missing, **(extra_context or {})})

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        standing = {each.pk for each in assessments.impacts()}
        for assessment in records:
            found = "needed" if assessment.needed else "none"
            assessment.standing = found if assessment.pk in standing else "replaced"

    @display(description=gettext_lazy("processing"))
    def what(self, assessment: ImpactAssessment) -> str:
        return self.title_of(assessment)

    @display(description=gettext_lazy("outcome"), label={"needed": "warning", "none": "success", "replaced": None})
    def state(self, assessment: Any) -> tuple[str, str]:
        words = {"needed": _("assessed"), "none": _("none needed"), "replaced": _("replaced")}
        return assessment.standing, words[assessment.standing]

    def title_of(self, record: Any) -> str:
        return capfirst(str(Processing(record.processing).label))

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"state": self.state(record), "decided_by": acts.who([record.decided_by])[record.decided_by]}


def tasks(day: dt.date) -> list[dict[str, Any]]:
    """Return what the officer has to assess: what the policy in force rests on and nobody has, or not of late."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return []
    soon = assessments.to_review(policy, day + dt.timedelta(days=30))
    text = _("Review the assessment of legitimate interest “%s”")
    found = [_task(text % each.title, "interestassessment_change", each.pk, each.review_on) for each in soon]
    covered = {purpose for each in soon for purpose in each.purposes.values_list("scenario", "purpose")}
    if lacking := [each for each in assessments.missing(policy, day) if each not in covered]:
        text = _("Purposes without an assessment of legitimate interest: %d")
        found.append(_task(text % len(lacking), "interestassessment_changelist", None, None))
    if without := assessments.without_impact():
        text = _("Kinds of processing without an impact assessment, or a reason why none is needed: %d")
        found.append(_task(text % len(without), "impactassessment_changelist", None, None))
    soon_impact = [each for each in assessments.impacts() if each.review_on <= day + dt.timedelta(days=30)]
    text = _("Review the impact assessment: %s")
    named = [(each, capfirst(str(Processing(each.processing).label))) for each in soon_impact]
    return found + [_task(text % name, "impactassessment_change", each.pk, each.review_on) for each, name in named]


def _task(text: str, page: str, key: int | None, day: dt.date | None) -> dict[str, Any]:
    link = reverse(f"admin:contacts_{page}", args=[key] if key else [])
    return {"text": text, "link": link, "day": day}


def _scenario(name: str) -> str:
    return capfirst(str(Scenario(name).label))


def register() -> None:
    admin.site.register(InterestAssessment, InterestAssessmentAdmin)
    admin.site.register(ImpactAssessment, ImpactAssessmentAdmin)
