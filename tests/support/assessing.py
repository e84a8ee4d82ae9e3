"""What a company has assessed: legitimate interest by purpose, and the impact of its processing."""

import datetime as dt
from typing import Any

from contacts.models import ImpactAssessment, InterestAssessment, PolicyVersion
from contacts.policy import assessments
from contacts.policy.assessments import Purpose
from tests.support.factories import NOON

DECIDED, REVIEW = dt.date(2026, 11, 1), dt.date(2099, 11, 1)
SUMMARY = {"en": "It concerns your work.", "sv": "Det rör ditt arbete."}
WORDS = {"interest": "To sell.", "necessity": "No other way.", "balance": "Expected.", "safeguards": "Short periods."}


def assessed(
    policy: PolicyVersion, purposes: list[Purpose] | None = None, *, at: dt.datetime = NOON, **told: Any
) -> InterestAssessment:
    """Assess all purposes of a policy that rest on legitimate interest, or some."""
    days = {"decided_on": DECIDED, "review_on": REVIEW}
    made = InterestAssessment(**{"title": "Our interest", **WORDS, "summary": SUMMARY, **days, **told})
    covered = assessments.of_policy(policy) if purposes is None else purposes
    return assessments.assess(made, covered, at=at, by="test")


def impact(processing: str = "customer", **told: Any) -> ImpactAssessment:
    days = {"decided_on": DECIDED, "review_on": REVIEW}
    made = ImpactAssessment(**{"processing": processing, "needed": False, "text": "Few details.", **days, **told})
    return assessments.assess_impact(made, at=NOON, by="test")
