"""Look an upload through, and bring its people in: one act, which the look takes back.

The end of an import is noted in its own transaction: either all people are in and the upload says so, or neither.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import transaction
from psycopg2 import sql

from contacts.base import audit, budgets
from contacts.base.budgets import IsOver
from contacts.base.days import add_months, day_of, next_run
from contacts.information import informing
from contacts.models import PolicyVersion, Upload
from contacts.words import keys
from contacts.words.differences import ListMode
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import import differences, people, people_counts
from privacy_crm.crm_import import run as crm_import
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.columns import CONTACTS
from privacy_crm.crm_import.existing import Existing, Mode
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.crm_import.rejects import Reject
from privacy_crm.crm_import.staging import Import
from privacy_crm.uploads import checking, moving, receiving, reviewing, sheets, storing, working
from privacy_crm.uploads.working import Clock, Work
from retention.due.due_bases import RetentionDate

# So many are shown and can be fetched; all are counted.
MOST_REJECTS = 10_000

_NOTE = sql.SQL("""
    INSERT INTO contacts_uploadedperson (upload_id, contact_id)
    SELECT %(upload)s, contact_id FROM ({}) newcomer""").format(people.NEW)

# Those who came in with a period that is over already.
_LAPSED = sql.SQL("SELECT count(*) FROM ({newcomers}) newcomer JOIN ({lapsed}) lapsed USING (contact_id)")


def mark(upload: Upload) -> str:
    """Return a mark of what a look through found, which is another one once it is looked through again."""
    return upload.beat_at.isoformat() if upload.beat_at else ""


def start(upload: Upload, seen: str = "", *, at: dt.datetime, by: str) -> None:
    """Have the people of an upload brought in.

    Raises MovedError where it was not looked through, was again since somebody has `seen` (`mark`) what would come of
    it, or begins already.
    """
    if seen and seen != mark(upload):
        raise moving.MovedError
    moving.move(upload, UploadState.PREVIEWED, to=UploadState.IMPORTING, **moving.begun(at))
    audit.record("upload.confirmed", at=at, by=by, rule=f"upload:{upload.pk}")


def look_through(
    upload_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str, now: Clock, is_over: IsOver = budgets.endless
) -> bool:
    """Find what an import would do, and write nothing of it. A second worker, or a late one, does nothing.

    Returns whether somebody has to go on, since `is_over` said so while rows were checked.
    """
    with _working(upload_id, UploadState.PREVIEWING, at, now) as work:
        if work is None:
            return False
        if not _check(work, UploadState.PREVIEWING, policy, at, is_over):
            work.pause(by)
            return True
        with reviewing.noted() as notes:
            found = _Found(notes)
            _run(work, found, policy=policy, at=at, by=by, dry_run=True)
            _show(work.upload, found, day_of(at, policy.zone))
    return False


def bring_in(
    upload_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str, now: Clock, is_over: IsOver = budgets.endless
) -> bool:
    """Import the people of an upload, by the rows that the look through has checked.

    A second worker, or a late one, does nothing. Returns whether somebody has to go on: rows are checked again where
    policy or key have changed since.
    """
    with _working(upload_id, UploadState.IMPORTING, at, now) as work:
        if work is None:
            return False
        if not _check(work, UploadState.IMPORTING, policy, at, is_over):
            work.pause(by)
            return True
        _run(work, _Found(), policy=policy, at=at, by=by, dry_run=False)
    return False


class _Found:
    """What an import finds, in numbers, and what it refuses, without a value."""

    def __init__(self, notes: reviewing.Notes | None = None) -> None:
        self.notes = notes  # a look notes the differences here, since the database takes back all that it wrote
        self.numbers: dict[str, Any] = {}
        self.rejects: list[list[Any]] = []
        self.reasons: Counter[tuple[str, str]] = Counter()

    def refuse(self, rejects: Iterable[Reject]) -> None:
        self.rejects, self.reasons = [], Counter()
        for reject in rejects:
            # What is wrong with an address is wrong once, though objections name it as well.
            if reject.file == CONTACTS.filename:
                self.reasons[reject.column, people.counted_as(reject.reason)] += 1
                if len(self.rejects) < MOST_REJECTS:
                    self.rejects.append([reject.line, reject.column, reject.reason])

    def told(self, day: dt.date) -> dict[str, Any]:
        """Return what the upload keeps of it, on the day of the import."""
        numbers = dict(self.numbers)
        days = _told_by(numbers.pop("untold_since"), numbers.pop("untold_until"), day)
        reasons = [[column, reason, number] for (column, reason), number in self.reasons.most_common()]
        return {**numbers, **days, "reasons": reasons}


def _told_by(first: dt.date | None, last: dt.date | None, day: dt.date) -> dict[str, str]:
    """Return by when all are told where we have their details from, and when the first month ends (Art. 14, L5)."""
    if first is None or last is None:
        return {}
    told_by = max(last + informing.PRESSING, day + dt.timedelta(days=1))
    return {"told_by": told_by.isoformat(), "must_by": add_months(first, 1).isoformat()}


@contextmanager
def _working(upload_id: int, state: UploadState, at: dt.datetime, now: Clock) -> Iterator[Work | None]:
    """Work on an upload, and say on it what stopped the work."""
    with working.on(upload_id, state, now=now) as work, suppress(moving.MovedError):
        if work is None:
            yield None
            return
        try:
            yield work
        except UnreadableError as error:
            moving.fail(work.upload, state, why=str(error), at=at)
        except crm_import.ImportFailedError as error:
            moving.give_back(work.upload, state, why=f"{error} Nothing was written.")


def _check(work: Work, state: UploadState, policy: PolicyVersion, at: dt.datetime, is_over: IsOver) -> bool:
    under = f"{policy.pk} {keys.fingerprint(keys.first())}"
    with storing.local(str(work.upload.file)) as path:
        read = sheets.of(work.upload, path, When.under(policy, at))
        return checking.check(work, state, read, under=under, is_over=is_over)


def _run(work: Work, found: _Found, *, policy: PolicyVersion, at: dt.datetime, by: str, dry_run: bool) -> None:
    def progress(what: str, _done: int, share: float) -> None:
        work.say(working.WRITING, share if what == crm_import.WRITING else 0.0)

    def last(done: Import) -> None:
        found.numbers = people_counts.numbers(done) | {"lapsed": _lapsed(done, work.upload)} | differences.numbers(done)
        if not dry_run:
            _finish(work.upload, found, done)
        elif mode.review and found.notes:
            reviewing.note(done, found.notes)

    mode, sources = _mode(work.upload, dry_run=dry_run), checking.sources(work.upload)
    crm_import.run(sources, policy=policy, at=at, by=by, mode=mode, progress=progress, rejects=found.refuse, last=last)


def _mode(upload: Upload, *, dry_run: bool) -> Mode:
    if upload.mode == ListMode.UPDATE:
        return Mode(dry_run, Existing.UPDATE, review=upload.pk)
    return Mode(dry_run, Existing.FILL)


@transaction.atomic
def _show(upload: Upload, found: _Found, day: dt.date) -> None:
    """Keep what a look has found, for whoever decides. Raises MovedError."""
    kept = {"preview": found.told(day), "rejects": found.rejects}
    moving.move(upload, UploadState.PREVIEWING, to=UploadState.PREVIEWED, **kept)
    if upload.mode == ListMode.UPDATE and found.notes:
        reviewing.keep(upload, found.notes)


def _lapsed(done: Import, upload: Upload) -> int:
    """Return how many of those who are new the next nightly run deletes."""
    night = RetentionDate(done.policy, next_run(done.at, done.policy.zone))
    lapsed, values = night.lapsed(upload.scenario)
    done.do(_LAPSED.format(newcomers=people.NEW, lapsed=lapsed), **values)
    (number,) = done.cursor.fetchone() or (0,)
    return int(number)


def _finish(upload: Upload, found: _Found, done: Import) -> None:
    """Note whom the import created and changed, and that it is done, in its own transaction. Raises MovedError."""
    done.do(_NOTE, upload=upload.pk)
    if done.mode.review:
        found.numbers["since"] = reviewing.settle(done, upload, found.numbers)
    moving.end(
        upload,
        UploadState.IMPORTING,
        to=UploadState.DONE,
        result=found.told(done.facts["day"]),
        rejects=found.rejects,
        done_at=done.at,
        forget_at=done.at + receiving.KEPT_FOR,
    )
    audit.record("upload.imported", at=done.at, by=done.by, rule=f"upload:{upload.pk}")
