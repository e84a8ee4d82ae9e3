"""Hand out a package that was made ready for a person, while they are on "My data" (P20)."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse

from dsr.decisions import fetching
from dsr.views import visits
from dsr.views.visits import BY, Door, visit_view

# A name that tells nothing of whose details are in it.
_AS_A_FILE = {"Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="my-data.zip"'}


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
