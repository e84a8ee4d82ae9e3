"""Because of which request details are only stored, and what was told of the end of it (Art. 18 GDPR, L6)."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from dsr.models import Paper, Request
from dsr.words.vocabulary import Kind, Outcome, PaperKind, State, Step
from retention.models import Hold, HoldReason

ONE_DAY = dt.timedelta(days=1)

# What is restricted already stays so until these are settled; an objection brings it about.
UNTIL_SETTLED = (Kind.OBJECTION, Kind.RESTRICTION)


def is_weighed(request: Request) -> bool:
    """Tell whether a request is an objection: while it is weighed, details are only stored (Art. 18(1)(d) GDPR).

    Not before it is sure that it is theirs.
    """
    return request.kind == Kind.OBJECTION and request.is_standing and request.state != State.NEW


def holds(request: Request, day: dt.date) -> QuerySet[Hold]:
    people = request.subjects.values("contact")
    return Hold.objects.standing(day).filter(contact__in=people, reason=HoldReason.RESTRICTION).order_by("contact")


def is_restricted(request: Request, day: dt.date) -> bool:
    return holds(request, day).exists()


def outlook(request: Request, day: dt.date) -> dict[str, Any]:
    """Return what a letter has to tell of the restriction that goes on until an objection or the like is settled.

    Either `on`, the earliest day on which the details are used again; or `still`, the numbers of the other requests
    that need the restriction. Nothing where nothing is restricted.
    """
    if request.kind not in UNTIL_SETTLED or not is_restricted(request, day):
        return {}
    others = needing(request, day + ONE_DAY)
    return {"still": [other.number for other in others]} if others else {"on": day + ONE_DAY}


def ends_on(request: Request, day: dt.date) -> dt.date | None:
    """Return from when on details are used again where a request is settled on a day: None where that ends nothing."""
    found: dt.date | None = outlook(request, day).get("on")
    return found


def needing(request: Request, on: dt.date) -> list[Request]:
    """Return the other requests of the same people that need the restriction on a day."""
    people = list(request.subjects.values_list("contact", flat=True))
    others = Request.objects.of_people(people).exclude(pk=request.pk).order_by("pk")
    return [other for other in others if _needs(other, on)]


def is_needed_for(contact_id: int) -> bool:
    """Tell whether a request of a person restricts them: also one whose end was told and has not come."""
    return any(_needs(each, dt.date.min) for each in Request.objects.of_people([contact_id]))


def began_with(request: Request) -> bool:
    """Tell whether somebody's details may only be stored because of a request."""
    return request.kind in UNTIL_SETTLED or request.entries.filter(step=Step.RESTRICTED).exists()


def announced_for(request: Request) -> dt.date | None:
    """Return the day for which the person was last told that the restriction ends."""
    letter = announcement(request)
    return dt.date.fromisoformat(letter.data["lifts_on"]) if letter else None


def announcement(request: Request) -> Paper | None:
    """Return the last letter by which the person heard that the restriction ends, of this request or naming it.

    What was told before it was lifted, or before they were restricted anew, is past.
    """
    people = request.subjects.values("contact")
    letters = Paper.objects.filter(contact__in=people, kind=PaperKind.LETTER, data__has_key="lifts_on")
    letters = letters.filter(Q(request=request) | Q(data__ends__contains=[request.number]))
    if lifted := request.entries.filter(step=Step.LIFTED).last():
        letters = letters.filter(at__gt=lifted.at)
    if anew := request.entries.filter(step=Step.RESTRICTED).last():
        letters = letters.filter(at__gte=anew.at)
    return letters.order_by("pk").last()


def _needs(request: Request, on: dt.date) -> bool:
    """Tell whether a request needs the restriction on a day, which it does until the day that its person was told.

    An objection needs it while it is weighed, and who asked for it, until that is decided; what the officer restricted,
    until they lift it.
    """
    if request.outcome == Outcome.DUPLICATE:
        return False
    if told := announced_for(request):
        return told > on
    if request.kind in UNTIL_SETTLED and request.is_standing and request.state != State.NEW:
        return True
    last = request.entries.filter(step__in=[Step.RESTRICTED, Step.LIFTED]).last()
    return last is not None and last.step == Step.RESTRICTED
