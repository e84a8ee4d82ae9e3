"""One request of a phone at the door of an event, and what every page there does with a guest who comes in."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.admin.events import guest_phone
from contacts.admin.events.door import Door
from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin, today
from contacts.events import check_in
from contacts.events.check_in import Arrival, AttendingError, FullError
from contacts.models import Event, PolicyVersion
from contacts.outbox import wake_worker
from contacts.people.activities import ContactGoneError
from contacts.policy import policy_words

_PAGES = ("change", "check-in", "who-is-in", "arrive", "undo-arrival", "walk-in", "hand-over", "hand-back")

type View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Visit:
    """One request of a phone at the door of one event."""

    model_admin: RecordAdmin
    request: HttpRequest
    event: Event
    policy: PolicyVersion
    at: dt.datetime
    staffs_language: str = field(default_factory=translation.get_language)

    @property
    def door(self) -> Door:
        return Door(self.event, self.at, today(self.policy))

    @property
    def language(self) -> str:
        """The language that a guest chose on the page before, else the company's own."""
        languages, asked = policy_words.languages(self.policy), self.request.GET.get("lang", "")
        return asked if asked in languages else languages[0]

    def acts(self) -> dict[str, Any]:
        """Return what every act is told."""
        return {"policy": self.policy, "at": self.at, "by": acts.by(self.request)}

    def url(self, page: str) -> str:
        return self.model_admin.url_of(self.event, page)

    def show(self, template: str, **context: Any) -> HttpResponse:
        pages = {name: self.url(name) for name in _PAGES}
        status = context.pop("status", HTTPStatus.OK)
        known = {
            "locked": guest_phone.is_locked(self.request),
            "event": self.event,
            "urls": {name.replace("-", "_"): url for name, url in pages.items()},
        }
        return TemplateResponse(self.request, f"check_in/{template}.html", known | context, status=status).render()


def closed(visit: Visit) -> HttpResponse | None:
    """Say when the door opens, where it is not open."""
    if check_in.is_open(visit.event, visit.at):
        return None
    return visit.show("closed", opens=check_in.opens_at(visit.event), closes=check_in.closes_at(visit.event))


def let_in(visit: Visit, act: Callable[..., Arrival], again: View, then: str) -> HttpResponse:
    """Let somebody in who had no place, and tell our staff; or say why not, and keep what was typed.

    `then` is where this leads, and ends with the key of the place; with 0 where nothing is noted about the guest.
    """
    try:
        arrival = act(anyway=_knows_of_room(visit), **visit.acts())
    except FullError:
        return again(full=True, status=HTTPStatus.CONFLICT)
    except AttendingError as refusal:
        return again(refusal=str(refusal), status=HTTPStatus.CONFLICT)
    except ContactGoneError as refusal:
        return tell(visit, partial(words_of, refusal), f"{then}0")
    wake_worker.nudge()
    return tell(visit, partial(said, visit, arrival), f"{then}{arrival.key}")


def _knows_of_room(visit: Visit) -> bool:
    """Tell whether our staff say that there is room beyond the places: no guest does, who holds the phone."""
    return "anyway" in visit.request.POST and not guest_phone.is_locked(visit.request)


def tell(visit: Visit, words: Callable[[], str], then: str) -> HttpResponse:
    """Keep words for our staff, in their language, until a page shows them that is theirs."""
    with translation.override(visit.staffs_language):
        messages.success(visit.request, words())
    return redirect(then)


def said(visit: Visit, arrival: Arrival) -> str:
    if arrival.again:
        return _("Already in at %s.") % visit.door.since(arrival.since)
    return _("The guest is in since %s.") % visit.door.since(arrival.since)


def words_of(refusal: Exception) -> str:
    """Return why not. Whose details are only stored comes in all the same: they asked to, and no note is needed."""
    if isinstance(refusal, ContactGoneError):
        return _("Let this guest in. Nothing is noted about them: the privacy officer can say why.")
    return str(refusal)
