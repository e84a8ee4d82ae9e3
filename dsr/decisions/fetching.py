"""A person fetches a package that was made ready for them: made at that moment, counted, and stored nowhere (P20)."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, QuerySet

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from dsr import package
from dsr.evidence import sealing
from dsr.models import Handover
from dsr.records import timeline
from dsr.words.vocabulary import Step


class HandoverGoneError(LookupError):
    """There is no such package for this person, or not any more."""


def ready(contact: Contact, *, at: dt.datetime) -> QuerySet[Handover]:
    """Return what a person may fetch at `at`, the latest first."""
    return Handover.objects.filter(contact=contact, expires_at__gt=at).select_related("request").order_by("-pk")


@transaction.atomic
def fetch(
    public_id: uuid.UUID, contact: Contact, *, policy: PolicyVersion, language: str, at: dt.datetime, by: str
) -> bytes:
    """Return a package as a ZIP, with what is held at this moment; count that it was fetched, and seal its SHA-256.

    Raises HandoverGoneError where it has ended, and where it is somebody else's: then nothing is counted.
    """
    if not ready(contact, at=at).filter(public_id=public_id).update(fetched=F("fetched") + 1):
        raise HandoverGoneError
    handover = Handover.objects.select_related("request").get(public_id=public_id)
    timeline.record(handover.request, Step.FETCHED, at=at, by=by)
    people = [person.pk for person in timeline.people(handover.request)] or [contact.pk]
    make = package.write_portable if handover.portable else package.write
    made = make(people, policy=policy, language=language, at=at)
    sealing.seal_package(handover.request, made, day=day_of(at, policy.zone), at=at)
    return made
