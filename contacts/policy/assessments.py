"""Whether what rests on legitimate interest was assessed, and the impact of each processing (L19, Art. 35 GDPR)."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import DateField, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import AssessedPurpose, ConsentRecord, ImpactAssessment, InterestAssessment, PolicyVersion
from contacts.words.vocabulary import RESTS_ON_INTEREST, ConsentState, Processing, Scenario


class AssessmentError(ValueError):
    """What was asked for cannot be; the message says why."""


class Purpose(NamedTuple):
    """What a policy uses details for under a scenario, in its English words."""

    scenario: str
    text: str


def of_policy(policy: PolicyVersion) -> list[Purpose]:
    """Return the purposes of a policy that rest on legitimate interest."""
    rules = [rule for rule in policy.each_rule if rule.legal_basis in RESTS_ON_INTEREST]
    return [Purpose(rule.scenario, text) for rule in rules for text in rule.purposes["en"]]


def missing(policy: PolicyVersion, day: dt.date) -> list[Purpose]:
    """Return the purposes of a policy without an assessment that is current on a day."""
    current = AssessedPurpose.objects.filter(assessment__review_on__gte=day).values_list("scenario", "purpose")
    assessed = {Purpose(*each) for each in current}
    return [purpose for purpose in of_policy(policy) if not assessed & in_any_words(policy, purpose)]


def in_any_words(policy: PolicyVersion, purpose: Purpose) -> set[Purpose]:
    """Return a purpose in the words of a policy and in those that it had before: an assessment covers them all."""
    return {purpose._replace(text=words) for words in policy.rule(purpose.scenario).wordings(purpose.text)}


def in_words(purposes: Iterable[Purpose]) -> list[str]:
    """Return purposes with their scenarios, in the order of the policy."""
    return [f"{Scenario(each.scenario).label}: {each.text}" for each in purposes]


def latest(policy: PolicyVersion) -> dict[str, list[InterestAssessment]]:
    """Return by scenario the assessments that cover a policy's purposes, each purpose by its latest."""
    found: dict[Purpose, InterestAssessment] = {}
    assessed = AssessedPurpose.objects.select_related("assessment")
    for each in assessed.order_by("assessment__decided_on", "assessment_id"):
        found[Purpose(each.scenario, each.purpose)] = each.assessment
    standing: dict[str, list[InterestAssessment]] = {}
    for purpose in of_policy(policy):
        others = standing.setdefault(purpose.scenario, [])
        covering = [found[each] for each in in_any_words(policy, purpose) if each in found]
        last = max(covering, key=lambda each: (each.decided_on, each.pk), default=None)
        if last and last not in others:
            others.append(last)
    return standing


def to_review(policy: PolicyVersion, day: dt.date) -> list[InterestAssessment]:
    """Return the assessments that a policy rests on whose review is due by a day, the first one first."""
    standing = {each.pk: each for found in latest(policy).values() for each in found if each.review_on <= day}
    return sorted(standing.values(), key=lambda each: (each.review_on, each.pk))


@transaction.atomic
def assess(
    assessment: InterestAssessment, purposes: Iterable[Purpose], *, at: dt.datetime, by: str
) -> InterestAssessment:
    """Put an assessment on record, for some purposes. Raises AssessmentError where it comes up for review at once."""
    assessment.decided_by = by
    _check(assessment)
    assessment.save(force_insert=True)
    AssessedPurpose.objects.bulk_create(
        AssessedPurpose(assessment=assessment, scenario=each.scenario, purpose=each.text) for each in purposes
    )
    audit.record("interest.assessed", at=at, by=by, rule=f"assessment:{assessment.pk}")
    return assessment


@transaction.atomic
def assess_impact(assessment: ImpactAssessment, *, at: dt.datetime, by: str) -> ImpactAssessment:
    """Put on record what a processing means for the people, or why that needs no assessment."""
    assessment.decided_by = by
    _check(assessment)
    assessment.save(force_insert=True)
    audit.record("impact.assessed", at=at, by=by, rule=f"impact:{assessment.pk}")
    return assessment


def objections_since(assessment: InterestAssessment) -> int:
    """Count those still held for one of its scenarios who have objected to marketing since it was decided."""
    scenarios = assessment.purposes.values("scenario")
    said_no = ConsentRecord.objects.filter(state=ConsentState.REFUSED, contact__bases__scenario__in=scenarios)
    dated = said_no.annotate(day=Coalesce("said_on", Cast("recorded_at", DateField())))
    return dated.filter(day__gte=assessment.decided_on).values("contact").distinct().count()


def impacts() -> QuerySet[ImpactAssessment]:
    """Return the latest assessment of each processing."""
    return ImpactAssessment.objects.order_by("processing", "-decided_on", "-pk").distinct("processing")


def without_impact() -> list[Processing]:
    """Return the kinds of processing of which nothing is on record: neither an assessment nor why none is needed."""
    known = set(ImpactAssessment.objects.values_list("processing", flat=True))
    return [each for each in Processing if each.value not in known]


def _check(assessment: InterestAssessment | ImpactAssessment) -> None:
    if assessment.review_on <= assessment.decided_on:
        raise AssessmentError(_("Choose a day of review after the day of the decision."))
