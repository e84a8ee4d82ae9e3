"""What a run does, rule by rule: each picks its people, and leaves out those whom somebody else holds (ADR 0049)."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import batched

from django.db import connection

from contacts.base import held
from contacts.events import dietary
from contacts.words.vocabulary import MARKETING_SCENARIOS, Scenario
from retention.due.due_bases import RetentionDate, Sql
from retention.lapses import purge_preview
from retention.models import PurgeRun, Rule
from retention.nights import batches, run_log
from retention.nights.batches import Job


class PurgeBrokenOffError(Exception):
    """The connection to the database was lost, and with it the lock: the next run does the rest."""

    def __init__(self, purge_run: PurgeRun) -> None:
        """`purge_run` has no key yet where the connection was lost before its row was written."""
        super().__init__("The connection to the database was lost.")
        self.purge_run = purge_run


def work(job: Job, *, scope: Sql | None) -> None:
    """Do each rule's work, the scenarios for the people in scope alone, where there is one.

    It ends between two batches where the job's budget is spent. Done again, it does the rest.
    """
    _rule(job, Rule.FOOD, lambda: _left_out(job, dietary.due(job.at), job.sweep_food))
    for scenario in Scenario.values:
        _rule(job, scenario, partial(_lapse, job, scenario, scope))
    _rule(job, Rule.HOLD, lambda: _left_out(job, batches.stream(hold_ended(job.night)), job.end_holds))
    _rule(job, Rule.ORGANISATION, lambda: _left_out(job, batches.stream(job.vacant()), job.sweep_organisations))


def work_again(job: Job) -> None:
    """Do each rule's work for those whom it left out, within the job's budget. Call it under the lock of the run."""
    for rule, ids in run_log.left(job.run).items():
        _rule(job, rule, partial(_once_more, job, rule, ids))
    run_log.note_failure(job.run)


def hold_ended(night: RetentionDate) -> Sql:
    """Find the people whose hold ended since a run last looked."""
    return purge_preview.HOLD_ENDED, {"day": night.day}


def _rule(job: Job, rule: str, work: Callable[[], list[int]]) -> None:
    """Do one rule's work, and note whom it left out; where it fails, note that and let the others go on."""
    if job.budget.spent:
        return
    try:
        if left := work():
            run_log.leave(job.run, rule, left)
    except Exception as error:
        if not connection.is_usable():
            raise PurgeBrokenOffError(job.run) from error
        run_log.fail(job.run, rule, error)


def _lapse(job: Job, scenario: str, scope: Sql | None) -> list[int]:
    left = _left_out(job, batches.pick(job.night.lapsed(scenario), scope), partial(job.lapse, scenario))
    if scenario in MARKETING_SCENARIOS:
        left += _left_out(job, batches.pick(job.night.freed(scenario), scope), partial(job.free, scenario))
    return sorted(set(left))


def _left_out(job: Job, found: Iterable[list[int]], act: Callable[[list[int]], None]) -> list[int]:
    return held.left_out(job.budget.portions(found), act)


def _once_more(job: Job, rule: str, ids: list[int]) -> list[int]:
    """Do one rule's work for those whom it left out, and note whom it leaves out again, if anybody."""
    again = [list(batch) for batch in batched(ids, batches.SIZE, strict=False)]
    left = {each for act in _acts(job, rule) for each in _left_out(job, again, act)}
    if not job.budget.spent:  # or else nobody knows who is left: the next tick tries all of them
        run_log.leave(job.run, rule, sorted(left))
    return []


def _acts(job: Job, rule: str) -> list[Callable[[list[int]], None]]:
    beside: dict[str, Callable[[list[int]], None]] = {
        Rule.FOOD: job.sweep_food,
        Rule.HOLD: job.end_holds,
        Rule.ORGANISATION: job.sweep_organisations,
    }
    if rule in beside:
        return [beside[rule]]
    if rule in MARKETING_SCENARIOS:
        return [partial(job.lapse, rule), partial(job.free, rule)]
    return [partial(job.lapse, rule)]
