"""Food preferences go straight after their event; no hold and no cap delays that (P8)."""

import datetime as dt

from contacts.models import FoodPreference


def overdue(at: dt.datetime) -> int:
    """Return how many a sweep at `at` would delete."""
    return FoodPreference.objects.overdue(at).count()


def sweep(at: dt.datetime) -> int:
    """Delete the food preferences that may no longer exist at `at`, and return how many those were.

    Overlapping sweeps each delete what the other has not: the statement is its own lock.
    """
    overdue = FoodPreference.objects.overdue(at)
    deleted, _ = FoodPreference.objects.filter(pk__in=overdue.values("pk")).delete()
    return deleted
