"""Take an import back: the people that it created go again, but for those who are held for more than it by now.

What an update replaced of people who were held before is put back (`restoring`); blanks that a list filled stay filled,
and so do the objections that it brought (P12).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from contacts.base import audit, budgets
from contacts.base.budgets import Budget, IsOver
from contacts.base.days import day_of
from contacts.models import (
    Activity,
    Basis,
    ChannelPermission,
    Contact,
    Interest,
    PolicyVersion,
    Registration,
    Upload,
    UploadedPerson,
)
from contacts.people import empty_organisations, erasure
from contacts.words.vocabulary import PermissionState, UploadState
from dsr.models import Subject
from privacy_crm.uploads import moving, restoring, working
from privacy_crm.uploads.working import Clock
from retention.models import Hold

_BATCH = 1_000


class Reason(TextChoices):
    """Why somebody stays whom the import created."""

    HOLD = "hold", _("something holds them: a request, a claim, or a legal duty")
    REQUEST = "request", _("they have asked something of us")
    BASIS = "basis", _("they are held for another reason as well")
    DID = "did", _("they did something themselves: signed up, downloaded, came, answered or agreed")
    CORRECTED = "corrected", _("their details were put right on their word")


def start(upload: Upload, *, at: dt.datetime, by: str) -> None:
    """Have an import taken back. Raises MovedError where its day is over, or it is removed."""
    if upload.forget_at is None or upload.forget_at <= at:
        raise moving.MovedError
    moving.move(upload, UploadState.DONE, to=UploadState.REMOVING, **moving.begun(at))
    audit.record("upload.unwanted", at=at, by=by, rule=f"upload:{upload.pk}")


def outlook(upload: Upload, *, day: dt.date) -> tuple[int, dict[str, int]]:
    """Return how many would go now, and how many would stay for which reason."""
    found = _judged(upload, Contact.objects.filter(pk__in=_created(upload)), day)
    counted = dict(found.order_by().values_list("why").annotate(Count("pk")))
    return counted.pop("", 0), counted


def remove(
    upload_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str, now: Clock, is_over: IsOver = budgets.endless
) -> bool:
    """Remove them, a bounded batch at a time. A worker that takes over, as from a dead one, removes the rest.

    Returns whether somebody has to, since `is_over` said so between two batches.
    """
    with working.on(upload_id, UploadState.REMOVING, now=now) as work:
        if work is None:
            return False
        budget, day = Budget(is_over), day_of(at, policy.zone)
        facts: dict[str, Any] = {"budget": budget, "day": day, "at": at, "by": by}
        _in_batches(work, restoring.people(work.upload), restoring.restore, **facts)
        _in_batches(work, list(_created(work.upload).order_by("contact")), _remove, **facts)
        if budget.spent:
            work.pause(by)
        else:
            _close(work.upload, day=day, at=at, by=by)
        return budget.spent


def _in_batches(work: working.Work, ids: list[int], act: Callable[..., None], *, budget: Budget, **facts: Any) -> None:
    for start in budget.portions(range(0, len(ids), _BATCH)):
        act(work.upload, ids[start : start + _BATCH], **facts)
        work.say(working.REMOVING, (start + _BATCH) / len(ids))


@transaction.atomic
def _remove(upload: Upload, ids: list[int], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Lock first, then decide in a second statement: what was committed in between is seen."""
    locked = Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    organisations = {pk: organisation for pk, organisation in locked.values_list("pk", "organisation") if organisation}
    going = dict(_judged(upload, Contact.objects.filter(pk__in=ids), day).filter(why="").values_list("pk", "public_id"))
    erasure.delete(going, at=at, by=by, rule=f"upload:{upload.pk}")
    empty_organisations.notice({organisations[pk] for pk in going if pk in organisations})
    # With the people, so that a worker who takes over counts on.
    upload.result["removed"] = upload.result.get("removed", 0) + len(going)
    Upload.objects.filter(pk=upload.pk).update(result=upload.result)


@transaction.atomic
def _close(upload: Upload, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Say how many stay, and why, and how many old values could not be put back: also of people who have gone."""
    _going, staying = outlook(upload, day=day)
    result = {"removed": 0, **upload.result, "stayed": staying}
    if changed := result.get("differences"):
        result["restored"] = result.get("restored", 0)
        result["unrestored"] = changed - result["restored"]
    moving.move(upload, UploadState.REMOVING, to=UploadState.REMOVED, result=result)
    audit.record("upload.removed", at=at, by=by, rule=f"upload:{upload.pk}")


def _created(upload: Upload) -> QuerySet[UploadedPerson, Any]:
    return UploadedPerson.objects.filter(upload=upload).values_list("contact", flat=True)


def _judged(upload: Upload, people: QuerySet[Contact], day: dt.date) -> Any:
    """Give each of these people `why` they stay; it is empty for those who go."""
    reasons = {
        Reason.HOLD: Exists(Hold.objects.standing(day).filter(contact=OuterRef("pk"))),
        Reason.REQUEST: Exists(Subject.objects.filter(contact=OuterRef("pk"))),
        Reason.BASIS: Exists(_bases_besides(upload)),
        Reason.DID: _did_something(upload),
        Reason.CORRECTED: ~Q(corrected=[]),
    }
    whens = [When(condition, then=Value(reason.value)) for reason, condition in reasons.items()]
    return people.annotate(why=Case(*whens, default=Value("")))


def _bases_besides(upload: Upload) -> QuerySet[Basis]:
    """Bases that the import did not write, or that somebody else wrote again since."""
    given = Q(scenario=upload.scenario, source=upload.source, source_kind=upload.source_kind)
    return Basis.objects.filter(contact=OuterRef("pk")).exclude(given)


def _did_something(upload: Upload) -> Q:
    consents = ChannelPermission.objects.filter(state=PermissionState.CONSENTED)
    rows = (Activity.objects.all(), Registration.objects.all(), Interest.objects.filter(wanted=True), consents)
    did = Q()
    for each in rows:
        did |= Q(Exists(each.filter(contact=OuterRef("pk"))))
    begun = Basis.objects.filter(contact=OuterRef("pk"), collected_on__lt=OuterRef("last_activity_on"))
    return did | Q(Exists(begun.filter(scenario=upload.scenario)))
