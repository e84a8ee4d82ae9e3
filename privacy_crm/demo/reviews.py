"""What the demo company looks at again and again, and what it found so far: one look is overdue (P18)."""

import datetime as dt

from contacts.base.days import day_of
from contacts.information import reviews
from contacts.models import PolicyVersion

BY = "demo"

# What is reviewed, what is looked at, every how many months; then how many days ago something was found, and what.
_REVIEWS = (
    (
        "Who has access",
        "Compare the people in each role with who works here and what they do. Take away what nobody needs.",
        3,
        (
            (199, "Two accounts of people who had changed their job were closed. The roles fit."),
            (104, "The roles fit. One account had not been used for a year and was closed."),
        ),
    ),
    (
        "Restoring a backup",
        "Restore last night's backup into an empty database, and delete again what was deleted since.",
        6,
        ((96, "Restored in 41 minutes. The nightly deletion ran on the copy, which was deleted afterwards."),),
    ),
    (
        "Recipients and their agreements",
        "Read the register of recipients: does each still need the data, and does its agreement still cover that?",
        12,
        ((312, "All of them still need what they get, and each agreement covers it."),),
    ),
)


def hold(policy: PolicyVersion, at: dt.datetime) -> int:
    """Put the reviews on record as if they had been held over the last months, and return how many there are."""
    for title, question, every_months, found in _REVIEWS:
        began = at - dt.timedelta(days=found[0][0])
        first_on = day_of(began, policy.zone)
        review = reviews.add(title, question, every_months=every_months, first_on=first_on, at=began, by=BY)
        for days_ago, outcome in found:
            then = at - dt.timedelta(days=days_ago)
            review.next_on = reviews.record(review, outcome, on=day_of(then, policy.zone), at=then, by=BY)
    return len(_REVIEWS)
