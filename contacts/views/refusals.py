"""Say in words that something is not to be had, or not any more, with the status that programs understand."""

from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _

from contacts.signups import refusal_words
from contacts.signups.sign_ups import SignUpRefusedError
from contacts.views.frame import Visit


def refused(visit: Visit, refusal: SignUpRefusedError) -> HttpResponse:
    """Answer that what somebody asked for is not to be had: nothing was stored."""
    said = refusal_words.words(refusal.code)
    return visit.show("contacts/message.html", said, status=refusal_words.status(refusal.code))


def unknown_link(visit: Visit) -> HttpResponse:
    """Answer 404 for a link that we did not write."""
    said = {
        "heading": _("This link does not work"),
        "text": _("It is incomplete or mistyped. Open it again from our mail, or copy it whole into the address bar."),
    }
    return visit.show("contacts/message.html", said, status=HTTPStatus.NOT_FOUND)


def ended_link(visit: Visit) -> HttpResponse:
    """Answer 410 for a link that has had its time."""
    said = {
        "heading": _("This link has expired"),
        "text": _("What it was for is over, or its time has passed. Ask again on our website, and we send a new one."),
    }
    return visit.show("contacts/message.html", said, status=HTTPStatus.GONE)
