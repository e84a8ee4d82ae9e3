"""Others say that a person has left: marketing stops, and the officer is asked, who may find that it is false (P4)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Contact, PolicyVersion
from contacts.people import left_organisation
from dsr.answers import closing
from dsr.freeze import freezes
from dsr.intake import automatic_fulfilment, intake
from dsr.intake.intake import Asked
from dsr.models import Entry, Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, PaperKind, Source, Step


@transaction.atomic
def heard(
    contact_id: int, *, on: dt.date, source: Source, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request | None:
    """Note it, and pass it on to the officer, unless that has been done and stands: then None is returned.

    Raises what `contacts.people.left_organisation.heard` raises, and RequestError for a day to come.
    """
    left_organisation.heard(contact_id, on=on, at=at, by=by)
    if Request.objects.standing().of_people([contact_id]).filter(kind=Kind.LEAVER).exists():
        return None
    person = Contact.objects.get(pk=contact_id)
    return intake.pass_on(Asked(Kind.LEAVER), person, source=source, received_on=on, policy=policy, at=at, by=by)


@transaction.atomic
def not_left(request_id: int, how: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Close a request that others made by mistake, and forget that its people have left; `how` says how we know.

    They did not ask, so that no letter goes to them. Raises RequestError where nothing is said, or they told us
    themselves; MovedError where it is closed.
    """
    if not how.strip():
        raise RequestError(_("Say how you know that they have not left."))
    request = transitions.lock(request_id)
    people = timeline.people(request)
    freezes.lock(people)
    if not is_hearsay(request):
        raise RequestError(_("This is no word of others that they have left: answer the person."))
    timeline.note(request, PaperKind.REASON, how, at=at)
    closing.close(request, Outcome.MISTAKEN, policy=policy, at=at, by=by)
    automatic_fulfilment.take_back_leaving([person.pk for person in people], at=at, by=by)


def is_hearsay(request: Request) -> bool:
    """Tell whether others alone say that somebody has left: the person confirmed neither this request nor one that is
    answered with another of theirs.
    """
    if request.kind != Kind.LEAVER:
        return False
    people = list(request.subjects.values_list("contact", flat=True))
    joined = Request.objects.of_people(people).filter(kind=Kind.LEAVER, outcome=Outcome.DUPLICATE)
    own = Entry.objects.filter(step=Step.PROVEN, request__in=[request.pk, *joined.values_list("pk", flat=True)])
    return not own.exists()
