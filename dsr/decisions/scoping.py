"""Ask what a request for access is about, where much is held (recital 63 GDPR): unanswered, it is about everything."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from dsr.answers.answering import Draft
from dsr.intake import identity
from dsr.models import Request
from dsr.records import deadlines, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.traces import counting
from dsr.words.vocabulary import SCOPE, SCOPE_ON, Kind


@transaction.atomic
def ask(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Ask the person what they want to know. The clock waits only where much is held, and it is asked in time.

    Raises RequestError where it is no request for access or is about nobody yet; MovedError where a question is open.
    """
    request = transitions.lock(request_id)
    if request.kind != Kind.ACCESS:
        raise RequestError(_("Only a request for access can be about a part."))
    if not request.subjects.exists():
        raise RequestError(_("Say first whom the request is about."))
    day = day_of(at, policy.zone)
    identity.put(request, draft, day, SCOPE if pauses(request, day) else SCOPE_ON, at=at, by=by)


def pauses(request: Request, day: dt.date) -> bool:
    """Tell whether the question, put on a day, pauses the deadline."""
    return day <= deadlines.question_by(request) and entries(request) >= settings.MUCH_HELD


def entries(request: Request) -> int:
    """Return in how many rows of our tables the people of a request are held."""
    people = [person.pk for person in timeline.people(request)]
    return sum(counting.count([Contact.objects.filter(pk__in=people)]).values())
