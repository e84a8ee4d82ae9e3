""" "My data": what is held about whoever has proven their address, and the buttons that decide about it (P12, P19)."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse

from contacts.outbox import wake_worker
from contacts.people import rekeying
from contacts.people.activities import ContactGoneError
from contacts.permission import interests
from contacts.views import topics, typed
from contacts.words.addresses import hashes
from contacts.words.vocabulary import Channel
from dsr.intake import asking, automatic_fulfilment, own_words, proving
from dsr.intake.asking import AskedBeforeError
from dsr.intake.intake import Asked
from dsr.records.transitions import RequestError
from dsr.views import page, visits, wishes
from dsr.views.forms import WordsForm
from dsr.views.visits import BY, Door, visit_view
from dsr.words.vocabulary import Kind
from retention.lapses import objections

EVERYTHING = "all"


@visit_view
def mine(door: Door) -> HttpResponse:
    """Show what is held; a post does the one thing whose button was pressed."""
    if door.visit.request.method != "POST":
        return page.show(door, done=door.visit.request.GET.get("done", ""))
    for name, act in _ACTS.items():
        if said := door.visit.request.POST.get(name):
            return act(door, said)
    return page.show(door, status=HTTPStatus.BAD_REQUEST)


def _stop(door: Door, channel: str) -> HttpResponse:
    """Stop marketing on a channel or on all; that may be the end of the person, and of the visit (P12)."""
    if channel != EVERYTHING and channel not in Channel.values:
        return page.show(door, status=HTTPStatus.BAD_REQUEST)
    channels = list(Channel) if channel == EVERYTHING else [Channel(channel)]
    if door.contact:
        return _ask(door, Asked(Kind.MARKETING_OBJECTION, "", {"channels": channels}), f"stopped_{channel}")
    rekeying.bring_forward([door.proof.address])
    objections.object_to_marketing(
        **hashes(door.proof.address),
        public_id=None,
        channels=channels,
        reason="objected on My data",
        policy=door.visit.policy,
        at=door.at,
        by=BY,
    )
    return visits.to(door.visit, "my_data_mine", done=f"stopped_{channel}")


def _withdraw(door: Door, what: str) -> HttpResponse:
    if what not in automatic_fulfilment.CONSENTS:
        return page.show(door, status=HTTPStatus.BAD_REQUEST)
    return _ask(door, Asked(Kind.WITHDRAWAL, "", {"what": [what]}), "withdrawn")


def _ask_for(door: Door, kind: str) -> HttpResponse:
    if kind not in {wish.code for wish in wishes.on_my_data()}:
        return page.show(door, status=HTTPStatus.BAD_REQUEST)
    form = WordsForm(door.visit.request.POST)
    if not form.is_valid():
        return page.show(door, wrong=(kind, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _ask(door, Asked(Kind(kind), form.cleaned_data["words"]), kind)


def _ask(door: Door, asked: Asked, done: str) -> HttpResponse:
    contact, sure = door.contact or door.likely, door.contact is not None
    if contact is None:
        return page.show(door, status=HTTPStatus.GONE)
    try:
        asking.ask(asked, contact.pk, sure=sure, policy=door.visit.policy, at=door.at, by=BY)
    except AskedBeforeError as refusal:
        return page.show(door, before=refusal.request, status=HTTPStatus.CONFLICT)
    except RequestError:
        return visits.end(visits.ended(door.visit))
    wake_worker.nudge()
    if visits.is_over(door):
        return visits.gone(door.visit)
    return visits.to(door.visit, "my_data_mine", done=done)


def _choose_topics(door: Door, _said: str) -> HttpResponse:
    shown, ticked = topics.sent(door.visit.request.POST)
    public_id = door.contact.public_id if door.contact else None
    try:
        interests.choose(public_id, ticked, among=shown, day=door.day, at=door.at, by=BY)
    except interests.NobodyHeldError:
        return page.show(door, status=HTTPStatus.GONE)
    return visits.to(door.visit, "my_data_mine", done="topics")


def _answer(door: Door, _said: str) -> HttpResponse:
    """Take the person's word on what somebody else said about them (L15)."""
    if door.contact is None:
        return page.show(door, status=HTTPStatus.GONE)
    said = typed.answers(door.visit.request.POST)
    try:
        changes = own_words.answer(door.contact, said, policy=door.visit.policy, at=door.at, by=BY)
    except ContactGoneError:
        return visits.end(visits.ended(door.visit))
    return visits.to(door.visit, "my_data_mine", done="corrected" if changes else "kept")


def _close(door: Door, _said: str) -> HttpResponse:
    proving.leave(door.proof, at=door.at)
    return visits.end(door.visit.show("my_data/closed.html"))


_ACTS: dict[str, Callable[[Door, str], HttpResponse]] = {
    "stop": _stop,
    "withdraw": _withdraw,
    "ask": _ask_for,
    "topics": _choose_topics,
    "answer": _answer,
    "close": _close,
}
