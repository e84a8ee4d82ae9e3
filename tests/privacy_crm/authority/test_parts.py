"""What the parts of the authority pack hold that read more than a register: differences, assessments, earlier years."""

import datetime as dt

import pytest

from contacts.models import PolicyVersion
from dsr.models import YearCount
from tests.support.assessing import assessed, impact
from tests.support.factories import NOON, ONE_DAY
from tests.support.lengthening import lengthen
from tests.support.packs import opened

pytestmark = [pytest.mark.promise("L8"), pytest.mark.django_db]

BEFORE_IT_WAS_DECIDED = dt.date(2026, 10, 31)


@pytest.mark.promise("P24")
def test_what_changed_from_version_to_version_stands_with_its_words(policy: PolicyVersion) -> None:
    lengthen(more="Send you a calendar", at=NOON + ONE_DAY)
    lengthen(months=24, at=NOON + 2 * ONE_DAY)
    later = NOON + 3 * ONE_DAY
    rows = opened(policy, later.date(), later).rows("policy-changes")
    assert {(row["Version"], row["Before"]) for row in rows} == {("3", "2"), ("2", "1")}
    assert "Kept for 24 months (was 18)" in [row["Change"] for row in rows if row["Version"] == "3"]
    assert any("[+Send you a calendar+]" in row["Words"] for row in rows if row["Version"] == "2")
    assert any("[-Send you a calendar-]" in row["Words"] for row in rows if row["Version"] == "3")
    assert opened(policy, NOON.date(), later).rows("policy-changes") == []


@pytest.mark.promise("L19")
def test_assessments_stand_with_what_they_cover_their_days_and_the_published_outcome(policy: PolicyVersion) -> None:
    made = assessed(policy, balance="Anna expects it.")
    impact(text="Anna has looked at it.")
    found = opened(policy)
    (interest,) = found.rows("assessments-of-interest")
    assert (interest["Decided on"], interest["To be reviewed by"]) == ("2026-11-01", "2099-11-01")
    assert interest["Published outcome"] == "It concerns your work."
    assert len(interest["Purposes"].splitlines()) == made.purposes.count() > 0
    (weighed,) = found.rows("impact-assessments")
    assert (weighed["Needed"], weighed["Decided on"]) == ("no", "2026-11-01")
    assert found.rows("assessments-of-interest", "sv") != []
    assert "Anna" not in found.text()
    assert opened(policy, BEFORE_IT_WAS_DECIDED).rows("assessments-of-interest") == []


def test_requests_whose_period_is_over_stand_as_numbers(policy: PolicyVersion) -> None:
    YearCount.objects.create(year=2024, kind="access", outcome="fulfilled", number=12, late=1, days=140)
    (row,) = opened(policy).rows("requests-of-earlier-years")
    assert (row["Year"], row["Number"], row["Late"], row["Days to the answer, in total"]) == ("2024", "12", "1", "140")
    past = opened(policy, NOON.date(), NOON + ONE_DAY)
    assert past.rows("requests-of-earlier-years") == []
    assert "Not known: these numbers have no history." in past.index()
