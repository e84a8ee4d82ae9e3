"""The search after a deletion: at once, or left to a worker, for which what names the person waits until it is done."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial

from django.db import transaction
from django.db.models import F

from contacts.base import asked_once, budgets
from contacts.base.budgets import IsOver
from dsr.models import Certificate
from dsr.models.requests import PendingSearch
from dsr.traces import scanning
from dsr.traces.scanning import Identifiers

TASK = "dsr.tasks.search_after_deletion"


@dataclass(frozen=True)
class Search:
    """What to search for. `apart_from` are rows that may stand, and `residue` numbers that a duty has us keep."""

    sought: Identifiers
    apart_from: Mapping[str, list[int]]
    residue: Collection[uuid.UUID]


def complete(certificate: Certificate, search: Search) -> None:
    """Search the whole database, and have the certificate say what was found."""
    found = scanning.scan(search.sought, apart_from=search.apart_from, residue=search.residue)
    certificate.scan = asdict(found)
    certificate.save(update_fields=["scan"])


def leave(certificate: Certificate, search: Search, *, at: dt.datetime) -> None:
    """Leave the search to a worker. Call it in the transaction that deleted."""
    PendingSearch.objects.create(
        certificate=certificate,
        asked_at=at,
        sought={each.name: sorted(getattr(search.sought, each.name)) for each in fields(Identifiers)},
        apart_from=dict(search.apart_from),
        residue=list(search.residue),
    )
    transaction.on_commit(partial(asked_once.ask, TASK), robust=True)  # where none hears of it, the next tick does


def carry_out(*, is_over: IsOver = budgets.endless) -> int:
    """Do the searches that wait, each in a transaction of its own, and return how many there were.

    Once `is_over` says so, the rest is left for the next time. So is one that fails, after those that have failed less
    often. Raises its error at the end.
    """
    failed: list[Exception] = []
    done = 0
    for pk in PendingSearch.objects.order_by("attempts", "pk").values_list("pk", flat=True):
        if is_over():
            break
        try:
            done += _carry_out(pk)
        except Exception as error:  # whatever it is, the others are searched
            PendingSearch.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
            failed.append(error)
    if failed:
        raise failed[0]
    return done


@transaction.atomic
def _carry_out(pk: int) -> bool:
    waiting = PendingSearch.objects.select_for_update(skip_locked=True, of=("self",)).select_related("certificate")
    pending = waiting.filter(pk=pk).first()
    if pending is None:
        return False
    sought = Identifiers(**{kind: frozenset(texts) for kind, texts in pending.sought.items()})
    complete(pending.certificate, Search(sought, pending.apart_from, pending.residue))
    pending.delete()
    return True
