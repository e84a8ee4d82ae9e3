"""When a night stops and asks: what was foreseen, the outer bound, a changed policy, a clock far ahead (ADR 0055)."""

import copy
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from contacts.base.days import run_of
from contacts.models import Contact, PolicyVersion
from contacts.policy import policies
from retention.due.due_bases import RetentionDate
from retention.due.months import latest_due_anchor
from retention.lapses import purge_preview
from retention.models import PurgeForecast, PurgeRun
from retention.nights import approvals, cap, foreseen, purge
from retention.watch import scheduler
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    OrganisationFactory,
    agree,
    approve,
    contact_of,
    crowd,
    hold,
    is_held,
    place,
    rehearse,
    run,
)
from tests.support.objecting import noted

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9")]

MONTHS = 18
NIGHTS = 28


def night(policy: PolicyVersion, day: dt.date) -> RetentionDate:
    return RetentionDate(policy, run_of(day, policy.zone))


def due_on(number: int, day: dt.date, policy: PolicyVersion, scenario: str = "prospect") -> list[Contact]:
    """People who are due on a day and on none before."""
    return crowd(number, scenario, latest_due_anchor(day, MONTHS), policy=policy)


def tick(day: dt.date, policy: PolicyVersion) -> PurgeRun:
    """What the beat does in the night of a day."""
    at = run_of(day, policy.zone)
    scheduler.tick(at=at, now=lambda: at)
    return PurgeRun.objects.latest("pk")


def shorter(source: dict[str, Any], months: int, at: dt.datetime = NOON) -> PolicyVersion:
    """Publish a policy that keeps prospects for less long."""
    changed = copy.deepcopy(source)
    for rule in changed["rule"]:
        rule["months"] = months if rule["scenario"] == "prospect" else rule["months"]
    version, _ = policies.publish_source(changed, at=at, by="user:7")
    return version


@pytest.fixture
def small(settings: Any) -> None:
    """The same rule with fewer people: more than ten, and more than twice what was foreseen or half of everybody."""
    settings.PURGE_CAP_NUMBER, settings.PURGE_CAP_SHARE = 10, 0.5


# What was foreseen


@pytest.mark.usefixtures("small")
def test_ordinary_growth_never_trips_it(policy: PolicyVersion) -> None:
    """A month of nights in which ever more come due, some of them missed, while people come in and leave."""
    for number in range(NIGHTS):
        due_on(4 + number // 2, DUE + number * ONE_DAY, policy, ("prospect", "whitepaper", "event")[number % 3])
    everybody_else = crowd(200, "webinar", DUE, policy=policy)
    for number in range(NIGHTS):
        if number % 7 not in {3, 4}:  # two nights of each week are missed
            assert tick(DUE + number * ONE_DAY, policy).status == "finished"
        crowd(3, "prospect", DUE + number * ONE_DAY, policy=policy)
        everybody_else.pop().delete()
    assert PurgeRun.objects.filter(status="finished").count() == NIGHTS - 8


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("unforeseen", "status"), [(0, "finished"), (12, "finished"), (13, "needs_approval")])
def test_more_than_twice_what_was_foreseen_waits(policy: PolicyVersion, unforeseen: int, status: str) -> None:
    due_on(6, DUE + ONE_DAY, policy)
    due_on(6, DUE + 2 * ONE_DAY, policy)
    crowd(100, "webinar", DUE, policy=policy)
    run(DUE, policy)
    crowd(unforeseen, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    assert rehearse(DUE + 2 * ONE_DAY, policy).status == status
    done = tick(DUE + 2 * ONE_DAY, policy)  # the night between was missed, and is summed
    assert done.status == status
    assert Contact.objects.count() == 100 + (0 if status == "finished" else 12 + unforeseen)
    assert done.waits_because == ("" if status == "finished" else "forecast")
    assert done.foreseen == (None if status == "finished" else 12)


def test_a_hundred_people_never_wait_for_having_been_unforeseen(policy: PolicyVersion) -> None:
    crowd(1000, "webinar", DUE, policy=policy)
    run(DUE, policy)
    crowd(100, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    assert rehearse(DUE + ONE_DAY, policy).status == "finished"
    crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    assert rehearse(DUE + ONE_DAY, policy).status == "needs_approval"


@pytest.mark.usefixtures("small")
def test_without_a_forecast_the_share_alone_decides(policy: PolicyVersion) -> None:
    crowd(30, "webinar", DUE, policy=policy)
    due_on(30, DUE, policy)
    assert rehearse(DUE, policy).status == "finished"
    due_on(1, DUE, policy)
    assert cap.question(night(policy, DUE)) == cap.Question("share", None)


@pytest.mark.usefixtures("small")
def test_the_share_is_the_outer_bound_of_what_was_foreseen(policy: PolicyVersion) -> None:
    due_on(31, DUE + ONE_DAY, policy)
    crowd(30, "webinar", DUE, policy=policy)
    run(DUE, policy)
    assert cap.question(night(policy, DUE + ONE_DAY)) == cap.Question("share", 31)


@pytest.mark.usefixtures("small")
def test_who_is_left_over_is_in_no_forecast(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    """Or a policy that was changed while a run waited would let its people go with the night after, unasked."""
    crowd(40, "webinar", DUE, policy=policy)
    due_on(41, DUE, policy)
    waiting = tick(DUE, policy)
    soon = due_on(15, DUE + 100 * ONE_DAY, policy)
    approve(waiting)
    changed = shorter(policy_source, 12)
    assert tick(DUE, policy).status == "finished"
    assert all(map(is_held, soon))
    assert foreseen.people(night(changed, DUE + ONE_DAY)) == 0
    assert tick(DUE + ONE_DAY, policy).waits_because == "forecast"


# A changed policy


@pytest.mark.usefixtures("small")
@pytest.mark.promise("P24")
def test_a_policy_that_shortens_a_period_waits_with_its_cause(
    policy: PolicyVersion, policy_source: dict[str, Any]
) -> None:
    for number in range(90):
        due_on(1, DUE + number * ONE_DAY, policy)
    crowd(200, "webinar", DUE, policy=policy)
    run(DUE, policy)
    assert tick(DUE + ONE_DAY, policy).status == "finished"
    shorter(policy_source, MONTHS - 2)
    waiting = tick(DUE + 2 * ONE_DAY, policy)
    assert (waiting.status, waiting.waits_because, waiting.foreseen) == ("needs_approval", "forecast", 1)
    told = {each.cause: each.to_delete for each in waiting.causes.all()}
    assert told == {"policy": waiting.to_delete - 1, "period": 1}
    assert waiting.to_delete > 50


# A wrong clock


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("days", "status"), [(45, "finished"), (46, "needs_approval"), (230, "needs_approval")])
def test_a_night_long_after_the_last_finished_one_waits(policy: PolicyVersion, days: int, status: str) -> None:
    coming = [due_on(1, DUE + number * ONE_DAY, policy)[0] for number in range(1, 60)]
    crowd(200, "webinar", DUE + 300 * ONE_DAY, policy=policy)
    run(DUE, policy)
    done = tick(DUE + days * ONE_DAY, policy)
    assert done.status == status
    assert sum(map(is_held, coming)) == (len(coming) if status == "needs_approval" else len(coming) - days)


def test_such_a_night_lets_nobody_go_by_the_end_of_a_hold_either(policy: PolicyVersion) -> None:
    run(DUE, policy)
    held = crowd(2, "webinar", DUE - 400 * ONE_DAY, policy=policy)
    place(held[0], "duty", "tax", until=DUE + 10 * ONE_DAY)
    place(held[1], "freeze", "request", until=DUE + 10 * ONE_DAY)
    reduced = crowd(1, "prospect", DUE - 700 * ONE_DAY, policy=policy)[0]
    place(reduced, "duty", "tax", until=DUE + 20 * ONE_DAY)
    run(DUE + ONE_DAY, policy)
    assert not reduced.bases.exists()
    waiting = tick(DUE + 230 * ONE_DAY, policy)
    assert (waiting.waits_because, waiting.to_delete, waiting.to_minimise) == ("gap", 3, 0)
    assert all(map(is_held, [*held, reduced]))
    assert {each.cause for each in waiting.causes.all()} == {"catch_up", "hold"}
    approve(waiting)
    tick(DUE + 230 * ONE_DAY, policy)
    assert not any(map(is_held, [*held, reduced]))


@pytest.fixture
def ahead(policy: PolicyVersion, settings: Any) -> PurgeRun:
    """A run that waits since both clocks were 310 days ahead for a while: it would delete 30 people who are not due."""
    settings.PURGE_CAP_NUMBER = 10
    due_on(30, DUE + 300 * ONE_DAY, policy)
    run(DUE, policy)
    waiting = tick(DUE + 310 * ONE_DAY, policy)
    assert (waiting.status, waiting.waits_because, waiting.to_delete) == ("needs_approval", "gap", 30)
    return waiting


def test_a_run_of_a_day_to_come_is_not_approved(policy: PolicyVersion, ahead: PurgeRun) -> None:
    last_moment_before = dt.datetime.combine(DUE + 309 * ONE_DAY, dt.time.max, policy.zone)
    with pytest.raises(approvals.ApprovalError, match="day to come"):
        approve(ahead, at=last_moment_before)
    assert not ahead.approvals.exists()
    assert approve(ahead, at=last_moment_before + dt.timedelta(minutes=1))


@pytest.mark.parametrize("status", ["needs_approval", "approved"])
def test_a_run_of_a_day_to_come_is_replaced_once_the_clocks_are_right(
    policy: PolicyVersion, ahead: PurgeRun, status: str
) -> None:
    """Also one that was approved while they were wrong."""
    if status == "approved":
        assert approve(ahead, at=ahead.at)
    scheduler.tick(at=NOON, now=lambda: NOON)
    ahead.refresh_from_db()
    assert (ahead.status, ahead.candidates.count(), Contact.objects.count()) == ("superseded", 0, 30)
    assert tick(DUE + ONE_DAY, policy).status == "finished"


def test_an_approved_run_looks_at_the_day_itself(ahead: PurgeRun) -> None:
    assert approve(ahead, at=ahead.at)
    assert not purge.resume(ahead, at=NOON, now=lambda: NOON)
    ahead.refresh_from_db()
    assert (ahead.status, Contact.objects.count()) == ("superseded", 30)


def test_where_nobody_would_go_there_is_nothing_to_ask(policy: PolicyVersion) -> None:
    tick(DUE, policy)
    assert tick(DUE + 230 * ONE_DAY, policy).status == "finished"


def test_the_first_night_of_all_has_none_before_it(policy: PolicyVersion) -> None:
    crowd(3, "prospect", DUE - 2000 * ONE_DAY, policy=policy)
    assert tick(DUE, policy).status == "finished"


def test_nights_that_waited_or_failed_do_not_count_as_finished(policy: PolicyVersion) -> None:
    due_on(1, DUE + 50 * ONE_DAY, policy)
    run(DUE, policy)
    for days, status in ((30, "failed"), (40, "superseded")):
        at = run_of(DUE + days * ONE_DAY, policy.zone)
        PurgeRun.objects.create(at=at, by="nightly", status=status, started_at=at, finished_at=at)
    assert tick(DUE + 50 * ONE_DAY, policy).waits_because == "gap"


# The forecast itself


def test_the_forecast_is_what_the_cap_counts_on_each_day(policy: PolicyVersion) -> None:
    """As things stand: with holds, objections to come into force, agreements, and people held twice."""
    _a_bit_of_everything(policy)
    run(DUE, policy)
    by_day = dict(PurgeForecast.objects.values("day").annotate(people=Sum("people")).values_list("day", "people"))
    assert sum(by_day.values()) == 5
    for number in (2, 3, 4, 6, 8, 9, 10, 19, 20, 21, foreseen.DAYS):
        day = DUE + number * ONE_DAY
        assert sum(purge_preview.beyond_the_cap(night(policy, day))) == by_day.get(day, 0), day
        run(day, policy)


def _a_bit_of_everything(policy: PolicyVersion) -> None:
    frozen, thawed, freed, under_duty, twice, late = (due_on(1, DUE + 9 * ONE_DAY, policy)[0] for _ in range(6))
    place(frozen, "freeze", "legal_claim")
    place(thawed, "freeze", "request", until=DUE + 8 * ONE_DAY)
    place(freed, "freeze", "request", until=DUE + 5 * ONE_DAY)
    place(under_duty, "duty", "tax", until=DUE + 400 * ONE_DAY)
    hold(twice, "webinar", latest_due_anchor(DUE + 20 * ONE_DAY, MONTHS), policy=policy)
    hold(late, "webinar", DUE, policy=policy)
    firm = OrganisationFactory.create()
    agree(firm, latest_due_anchor(DUE + 3 * ONE_DAY, 24))
    contact_of(firm, "customer", policy)
    agree(open_firm := OrganisationFactory.create(), None)
    contact_of(open_firm, "partner", policy)
    noted(crowd(1, "webinar", DUE, policy=policy)[0], DUE + 6 * ONE_DAY)


def test_each_finished_night_forgets_the_forecast_of_the_one_before(policy: PolicyVersion) -> None:
    due_on(2, DUE + 3 * ONE_DAY, policy)
    run(DUE, policy)
    run(DUE + ONE_DAY, policy)
    (kept,) = PurgeForecast.objects.all()
    assert (kept.run.at, kept.people) == (run_of(DUE + ONE_DAY, policy.zone), 2)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("hour", "expected"), [(1, 3), (2, 3), (3, 0), (12, 0)])
def test_a_run_for_an_earlier_day_foresees_nobody_who_was_due_since(
    policy: PolicyVersion, hour: int, expected: int
) -> None:
    """Who is left over by then is a catch-up; a night that is still to come today is foreseen."""
    crowd(100, "webinar", DUE, policy=policy)
    run(DUE - 20 * ONE_DAY, policy)
    due_on(12, DUE - 5 * ONE_DAY, policy)
    due_on(3, DUE, policy)
    finished = dt.datetime.combine(DUE, dt.time(hour), policy.zone)
    past = run_of(DUE - 10 * ONE_DAY, policy.zone)
    purge.run(policy=policy, at=past, by="command", approve=False, now=lambda: finished)
    assert foreseen.people(night(policy, DUE)) == expected
    assert foreseen.people(night(policy, DUE + ONE_DAY)) == expected
    assert tick(DUE + ONE_DAY, policy).waits_because == "forecast"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("unforeseen", "status"), [(12, "finished"), (13, "needs_approval")])
def test_what_was_foreseen_stands_until_a_night_has_finished(
    policy: PolicyVersion, unforeseen: int, status: str
) -> None:
    """A night that is broken off, before or amid its work, takes nothing away from it."""
    first = due_on(6, DUE + ONE_DAY, policy)
    due_on(6, DUE + 2 * ONE_DAY, policy)
    crowd(100, "webinar", DUE, policy=policy)
    run(DUE, policy)
    broken_off = run_of(DUE + ONE_DAY, policy.zone)
    PurgeRun.objects.create(at=broken_off, by="nightly", status="running", started_at=broken_off, policy_version=policy)
    first[0].delete()
    crowd(unforeseen + 1, "prospect", DUE - 700 * ONE_DAY, policy=policy)
    done = tick(DUE + 2 * ONE_DAY, policy)
    assert list(PurgeRun.objects.order_by("pk").values_list("status", flat=True)) == ["finished", "interrupted", status]
    assert done.foreseen == (12 if status == "needs_approval" else None)


_NO_EVENT_ENDS = """
    CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    CREATE TRIGGER trip BEFORE DELETE ON contacts_basis FOR EACH ROW WHEN (OLD.scenario = 'event')
        EXECUTE FUNCTION trip()"""


@pytest.mark.usefixtures("small")
def test_whom_a_failed_night_has_deleted_is_not_foreseen_again_and_whom_it_left_is_a_catch_up(
    policy: PolicyVersion,
) -> None:
    for number in range(1, 10):
        due_on(5, DUE + number * ONE_DAY, policy)
        due_on(1, DUE + number * ONE_DAY, policy, "event")
    crowd(200, "webinar", DUE, policy=policy)
    run(DUE, policy)
    with connection.cursor() as cursor:
        cursor.execute(_NO_EVENT_ENDS)
    for number in range(1, 8):
        assert tick(DUE + number * ONE_DAY, policy).status == "failed"
    waiting = tick(DUE + 8 * ONE_DAY, policy)
    assert (waiting.waits_because, waiting.foreseen, waiting.to_delete) == ("forecast", 6, 13)
    assert {each.cause: each.to_delete for each in waiting.causes.filter(part="event")} == {"catch_up": 7, "period": 1}


@pytest.mark.parametrize("day", [DUE - ONE_DAY, DUE + (foreseen.DAYS + 1) * ONE_DAY])
def test_a_forecast_says_nothing_of_other_days(policy: PolicyVersion, day: dt.date) -> None:
    run(DUE, policy)
    assert foreseen.people(night(policy, day)) is None
    assert foreseen.people(night(policy, DUE + foreseen.DAYS * ONE_DAY)) == 0
