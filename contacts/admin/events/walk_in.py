"""A guest without a place types who they are, on a phone that is locked to that meanwhile (L15)."""

from functools import partial
from http import HTTPStatus

import redis
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.admin.events import guest_phone
from contacts.admin.events.door_visit import Visit, closed, let_in
from contacts.events import check_in
from contacts.policy import policy_words
from contacts.signups import limits
from contacts.signups.forms import SignUpForm
from contacts.signups.sign_ups import Wish

_LATER = HTTPStatus.SERVICE_UNAVAILABLE


def hand_over(visit: Visit) -> HttpResponse:
    """Lock the phone to the page for guests, until staff have shown who they are."""
    guest_phone.lock(visit.request, visit.event)
    return redirect(visit.url("walk-in"))


def walk_in(visit: Visit) -> HttpResponse:
    """Take a guest without a place, on a page in their language: it is they who read the note on it (P14)."""
    if shut := closed(visit):
        return shut
    with translation.override(visit.language):
        return _take(visit)


def hand_back(visit: Visit) -> HttpResponse:
    """Ask a guest for the phone back. What came of what they typed, the list tells our staff alone.

    Whether an address is known, or details are only stored, is not for whoever typed it.
    """
    with translation.override(visit.language):
        return visit.show("hand_back", language=visit.language, guest=visit.request.GET.get("in"))


def _take(visit: Visit) -> HttpResponse:
    sent = visit.request.POST if visit.request.method == "POST" else None
    language, languages = visit.language, policy_words.languages(visit.policy)
    form = SignUpForm(sent, wish=Wish.at_the_door(visit.event), in_force=visit.policy, language=language)
    again = partial(visit.show, "walk_in", form=form, policy=visit.policy, language=language, languages=languages)
    if sent is None:
        return again()
    if not form.is_valid():
        return again(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    typed, then = form.typed(), _after(visit)
    try:
        limits.take_to(typed.email)
    except (limits.TooManyError, redis.RedisError):
        return again(refusal=_("We cannot send a mail to this address right now. Just come in."), status=_LATER)
    return let_in(visit, partial(check_in.walk_in, visit.event, typed), again, then)


def _after(visit: Visit) -> str:
    """Return where a guest who came in leads: to their welcome where they hold the phone, else to the list."""
    if guest_phone.is_locked(visit.request):
        return f"{visit.url('hand-back')}?lang={visit.language}&in="
    return f"{visit.url('check-in')}#g"
