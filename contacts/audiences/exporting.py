"""A list of people leaves as a file: before a row does, each person in it is on record (P15, P17).

In the audit trail, and where a recipient of the register gets it, as given away. The rows wait in a table of the
session until that record is committed. So the record and the file have the same people, nobody is held up by a slow
reader, and an export that dies leaves no row that is not on record.
"""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.audiences import audience
from contacts.audiences.audience import Draft, Wanted
from contacts.base import audit, workbook
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.disclosure import disclosing
from contacts.models import Audience, Disclosure, ListedPerson, PolicyVersion, Segment
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import AudienceEnd, DisclosureKind, FileFormat, Scenario


class ExportError(ValueError):
    """Nothing was exported; the message says why."""


@dataclass(frozen=True)
class Custody:
    """Who holds a list, for how many days, and why it has so many people, where it has more than `reason_above`."""

    holder_id: int
    days: int
    reason_above: int
    reason: str = ""
    segment: Segment | None = None


@dataclass(frozen=True)
class File:
    """A list that may leave, as it is read: its rows are gone from our side once it is closed."""

    audience: Audience
    draft: Draft

    def __iter__(self) -> Iterator[bytes]:
        return FORMATS[FileFormat(self.audience.file_format)](self.draft)

    def close(self) -> None:
        self.draft.close()


def look(wanted: Wanted, *, day: dt.date) -> Reach:
    """Return how many would be in a list, and who would be left out, with nothing written.

    Raises DisclosureError where the register lets nobody's data go to the recipient.
    """
    if wanted.recipient:
        disclosing.check(wanted.recipient, day, wanted.purpose)
    return audience.reach(audience.question(wanted, day=day))


@limits(statement="5min")
@transaction.atomic
def export(wanted: Wanted, custody: Custody, *, policy: PolicyVersion, at: dt.datetime, by: str) -> File:
    """Put a list, its holder and everybody in it on record, and return the file.

    In CSV (UTF-8), a cell that a spreadsheet would take for a formula begins with an apostrophe, and so does a
    telephone number that begins with a plus.

    Raises DisclosureError as `look` does, and ExportError where nobody is left, where there are too many for no reason,
    or too many for a workbook, or where the segment is gone; then nothing is on record.
    """
    if wanted.purpose is None:
        raise ExportError(_("Nothing was exported: say what the list is for."))
    if custody.segment:
        _keep(custody.segment)
    day = day_of(at, policy.zone)
    draft, batch = _draft(wanted, wanted.purpose, day=day, at=at, by=by)
    _check(draft, wanted, custody)
    made = Audience.objects.create(
        segment=custody.segment,
        channel=wanted.channel,
        purpose=wanted.purpose,
        recipient=wanted.recipient,
        batch=batch,
        file_format=wanted.file_format,
        reason=custody.reason.strip(),
        people=draft.reach.may,
        left_out={code.value: number for code, number in draft.reach.left_out.items()},
        holder_id=custody.holder_id,
        made_at=at,
        valid_through=day + dt.timedelta(days=custody.days),
    )
    _record(draft, made, at=at, by=by)
    return File(made, draft)


def _draft(
    wanted: Wanted, purpose: Scenario, *, day: dt.date, at: dt.datetime, by: str
) -> tuple[Draft, uuid.UUID | None]:
    """Judge everybody, put those whom a recipient gets on record as given, and draw up the rows."""
    asked = audience.question(wanted, day=day)
    if wanted.recipient is None:
        return audience.draft(asked, wanted), None
    may = asked.filter(answer="")
    given = disclosing.disclose_found(may, wanted.recipient, purpose=purpose, kind=DisclosureKind.EXPORT, at=at, by=by)
    return audience.draft(_as_given(asked, given.batch), wanted, "told"), given.batch


def _as_given(asked: QuerySet[Any], batch: uuid.UUID) -> QuerySet[Any]:
    """Return everyone with `told`: empty for those on record as given, and why not for the others.

    Whoever might be given only since we asked was not asked about, and is counted with those who are not covered.
    """
    on_record = Exists(Disclosure.objects.filter(batch=batch, contact=OuterRef("pk")))
    reasons = [When(on_record, then=Value("")), When(~Q(answer=""), then=F("answer"))]
    told = Case(*reasons, default=Value(Refusal.NOT_COVERED.value), output_field=CharField())
    answered: QuerySet[Any] = asked.annotate(told=told)
    return answered


def _keep(segment: Segment) -> None:
    """Have whoever deletes the segment wait until the list that names it is on record."""
    if not Segment.objects.select_for_update(no_key=True).filter(pk=segment.pk):
        raise ExportError(_("Nothing was exported: the segment is not on record any more."))


def _check(draft: Draft, wanted: Wanted, custody: Custody) -> None:
    if not draft.reach.may:
        raise ExportError(_("Nothing was exported: nobody is left whom this list could have."))
    if draft.reach.may > custody.reason_above and not custody.reason.strip():
        text = _("Nothing was exported: say why you need more than %(most)s people.")
        raise ExportError(text % {"most": custody.reason_above})
    if wanted.file_format == FileFormat.XLSX and draft.reach.may > workbook.MOST_ROWS:
        raise ExportError(_("Nothing was exported: a sheet of Excel has no room for so many people. Take CSV."))


# In key order, as every act locks people; somebody who is deleted meanwhile is passed over.
_LIST = sql.SQL("""
    INSERT INTO contacts_listedperson (audience_id, contact_id)
    SELECT %(audience)s, found.id FROM (
        SELECT contact.id FROM contacts_contact contact JOIN ({}) leaving ON leaving.public_id = contact.public_id
        ORDER BY contact.id FOR KEY SHARE OF contact
    ) found""").format(audience.WHO_LEAVES)


def _record(draft: Draft, made: Audience, *, at: dt.datetime, by: str) -> None:
    """Note the list, and each person in it, also for the case that they have to be struck from it."""
    rule = f"audience:{made.pk}"
    audit.record("audience.exported", at=at, by=by, rule=f"{rule}:{draft.reach.may}")
    audit.record_found("contact.exported", audience.WHO_LEAVES, at=at, by=by, rule=rule)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"audience": made.pk})


def _csv(draft: Draft) -> Iterator[bytes]:
    yield f"{','.join(draft.columns)}\n".encode()
    yield from draft.blocks()


def _xlsx(draft: Draft) -> Iterator[bytes]:
    return workbook.stream(draft.columns, _rows(draft))


def _rows(draft: Draft) -> Iterator[list[str]]:
    for block in draft.blocks():
        yield from csv.reader(io.StringIO(block.decode(), newline=""))


FORMATS = {FileFormat.CSV: _csv, FileFormat.XLSX: _xlsx}


class AudienceError(ValueError):
    """Nothing was noted; the message says why."""


@transaction.atomic
def confirm(audience: Audience, end: AudienceEnd, *, at: dt.datetime, by: str) -> None:
    """Note what became of a list. Raises AudienceError where somebody has said so already."""
    outstanding = Audience.objects.outstanding().filter(pk=audience.pk)
    if not outstanding.update(confirmed_at=at, end=end):
        raise AudienceError(_("What became of this list is on record already."))
    ListedPerson.objects.filter(audience=audience.pk).delete()
    audit.record("audience.confirmed", at=at, by=by, rule=f"audience:{audience.pk}:{end.value}")
