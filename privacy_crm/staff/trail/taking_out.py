"""The entries that a list shows, as CSV: ids and codes, staff by log-in name, and nobody else by name."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import AuditEvent
from privacy_crm.staff.trail import sentences
from privacy_crm.staff.trail.deeds import about_request

MOST = 100_000
_PORTION = 2_000

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")


class TooManyError(ValueError):
    """Nothing was exported; the message says what to do."""


def take_out(events: Any, user: Any, *, at: dt.datetime, by: str) -> Iterator[bytes]:
    """Put on record that these entries leave, and return them as a file, newest first.

    An entry that is written meanwhile, such as this one, is not among them. Raises TooManyError beyond MOST.
    """
    keys = list(events.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise TooManyError(_("Nothing was exported: these are more than 100,000 entries. Choose fewer days."))
    audit.record("trail.exported", at=at, by=by, rule=f"entries:{len(keys)}")
    return _file(events, keys, user)


def _file(events: Any, keys: list[int], user: Any) -> Iterator[bytes]:
    yield _lines([[_("entry"), _("when"), _("who"), _("what"), _("person"), _("page or subject"), _("code")]])
    for portion in batched(keys, _PORTION, strict=False):
        found = list(events.filter(pk__range=(portion[-1], portion[0])).order_by("-pk"))
        told = zip(found, sentences.tell(found, user), strict=True)
        yield _lines(_row(event, words) for event, words in told)


def _row(event: AuditEvent, words: sentences.Told) -> list[str]:
    person = "" if event.public_id is None or about_request(event.code) else str(event.public_id)
    when = event.at.isoformat(timespec="seconds")
    return [str(event.pk), when, words.actor, words.plain, person, words.place, event.code]


def _lines(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in _FORMULAS else text
