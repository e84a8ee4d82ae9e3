"""Open sealed evidence: with a reason, by two people where two may, and each look is on record."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit, officers
from dsr.evidence import sealing
from dsr.models import Evidence, EvidenceOpening
from dsr.records.transitions import RequestError

PERMISSION = "dsr.open_evidence"
LASTS = dt.timedelta(days=7)


@transaction.atomic
def ask(evidence_id: int, reason: str, *, at: dt.datetime, by: str) -> EvidenceOpening:
    """Ask to open a file; it is open at once where nobody else may confirm it.

    Raises RequestError where no reason is given, it waits or is open already, or it is gone.
    """
    if not reason.strip():
        raise RequestError(_("Say why it has to be opened."))
    evidence = Evidence.objects.select_for_update(no_key=True).defer("content").filter(pk=evidence_id).first()
    if evidence is None:
        raise RequestError(_("This evidence has ended, and is deleted."))
    if evidence.openings.current(at).exists():
        raise RequestError(_("Somebody has asked for it already. Look at its page again."))
    alone = officers.needed(PERMISSION) == 1
    opening = EvidenceOpening.objects.create(
        evidence=evidence,
        reason=reason,
        asked_by=by,
        asked_at=at,
        ends_at=at + LASTS,
        opened_at=at if alone else None,
    )
    audit.record("evidence.opened" if alone else "evidence.asked", at=at, by=by, rule=f"evidence:{evidence.pk}")
    return opening


@transaction.atomic
def confirm(opening_id: int, *, at: dt.datetime, by: str) -> None:
    """Say yes as the second person. Raises RequestError where it does not wait, or `by` has asked for it."""
    waiting = EvidenceOpening.objects.waiting(at).filter(pk=opening_id)
    if waiting.filter(asked_by=by).exists():
        raise RequestError(_("You have asked for it. A second person has to say yes."))
    if not waiting.update(confirmed_by=by, opened_at=at):
        raise RequestError(_("This does not wait any more. Look at its page again."))
    evidence = EvidenceOpening.objects.values_list("evidence", flat=True).get(pk=opening_id)
    audit.record("evidence.opened", at=at, by=by, rule=f"evidence:{evidence}")


def of(evidence: Evidence, at: dt.datetime) -> EvidenceOpening | None:
    """Return the opening that waits or is open."""
    return evidence.openings.current(at).order_by("-pk").first()


def look(evidence: Evidence, *, at: dt.datetime, by: str) -> dict[str, Any] | None:
    """Return what is sealed, to one of the two who opened it, and write the look down; None to anybody else.

    Raises RequestError where its key is gone, or the file is not as it was sealed.
    """
    opening = of(evidence, at)
    if opening is None or opening.opened_at is None or by not in {opening.asked_by, opening.confirmed_by}:
        return None
    opened = sealing.read(evidence)
    audit.record("evidence.read", at=at, by=by, rule=f"evidence:{evidence.pk}")
    return opened
