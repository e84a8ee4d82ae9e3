"""Looks at how well people's data is protected, that come round again and again (P18)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.information import reviews
from contacts.information.reviews import ReviewError
from contacts.models import AuditEvent, PolicyVersion, Review
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, ReviewFactory

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("P18"), pytest.mark.usefixtures("at_noon")]

TODAY = NOON.date()
LIST = "/admin/contacts/review/"
NEW = {"title": "Restoring a backup", "question": "Does it work?", "every_months": 6, "first_on": "2026-12-01"}
FOUND = {"on": "2026-11-24", "outcome": "The roles fit.", "seen": "2026-11-24"}


def of(review: Review, act: str) -> str:
    return f"{LIST}{review.pk}/{act}/"


def test_the_officer_adds_a_review_that_is_due_on_its_first_day(log_in: LogIn, policy: PolicyVersion) -> None:
    answer = log_in("privacy officer").post(f"{LIST}add/", NEW, follow=True)
    assert "It is due on 1 December 2026." in answer.content.decode()
    added = Review.objects.get()
    assert (added.every_months, added.next_on, added.ended_on) == (6, dt.date(2026, 12, 1), None)
    assert AuditEvent.objects.get(code="review.added").rule == f"review:{added.pk}"


def test_an_outcome_is_kept_with_its_day_and_the_review_comes_round_again(log_in: LogIn, policy: PolicyVersion) -> None:
    review = ReviewFactory.create()
    answer = log_in("privacy officer").post(of(review, "record-outcome"), FOUND, follow=True)
    assert "The next review is due on 24 February 2027" in answer.content.decode()
    review.refresh_from_db()
    assert review.next_on == dt.date(2027, 2, 24)
    assert list(review.outcomes.values_list("done_on", "outcome")) == [(TODAY, "The roles fit.")]


def test_the_next_day_counts_from_the_day_it_was_done_and_by_calendar_months(policy: PolicyVersion) -> None:
    review = ReviewFactory.create(next_on=dt.date(2026, 11, 30))
    again = reviews.record(review, "Fine", on=dt.date(2026, 8, 31), at=NOON, by="test")
    assert again == dt.date(2026, 11, 30)


def test_two_clicks_are_one_outcome(log_in: LogIn, policy: PolicyVersion) -> None:
    review, client = ReviewFactory.create(), log_in("privacy officer")
    client.post(of(review, "record-outcome"), FOUND)
    before = contents()
    answer = client.post(of(review, "record-outcome"), FOUND)
    assert "The outcome is on record already" in answer.content.decode()
    assert contents() == before


@pytest.mark.parametrize("change", [{"on": "2026-11-25"}, {"on": ""}, {"outcome": ""}, {"seen": ""}])
def test_nothing_is_recorded_of_a_review_to_come_or_without_words(
    log_in: LogIn, policy: PolicyVersion, change: dict[str, str]
) -> None:
    review, client = ReviewFactory.create(), log_in("privacy officer")
    before = contents()
    assert client.post(of(review, "record-outcome"), FOUND | change).status_code == 200
    assert contents() == before


def test_a_review_that_has_ended_comes_round_no_more_and_keeps_what_it_found(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    review, client = ReviewFactory.create(), log_in("privacy officer")
    client.post(of(review, "record-outcome"), FOUND)
    client.post(of(review, "end"))
    review.refresh_from_db()
    assert review.ended_on == TODAY
    shown = client.get(of(review, "change")).content.decode()
    assert "Ended on 24 November 2026" in shown
    assert "The roles fit." in shown
    with pytest.raises(ReviewError):
        reviews.end(review.pk, at=NOON, by="test")
    with pytest.raises(ReviewError):
        reviews.record(review, "Again", on=TODAY, at=NOON, by="test")
    assert review.outcomes.count() == 1


def test_what_is_due_is_read_the_longest_overdue_first(policy: PolicyVersion) -> None:
    today, late = ReviewFactory.create(), ReviewFactory.create(next_on=TODAY - 9 * ONE_DAY)
    ReviewFactory.create(next_on=TODAY + ONE_DAY)
    ReviewFactory.create(ended_on=TODAY)
    assert list(reviews.due(at=NOON)) == [late, today]


def test_the_list_marks_what_is_overdue_and_puts_what_has_ended_last(log_in: LogIn, policy: PolicyVersion) -> None:
    ended = ReviewFactory.create(title="Old question", ended_on=TODAY, next_on=TODAY - 90 * ONE_DAY)
    ReviewFactory.create(title="Next one", next_on=TODAY + 90 * ONE_DAY)
    ReviewFactory.create(title="Late one", next_on=TODAY - ONE_DAY)
    shown = log_in("auditor").get(LIST).content.decode()
    assert shown.index("Late one") < shown.index("Next one") < shown.index(ended.title)
    assert shown.index("Late one") < shown.index("overdue") < shown.index("Next one")
    assert "Old question" not in log_in("auditor").get(LIST, {"standing": "due"}).content.decode()


def test_the_list_costs_no_query_more_for_more_reviews(log_in: LogIn, policy: PolicyVersion) -> None:
    client, costs = log_in("auditor"), set()
    for _ in range(2):
        ReviewFactory.create_batch(10)
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        costs.add(len(asked))
    assert len(costs) == 1


@pytest.mark.parametrize("act", ["record-outcome", "end"])
def test_the_auditor_reads_the_outcomes_with_who_found_them_and_changes_nothing(
    log_in: LogIn, policy: PolicyVersion, act: str
) -> None:
    review = ReviewFactory.create()
    log_in("privacy officer").post(of(review, "record-outcome"), FOUND)
    auditor = log_in("auditor")
    shown = auditor.get(of(review, "change")).content.decode()
    assert "The roles fit." in shown
    assert "privacy officer-" in shown
    before = contents()
    assert auditor.post(of(review, act), FOUND).status_code == 403
    assert contents() == before
