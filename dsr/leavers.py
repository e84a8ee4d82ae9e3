"""Staff hear from somebody else that a person has left: marketing stops, and the officer is asked (P4)."""

import datetime as dt

from django.db import transaction

from contacts import leaving
from contacts.models import Contact, PolicyVersion
from dsr import intake
from dsr.intake import Asked
from dsr.models import Request
from dsr.vocabulary import Kind, Source


@transaction.atomic
def heard(
    contact_id: int, *, on: dt.date, source: Source, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request | None:
    """Note it, and pass it on to the officer, unless that has been done and stands: then None is returned.

    Raises what `contacts.leaving.heard` raises, and RequestError for a day to come.
    """
    leaving.heard(contact_id, on=on, at=at, by=by)
    if Request.objects.standing().of_people([contact_id]).filter(kind=Kind.LEAVER).exists():
        return None
    person = Contact.objects.get(pk=contact_id)
    return intake.pass_on(Asked(Kind.LEAVER), person, source=source, received_on=on, policy=policy, at=at, by=by)
