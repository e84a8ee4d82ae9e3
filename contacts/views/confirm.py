"""The page that our mail opens: it says what will happen, and a button makes it happen (proof of the address).

Mail scanners follow links, so opening it changes nothing (P13).
"""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.models import Registration, SignUp
from contacts.outbox import links, wake_worker
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from contacts.views import refusals, spoken, ticked, typed
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from contacts.words.vocabulary import SignUpKind


@link_view
def confirm(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show what a sign-up waits for, take the proof of its address, and show what came of it."""
    at = timezone.now()
    try:
        public_id = links.read_confirm(token)
        return _prove(visit, public_id, at) if request.method == "POST" else _show(visit, public_id, at)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    except proof.SignUpGoneError:
        return refusals.ended_link(visit)
    except SignUpRefusedError as refusal:
        return refusals.refused(visit, refusal)


def _prove(visit: Visit, public_id: uuid.UUID, at: dt.datetime) -> HttpResponse:
    """Do what was asked for, once, and lead back to the page, which now shows what came of it."""
    consent = visit.request.POST.get("news") == "yes"
    said = typed.answers(visit.request.POST)
    proven = proof.confirm(public_id, consent=consent, answers=said, policy=visit.policy, at=at, by="visitor")
    if proven.again and links.is_open(proven.sign_up, at):
        proof.answer(proven, said, policy=visit.policy, at=at, by="visitor")
    wake_worker.nudge()
    return redirect(f"{visit.request.path}?lang={visit.language}")


def _show(visit: Visit, public_id: uuid.UUID, at: dt.datetime) -> HttpResponse:
    made = proof.find(public_id, at=at)
    proof.check(made, at=at)
    wish = Wish(SignUpKind(made.kind), made.scenario, made.whitepaper, made.event)
    asked = typed.questions(made, visit.policy, at)
    said = spoken.of_wish(wish, visit.language) | {"sign_up": made, "questions": asked}
    if made.contact:
        said |= {"news": ticked.afterwards(made, visit.policy)}
        return visit.show("contacts/confirmed.html", said | _outcome(made, at))
    counting = typed.counting(made)
    said |= {"ticked": counting, "not_counting": ticked.ahead(made, counting, visit.policy)}
    return visit.show("contacts/confirm.html", said | {"typed": typed.told(made)})


def _outcome(made: SignUp, at: dt.datetime) -> dict[str, Any]:
    """Return what came of a sign-up that is proven, as far as it still stands."""
    if made.whitepaper:
        return {"download": links.download(made) if links.is_open(made, at) else ""}
    if made.event is None:
        return {}
    place = Registration.objects.select_related("contact").filter(contact=made.contact, event=made.event).first()
    still = {"open": not sign_ups.closed(made.event, at)}
    return still | {"place": place, "place_link": links.place(place) if place else ""}
