"""Assessments of legitimate interest (L19) and of the impact of processings (Art. 35 GDPR), with their days."""

from collections.abc import Iterator

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contacts.models import ImpactAssessment, InterestAssessment
from contacts.words.vocabulary import Processing, Scenario
from privacy_crm.authority.tables import AsOf, Table, yes


def tables(as_of: AsOf) -> Iterator[Table]:
    left_out = _("Their reasoning is free text, and left out. The company has it.")
    yield Table(
        "assessments-of-interest",
        _("Assessments of legitimate interest"),
        [_("Assessment"), _("Purposes"), _("Decided on"), _("To be reviewed by"), _("Published outcome")],
        [_interest(each, as_of) for each in _interests(as_of)],
        (left_out,),
    )
    yield Table(
        "impact-assessments",
        _("Impact assessments"),
        [_("Processing"), _("Needed"), _("Decided on"), _("To be reviewed by")],
        [_impact(each) for each in ImpactAssessment.objects.filter(decided_on__lte=as_of.day)],
        (left_out,),
    )


def _interests(as_of: AsOf) -> Iterator[InterestAssessment]:
    yield from InterestAssessment.objects.filter(decided_on__lte=as_of.day).prefetch_related("purposes")


def _interest(each: InterestAssessment, as_of: AsOf) -> list[str]:
    covered = sorted(f"{Scenario(of.scenario).label}: {of.purpose}" for of in each.purposes.all())
    outcome = each.summary.get(get_language()) or each.summary.get("en", "")
    days = [each.decided_on.isoformat(), each.review_on.isoformat()]
    return [as_of.said(each.title), "\n".join(covered), *days, as_of.said(outcome)]


def _impact(each: ImpactAssessment) -> list[str]:
    days = [each.decided_on.isoformat(), each.review_on.isoformat()]
    return [str(Processing(each.processing).label), yes(each.needed), *days]
