"""Looks at how well people's data is protected, that come round again and again: what each found, what is due (P18)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import add_months
from contacts.models import Review, ReviewOutcome
from contacts.models.reviews import Reviews
from contacts.people.restriction_guard import today


class ReviewError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def add(title: str, question: str, *, every_months: int, first_on: dt.date, at: dt.datetime, by: str) -> Review:
    """Have something looked at on a day, and every so many months from then on."""
    review = Review.objects.create(title=title, question=question, every_months=every_months, next_on=first_on)
    audit.record("review.added", at=at, by=by, rule=f"review:{review.pk}")
    return review


@transaction.atomic
def record(
    review: Review, outcome: str, *, on: dt.date, evidence: dict[str, Any] | None = None, at: dt.datetime, by: str
) -> dt.date:
    """Write down what a review found on a day, and return the day on which it comes round again.

    `evidence` is what the records say at this moment, kept with it. `review` is as it was seen: its outcome is recorded
    once. Raises ReviewError where somebody else has recorded it or ended the review, and for a day to come.
    """
    if on > today(at):
        raise ReviewError(_("What a review found can be recorded once it was done."))
    again = add_months(on, review.every_months)
    if not Review.objects.standing().filter(pk=review.pk, next_on=review.next_on).update(next_on=again):
        raise ReviewError(_("The outcome is on record already, or the review has ended."))
    ReviewOutcome.objects.create(review=review, done_on=on, outcome=outcome, evidence=evidence, by=by)
    audit.record("review.done", at=at, by=by, rule=f"review:{review.pk}")
    return again


@transaction.atomic
def end(review_id: int, *, at: dt.datetime, by: str) -> None:
    """Have a review come round no more; its outcomes stay. Raises ReviewError where it has ended already."""
    if not Review.objects.standing().filter(pk=review_id).update(ended_on=today(at)):
        raise ReviewError(_("This review has ended already."))
    audit.record("review.ended", at=at, by=by, rule=f"review:{review_id}")


def due(*, at: dt.datetime) -> Reviews:
    """Return the reviews whose day has come, the longest overdue first."""
    return Review.objects.due(today(at))
