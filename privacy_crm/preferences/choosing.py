"""The page on which a person decides what they get: all of it stopped first, then channels, topics, and a yes (P12)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import redis
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Contact
from contacts.outbox import links, wake_worker
from contacts.outbox.links import Stop
from contacts.permission import interests
from contacts.signups import limits, sign_ups
from contacts.signups.sign_ups import Typed, Wish
from contacts.views import channels, refusals, topics
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from contacts.words.vocabulary import Channel
from privacy_crm.preferences import stopping
from privacy_crm.preferences.stopping import Stopping

BY = "visitor"


@dataclass(frozen=True)
class Door:
    """One request for the page of one link."""

    visit: Visit
    stop: Stop
    at: dt.datetime

    @property
    def day(self) -> dt.date:
        return day_of(self.at, self.visit.policy.zone)


@link_view
def preferences(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show a person's choices and take them. The sealed link is all that it takes, and choosing is no activity."""
    try:
        door = Door(visit, links.read_stop(token), timezone.now())
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    if request.method != "POST":
        return _show(door)
    wish = request.POST.get("do", "")
    if wish == "everything" or wish in Channel.values:
        return _stop(door, wish)
    return _ACTS.get(wish, _unknown)(door)


def _stop(door: Door, wish: str) -> HttpResponse:
    chosen = list(Channel) if wish == "everything" else [Channel(wish)]
    Stopping(door.stop, "stopped on the preference page", door.visit.policy, door.at, BY).channels(chosen)
    wake_worker.nudge()
    return _show(door, _DONE[wish]())


_DONE: dict[str, Callable[[], str]] = {
    "everything": lambda: _("All marketing is stopped: by e-mail, by phone and by post."),
    Channel.EMAIL: lambda: _("Marketing by e-mail is stopped."),
    Channel.PHONE: lambda: _("Marketing by phone is stopped."),
    Channel.POST: lambda: _("Marketing by post is stopped."),
}


def _refuse_topics(door: Door) -> HttpResponse:
    """Stop the topics that are ticked no more. Whoever wants more of them shows on "My data" who they are (L15)."""
    shown, ticked = topics.sent(door.visit.request.POST)
    try:
        interests.choose(stopping.holder(door.stop), set(), among=shown - ticked, day=door.day, at=door.at, by=BY)
    except interests.NobodyHeldError:
        return _show(door, status=HTTPStatus.GONE)
    return _show(door, _("Your topics are saved."))


def _say_yes(door: Door) -> HttpResponse:
    """Write down the boxes that were ticked; they count once confirmed by the button that our mail leads to (P11)."""
    contact = stopping.person(door.stop)
    if contact is None or contact.email is None:
        return _show(door, status=HTTPStatus.GONE)
    ticked = door.visit.request.POST.getlist("yes")
    agreed = {line.channel.value: line.asks for line in _lines(door, contact) if line.asks and line.channel in ticked}
    if not agreed:
        return _show(door, wrong=_("Tick what you say yes to."), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return _sign_up(door, contact.email, agreed)
    except limits.TooManyError as refusal:
        return _later(door, HTTPStatus.TOO_MANY_REQUESTS, refusal.retry_after)
    except redis.RedisError:
        return _later(door, HTTPStatus.SERVICE_UNAVAILABLE, 60)


def _sign_up(door: Door, email: str, agreed: dict[str, str]) -> HttpResponse:
    limits.take_from(door.visit.request)
    limits.take_to(email)
    typed = Typed(email=email, language=door.visit.language)
    sign_ups.sign_up(
        Wish.of_consent(),
        typed,
        policy=door.visit.policy,
        consents=agreed,
        source="preferences",
        at=door.at,
        by=BY,
    )
    wake_worker.nudge()
    sent = f"{reverse('sent')}?lang={door.visit.language}"
    return HttpResponseRedirect(sent, status=HTTPStatus.SEE_OTHER)


def _later(door: Door, status: HTTPStatus, seconds: int) -> HttpResponse:
    response = _show(door, wrong=_("We cannot send you the mail right now. Try again later."), status=status)
    response.headers["Retry-After"] = str(seconds)
    return response


def _unknown(door: Door) -> HttpResponse:
    return _show(door, status=HTTPStatus.BAD_REQUEST)


_ACTS: dict[str, Callable[[Door], HttpResponse]] = {"topics": _refuse_topics, "yes": _say_yes}


def _show(door: Door, done: str = "", wrong: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    """Show the page as it stands now; for somebody who is not held, that nothing is left but to stop everything."""
    contact = stopping.person(door.stop)
    said = {"done": done, "wrong": wrong}
    if contact is None:
        return door.visit.show("preferences/nobody.html", said, status=status)
    return door.visit.show("preferences/preferences.html", said | _choices(door, contact), status=status)


def _choices(door: Door, contact: Contact) -> dict[str, Any]:
    lines = _lines(door, contact)
    return {
        "lines": lines,
        "all_stopped": not any(line.stop for line in lines),
        "asking": [line for line in lines if line.asks],
        "topics": topics.of_person(contact, door.visit.language),
    }


def _lines(door: Door, contact: Contact) -> list[channels.Line]:
    return channels.of_person(contact, policy=door.visit.policy, day=door.day)
