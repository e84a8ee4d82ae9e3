"""A person fetches a package that was made ready for them: made at that moment, counted, and stored nowhere (P20)."""

import datetime as dt
import uuid

import structlog
from django.db import transaction
from django.db.models import F

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from contacts.outbox import links
from dsr import package
from dsr.evidence import sealing
from dsr.models import Handover
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.systems import enclosing
from dsr.words.vocabulary import Step

log = structlog.get_logger(__name__)


class HandoverGoneError(LookupError):
    """There is no such package for this person, or not any more."""


def behind(token: str, *, at: dt.datetime) -> Handover:
    """Return the package that a letter leads to. Raises InvalidLinkError, and HandoverGoneError once it has ended."""
    answered = links.read_package(token)
    open_still = Handover.objects.filter(expires_at__gt=at).select_related("contact", "request")
    found = open_still.filter(request__public_id=answered).first()
    if found is None:
        raise HandoverGoneError
    return found


@transaction.atomic
def fetch(
    public_id: uuid.UUID, contact: Contact, *, policy: PolicyVersion, language: str, at: dt.datetime, by: str
) -> bytes:
    """Return a package as a ZIP, with what is held at this moment; count that it was fetched. The first is sealed.

    Raises HandoverGoneError where it has ended, and where it is somebody else's: then nothing is counted.
    """
    if not Handover.objects.ready(contact, at).filter(public_id=public_id).update(fetched=F("fetched") + 1):
        raise HandoverGoneError
    handover = Handover.objects.select_related("request").get(public_id=public_id)
    timeline.record(handover.request, Step.FETCHED, at=at, by=by)
    people = [person.pk for person in timeline.people(handover.request)] or [contact.pk]
    make = package.write_portable if handover.portable else package.write
    beside = enclosing.files(handover.request)
    made = make(people, beside=beside, policy=policy, language=language, at=at)
    if handover.fetched == 1:
        _seal(handover, made, day_of(at, policy.zone), at)
    return made


def _seal(handover: Handover, made: bytes, day: dt.date, at: dt.datetime) -> None:
    """Seal the sum of what is fetched first. Where no key can be written, the person gets it all the same."""
    try:
        sealing.seal_package(handover.request, made, day=day, at=at)
    except RequestError:
        log.warning("evidence.package_not_sealed", request=handover.request_id)
