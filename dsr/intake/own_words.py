"""A person corrects their own details: it is done at once, and the old and new values go with them (Art. 16 GDPR, P19).

What is only stored because of a restriction is not touched: the officer does that, who is asked.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from contacts.people import correcting, details
from contacts.people.activities import ContactGoneError
from contacts.people.correcting import Change
from contacts.people.details import Answers
from dsr.answers import closing
from dsr.freeze import freezes
from dsr.intake import asking, intake
from dsr.intake.intake import Asked
from dsr.models import Request, Subject
from dsr.records import timeline
from dsr.words.vocabulary import Kind, Outcome, PaperKind, Source, State, Step


@transaction.atomic
def correct(
    contact: Contact, values: Mapping[str, str], *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request | None:
    """Give fields of a person the values that they say are right, and return the request that records it, closed.

    None where nothing differs. For somebody whose details are restricted the request is returned open, with the values
    in it. Raises ContactGoneError where they are no longer held, AskedBeforeError where the officer has been asked for
    a correction already.
    """
    day = day_of(at, policy.zone)
    locked = freezes.lock([contact])  # so that no restriction comes in between
    if not locked:
        raise ContactGoneError(_("This person is no longer held."))
    contact = locked[0]
    if contact.restricted_through and contact.restricted_through >= day:
        return asking.ask(Asked(Kind.RECTIFICATION, "", values), contact.pk, policy=policy, at=at, by=by)
    changes = correcting.correct(contact.pk, values, at=at, by=by)
    return _record(contact, changes, policy, at, by) if changes else None


@transaction.atomic
def answer(contact: Contact, answers: Answers, *, policy: PolicyVersion, at: dt.datetime, by: str) -> list[Change]:
    """Take the person's word on what is proposed about them, and return what that changed.

    While a request or a claim of theirs is open, nothing changes, and what was proposed waits on. Raises
    ContactGoneError where they are no longer held.
    """
    locked = freezes.lock([contact])
    if not locked:
        raise ContactGoneError(_("This person is no longer held."))
    frozen = locked[0].frozen_through
    if frozen and frozen >= day_of(at, policy.zone):
        return []
    return details.settle(contact.pk, answers, at=at, by=by)


def _record(contact: Contact, changes: list[Change], policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Keep what was changed, as a request that is done. It freezes nobody, since there is nothing left to answer."""
    request = intake.create(Kind.RECTIFICATION, State.OPEN, Source.MY_DATA, day_of(at, policy.zone))
    Request.objects.filter(pk=request.pk).update(address_hash=contact.address_hash or "")
    Subject.objects.create(request=request, contact=contact)
    told = {change.field: {"old": change.old, "new": change.new} for change in changes}
    timeline.note(request, PaperKind.CORRECTION, data=told, at=at)
    timeline.record(request, Step.RECEIVED, at=at, by=by)
    timeline.record(request, Step.PROVEN, at=at, by=by)
    timeline.record(request, Step.CORRECTED, at=at, by=by)
    closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    return request
