"""What a request forgets once it turns out not to be about somebody: all but what was asked (Art. 5(1)(d) GDPR)."""

import datetime as dt
from collections.abc import Collection

from contacts.models import Message
from contacts.outbox import outbox
from contacts.words.addresses import keyed_hash
from dsr.answers import representation
from dsr.models import Paper, Request
from dsr.records import timeline, transitions
from dsr.words.vocabulary import ASKED_NOBODY, LETTERS, STANDING, PaperKind, RepresentativeEnd, State, Step

_THEIR_WORDS = (PaperKind.STATEMENT, PaperKind.INCOMING)


def forget(request: Request, wrong: Collection[int], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Have a locked request forget what was said and decided while it was about the contacts `wrong`, now taken off.

    What it said about them would be read by whoever it is about, and their letters would go to the wrong address. Of
    the letters those stay that went to somebody else. A question that went to them was put to nobody: the clock runs
    on, and they are not written to any more.
    """
    asked = request.papers.filter(kind=PaperKind.QUESTION).exists()
    _drop(request, wrong, at)
    left = timeline.person(request)
    request.papers.filter(contact__in=wrong).update(contact=left)
    hashed = (left.address_hash or "") if left else _asked_from(request)
    transitions.change(request, among=STANDING, ground="", agreed_by=None, address_hash=hashed)
    if asked and not request.papers.filter(kind=PaperKind.QUESTION).exists():
        _run_on(request, day, at, by)


def _drop(request: Request, wrong: Collection[int], at: dt.datetime) -> None:
    others = {str(message.public_id): message for message in Message.objects.filter(public_id__in=_mails(request))}
    acted = request.representatives.exists()
    established = acted or request.papers.filter(kind=PaperKind.ADDRESS).exists()

    def stays(paper: Paper) -> bool:
        if paper.kind not in LETTERS:
            return paper.kind in _THEIR_WORDS
        mail = others.get(paper.data.get("message", ""))
        return mail is not None and (mail.contact_id not in wrong if mail.contact_id else not established)

    gone = [paper for paper in request.papers.all() if not stays(paper)]
    outbox.call_back([paper.data["message"] for paper in gone if "message" in paper.data], at=at)
    request.papers.filter(pk__in=[paper.pk for paper in gone]).delete()
    for acting in request.representatives.standing():
        representation.journal_end(acting, at=at, end=RepresentativeEnd.ENDED)
    request.representatives.all().delete()  # who acts for the wrong person acts for nobody here


def _mails(request: Request) -> list[str]:
    letters = request.papers.filter(kind__in=LETTERS, data__has_key="message")
    return list(letters.values_list("data__message", flat=True))


def _run_on(request: Request, day: dt.date, at: dt.datetime, by: str) -> None:
    if request.state != State.ASKED:
        return
    to = timeline.resting_state(request)
    transitions.move(request, to, among=(State.ASKED,), **transitions.resumed(request, day))
    timeline.record(request, Step.IDENTIFIED, at=at, by=by, rule=ASKED_NOBODY)


def _asked_from(request: Request) -> str:
    statement = request.papers.filter(kind=PaperKind.STATEMENT).first()
    address = str(statement.data.get("address", "")) if statement else ""
    return keyed_hash(address) if address else ""
