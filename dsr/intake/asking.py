"""Ask for something on "My data": once at a time, however often the button is pressed."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.base import retry
from contacts.models import Contact, PolicyVersion
from dsr.intake import intake
from dsr.intake.intake import Asked
from dsr.models import Handover, Request, Requests
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import AT_ONCE, PaperKind, State


class AskedBeforeError(RequestError):
    """The same was asked for before, and is being answered; `request` is the earlier one."""

    def __init__(self, request: Request) -> None:
        super().__init__(_("This was asked for before, and is being answered."))
        self.request = request


def ask(
    asked: Asked, contact_id: int, *, sure: bool = True, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Take what a person asks for, whose address is proven; `sure` says that the record is known to be theirs.

    What is carried out at once may be said again. Raises AskedBeforeError where anything else was asked for before and
    is being answered, RequestError where they are no longer held: then nothing has changed.
    """
    return retry.persist(lambda: _ask(asked, contact_id, sure, policy, at, by))


@transaction.atomic
def _ask(asked: Asked, contact_id: int, sure: bool, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Lock the person first, so that of two at once one is the earlier."""
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise RequestError(_("This person is no longer held."))
    theirs = Request.objects.of_people([person.pk]).filter(kind=asked.kind)
    same = being_answered(theirs) if sure else theirs.standing().filter(asked_from(person.email or ""))
    if asked.kind not in AT_ONCE and (earlier := same.order_by("pk").first()):
        raise AskedBeforeError(earlier)
    if sure and intake.is_waiting_for(person, asked.kind, asked.words, at):
        raise AskedBeforeError(Handover.objects.unfetched(person, asked.kind, at)[0].request)
    return intake.ask(asked, person, sure=sure or asked.kind in AT_ONCE, policy=policy, at=at, by=by)


def asked_from(address: str) -> Q:
    """Tell of requests whether they were asked from an address: others may be about who is on file under it."""
    return Q(papers__kind=PaperKind.STATEMENT, papers__data__address=address)


def being_answered(found: Requests) -> Requests:
    """Return those that keep the same from being asked once more.

    What somebody else may have made, or waits to be made sure of, does not: it may yet come to nothing.
    """
    return timeline.made_sure(found.filter(state=State.OPEN))
