"""The page “My data” as it stands now, with what was just done, or why it was not."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dsr.models import Handover, Request
from dsr.views import held
from dsr.views.forms import WordsForm
from dsr.views.visits import Door
from dsr.words.vocabulary import Kind

READY = "ready"


def show(
    door: Door,
    *,
    done: str = "",
    before: Request | None = None,
    wrong: tuple[str, WordsForm] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Show the page. `before` is what was asked for already, `wrong` the words that cannot be taken, and what for."""
    said = {"done": _done(door, done), "before": held.rows([before])[0] if before else None, "wrong": wrong}
    if door.contact:
        return door.show("my_data/mine.html", said | held.of_person(door, door.contact), status=status)
    if held.is_unproven(door):
        return door.show("my_data/unproven.html", said | held.of_unproven(door), status=status)
    return door.show("my_data/nobody.html", said | held.of_nobody(door), status=status)


def _done(door: Door, code: str) -> str:
    """Return what a code in the address says; nothing where it is none of ours, or says what is not so."""
    if code == READY:
        return _ready(door)
    standing = held.asked_by(door).standing().filter(kind=code).first()
    if standing:
        return _received(standing)
    return _DONE[code]() if code in _DONE else ""


def _ready(door: Door) -> str:
    """Say that a package waits, where one does: whoever asks for it again gets it, and opens no new request."""
    waits = door.contact and Handover.objects.ready(door.contact, door.at).exists()
    return _("You can download what you asked for below.") if waits else ""


def _received(request: Request) -> str:
    text = _("We have your request. Its number is %(number)s. We answer by %(day)s.")
    return text % {"number": request.number, "day": date_format(request.safe_on, "DATE_FORMAT")}


def _withdrawn() -> str:
    return _("Your consent is withdrawn, and what rested on it has stopped. Only you can start it again.")


def _all_stopped() -> str:
    return _("All marketing is stopped: by e-mail, by phone and by post.")


_DONE: dict[str, Callable[[], str]] = {
    "corrected": lambda: _("Your details are corrected. We tell everybody who got the old ones from us."),
    "same": lambda: _("Nothing was different, so nothing was changed."),
    "kept": lambda: _("Your details stay as they were."),
    "topics": lambda: _("Your topics are saved."),
    "withdrawn": _withdrawn,
    Kind.WITHDRAWAL.value: _withdrawn,
    Kind.MARKETING_OBJECTION.value: _all_stopped,
    "stopped_all": _all_stopped,
    "stopped_email": lambda: _("Marketing by e-mail is stopped."),
    "stopped_phone": lambda: _("Marketing by phone is stopped."),
    "stopped_post": lambda: _("Marketing by post is stopped."),
}
