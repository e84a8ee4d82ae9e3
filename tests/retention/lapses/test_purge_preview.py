"""What a run would do to people with holds, in numbers: what the cap measures, and what the ledger says."""

import datetime as dt

import pytest

from contacts.base.days import run_of
from contacts.models import PolicyVersion
from retention.due.due_bases import RetentionDate
from retention.lapses import purge_preview
from tests.support.factories import DUE, ONE_DAY, contact_of, crowd, held_for, hold, is_held, place, run

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P5")]


def night(policy: PolicyVersion, day: dt.date = DUE) -> RetentionDate:
    return RetentionDate(policy, run_of(day, policy.zone))


def undue(policy: PolicyVersion) -> None:
    """Somebody else, who is not due, for whom nobody may be taken."""
    crowd(1, "prospect", DUE, policy=policy)


@pytest.mark.parametrize(("until", "counted"), [(DUE, (0, 1)), (DUE + ONE_DAY, (0, 1)), (DUE - ONE_DAY, (0, 0))])
def test_the_last_day_of_a_hold_belongs_to_it(policy: PolicyVersion, until: dt.date, counted: tuple[int, int]) -> None:
    """The cap passes over whoever goes because a hold has ended, and over nobody whose hold stands."""
    place(held_for("prospect", policy), "duty", "bookkeeping", until=until)
    assert purge_preview.beyond_the_cap(night(policy)) == counted


@pytest.mark.parametrize(
    ("until", "counted"),
    [(None, 1), (DUE + ONE_DAY, 1), (DUE, 1), (DUE - ONE_DAY, 0)],
    ids=["open", "later", "last", "over"],
)
def test_whoever_is_held_by_a_hold_alone_counts_while_it_stands(
    policy: PolicyVersion, until: dt.date | None, counted: int
) -> None:
    undue(policy)
    place(held_for("prospect", policy), "duty", "bookkeeping", until=until)
    assert purge_preview.held_alone(night(policy)) == counted


def test_whoever_is_held_by_two_holds_counts_once(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "bookkeeping", until=DUE)
    place(contact, "freeze", "request")
    assert purge_preview.held_alone(night(policy)) == 1


def test_whoever_is_held_for_another_reason_as_well_is_not_held_by_a_hold_alone(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    hold(contact, "whitepaper", DUE, policy=policy)
    place(contact, "freeze", "request")
    assert purge_preview.held_alone(night(policy)) == 0


def test_a_freeze_spares_whoever_would_be_gone(policy: PolicyVersion) -> None:
    crowd(2, "prospect", DUE, policy=policy)
    held_for("webinar", policy)
    in_part = held_for("prospect", policy)
    hold(in_part, "whitepaper", DUE, policy=policy)
    for contact in (held_for("prospect", policy), in_part):
        place(contact, "freeze", "request")
    assert purge_preview.spared(night(policy)) == 1


def test_a_reduced_person_goes_with_the_last_of_their_holds(policy: PolicyVersion) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "bookkeeping", until=DUE + ONE_DAY)
    place(contact, "duty", "tax", until=DUE + 9 * ONE_DAY)
    run(DUE, policy)
    days = [DUE + number * ONE_DAY for number in (1, 2, 9, 10)]
    assert [purge_preview.hold_ends(night(policy, day)) for day in days] == [0, 0, 0, 1]
    run(days[-1], policy)
    assert not is_held(contact)


def test_a_person_with_two_bases_is_one_who_goes(policy: PolicyVersion) -> None:
    contact = contact_of(None, "prospect", policy)
    hold(contact, "whitepaper", dt.date(2025, 5, 1), policy=policy)
    undue(policy)
    found = purge_preview.foresee(night(policy))
    assert (found.bases["prospect"], found.bases["whitepaper"]) == (1, 1)
    assert (found.to_delete, found.to_minimise) == (1, 0)
