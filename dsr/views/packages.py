"""Packages that were made ready: the letter's link has the address proven, and "My data" hands them out (P20).

The letter's link opens nothing by itself: a letter may be passed on. It has a fresh link sent to the address on file,
without anything being typed, and so without a new request.
"""

import datetime as dt
import uuid
from http import HTTPStatus

import redis
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from contacts.outbox import links, wake_worker
from contacts.signups import limits
from contacts.views import refusals
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from dsr.decisions import fetching
from dsr.intake import intake
from dsr.intake.intake import Stranger
from dsr.letters import proof as letters
from dsr.models import Handover
from dsr.views import visits
from dsr.views.visits import BY, Door, visit_view

# A name that tells nothing of whose details are in it.
_AS_A_FILE = {"Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="my-data.zip"'}


@link_view
def ready(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Say how the package is fetched; a post has the link sent that proves the address."""
    at = timezone.now()
    try:
        handover = fetching.behind(token, at=at)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    except fetching.HandoverGoneError:
        return visit.show("my_data/ready_no_more.html", status=HTTPStatus.GONE)
    if visits.is_open_for(request, handover.contact, at):
        return visits.to(visit, "my_data_mine")
    return _send_link(visit, handover, at) if request.method == "POST" else _show(visit, handover)


def _show(visit: Visit, handover: Handover, status: int = HTTPStatus.OK) -> HttpResponse:
    day = date_format(handover.last_day(visit.policy.zone), "DATE_FORMAT")
    context = {"number": handover.request.number, "day": day, "too_many": status != HTTPStatus.OK}
    return visit.show("my_data/ready.html", context, status=status)


def _send_link(visit: Visit, handover: Handover, at: dt.datetime) -> HttpResponse:
    address = str(handover.contact.email)
    try:
        limits.take_from(visit.request)
        limits.take_to(address)
    except limits.TooManyError:
        return _show(visit, handover, HTTPStatus.TOO_MANY_REQUESTS)
    except redis.RedisError:
        return _show(visit, handover, HTTPStatus.SERVICE_UNAVAILABLE)
    stranger = Stranger(address, visit.language)
    intake.look(stranger, lambda proof: letters.for_package(proof, policy=visit.policy), at=at)
    wake_worker.nudge()
    return visits.to(visit, "sent")


@visit_view
def fetch(door: Door, public_id: uuid.UUID) -> HttpResponse:
    """Make the file and count that it was fetched, by POST alone: opening the address does nothing."""
    if door.visit.request.method != "POST":
        return visits.to(door.visit, "my_data_mine")
    try:
        return HttpResponse(_file(door, public_id), headers=_AS_A_FILE)
    except fetching.HandoverGoneError:
        return door.visit.show("404.html", status=HTTPStatus.NOT_FOUND)


def _file(door: Door, public_id: uuid.UUID) -> bytes:
    if door.contact is None:
        raise fetching.HandoverGoneError
    policy, language = door.visit.policy, door.visit.language
    return fetching.fetch(public_id, door.contact, policy=policy, language=language, at=door.at, by=BY)
