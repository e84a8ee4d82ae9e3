"""What the officer does next about a request, in one sentence that names the button."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.admin.pages import representative_words
from dsr.answers import representation
from dsr.models import Request
from dsr.records import restricted
from dsr.systems import opening
from dsr.words.vocabulary import Kind, State

_DECIDE = {
    Kind.ACCESS: gettext_lazy("Next: look at the package and send the letter (“Hand the package over”)."),
    Kind.PORTABILITY: gettext_lazy("Next: look at the package and send the letter (“Hand the package over”)."),
    Kind.RECTIFICATION: gettext_lazy("Next: type what is right, or say why it stays (“Correct the details”)."),
    Kind.ERASURE: gettext_lazy("Next: see what goes and what a law requires us to keep (“Delete this person”)."),
    Kind.LEAVER: gettext_lazy("Next: see what goes and what a law requires us to keep (“Delete this person”)."),
    Kind.RESTRICTION: gettext_lazy("Next: choose the ground (“Restrict their data”)."),
    Kind.MARKETING_OBJECTION: gettext_lazy("Next: stop it (“Stop it”). There is nothing to weigh."),
    Kind.WITHDRAWAL: gettext_lazy("Next: stop what rests on the consent (“Stop it”)."),
    Kind.OBJECTION: gettext_lazy(
        "Next: weigh our interest against theirs, then accept or reject the objection. Until then, their data is only"
        " stored."
    ),
    Kind.COMPLAINT: gettext_lazy("Next: agree with them what is done, and by when (“Note what was agreed on”)."),
}


# The act of that step; an objection has two, and nobody is led to either.
_ACTS = {
    Kind.ACCESS: "hand-over",
    Kind.PORTABILITY: "hand-over",
    Kind.RECTIFICATION: "correct",
    Kind.ERASURE: "erase",
    Kind.LEAVER: "erase",
    Kind.RESTRICTION: "restrict",
    Kind.MARKETING_OBJECTION: "stop",
    Kind.WITHDRAWAL: "stop",
    Kind.COMPLAINT: "agree",
}


def act(record: Request, day: dt.date) -> str:
    """Return the name of the act that comes next; empty where there is none, or more than one."""
    if record.state == State.ASKED:
        return "answered"
    if record.state == State.NEW:
        return "find-person"
    if record.state == State.CLOSED:
        return ""
    return _of_open(record, day)


def _of_open(record: Request, day: dt.date) -> str:
    if representative_words.waits(record, day):
        return _of_acting(record)
    if _waits(record, day):
        return "note-answer"
    if record.kind == Kind.OBJECTION and record.ground:
        return "erase"
    return "agreement-done" if record.agreed_by else _ACTS.get(Kind(record.kind), "")


def of(record: Request, day: dt.date, *, found: bool) -> str:
    """Return it; of a request that is closed, what still comes by itself. Empty where nothing is to come."""
    if not record.is_standing:
        return _comes(record, day)
    if record.state == State.ASKED and Request.objects.asked_for_scope().filter(pk=record.pk).exists():
        return _("Once they answer, note it here. After 14 days without an answer the deadline runs on by itself.")
    if record.state == State.ASKED:
        return _("Once they answer, note it here. After 30 days without an answer the request is closed by itself.")
    if not found:
        return _("Next: find the person, or tell them that we hold nothing about them.")
    if record.state == State.NEW:
        return _sure(record)
    waits = representative_words.waits(record, day)
    return waits or (_asked() if _waits(record, day) else _decide(record))


def _waits(record: Request, day: dt.date) -> bool:
    """Tell whether the answer waits for other systems; a restriction is placed at once."""
    waits = record.kind != Kind.RESTRICTION and day < record.safe_on
    return waits and opening.are_awaited(record)


def _of_acting(record: Request) -> str:
    acting = representation.of(record)
    return "" if acting and representation.is_told(acting) else "tell-represented"


def _asked() -> str:
    return _("Next: other systems have not answered yet. Record what you hear from them (“Record an answer”).")


def _comes(record: Request, day: dt.date) -> str:
    if not restricted.is_restricted(record, day):
        return ""
    on = restricted.announced_for(record)
    text = _("Their details are only stored until then: as they were told, they are used again from %s on.")
    return text % date_format(on) if on and on > day else ""


def _sure(record: Request) -> str:
    if record.kind == Kind.LEAVER and record.passed_on_by:
        return _(
            "Next: find out whether they have left. If so, say how you know (“Find the person”). If not, close the"
            " request (“Record that they have not left”)."
        )
    return _("Next: verify the person’s identity, and note how (“Find the person”).")


def _decide(record: Request) -> str:
    if record.kind == Kind.OBJECTION and record.ground:
        return _("The objection is accepted, and no reason is left to hold them. Next: “Delete this person”.")
    if record.agreed_by:
        told = _("Next: do what was promised by %s, then send the last letter (“Record what was done”).")
        return told % date_format(record.agreed_by)
    return str(_DECIDE[Kind(record.kind)])
