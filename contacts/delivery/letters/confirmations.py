"""The mail that asks whether an address is its owner's. It repeats nothing that was typed: anybody can type it."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.delivery.letters.event_words import when
from contacts.delivery.letters.parts import Button, Letter, Occasion, Text
from contacts.models import PolicyVersion, SignUp
from contacts.models.sign_ups import UNPROVEN_DAYS
from contacts.outbox import links
from contacts.words.vocabulary import Scenario, SignUpKind


def confirm(occasion: Occasion) -> Letter:
    """Lead to the page where what was asked for is confirmed, and say what happens if it is not."""
    made = occasion.sign_up
    subject, text, label = _WORDS[SignUpKind(made.kind)](made, occasion)
    button = Button(label, links.page("confirm", links.confirm(made)))
    otherwise = ignored(made.created_at, occasion.policy)
    because = _why_typed_there(made, occasion) if made.arrived_at else why(made.created_at, occasion.policy)
    return Letter(subject, [Text(text), button, Text(otherwise)], because, made.scenario)


def _whitepaper(made: SignUp, _occasion: Occasion) -> tuple[str, str, str]:
    title = {"title": made.whitepaper.title if made.whitepaper else ""}
    text = _("“%(title)s” is ready for you. Click below to confirm your address and download it.")
    return _("Your guide: %(title)s") % title, text % title, _("Get the guide")


def _event(made: SignUp, _occasion: Occasion) -> tuple[str, str, str]:
    about = {"title": made.event.title, "when": when(made.event)} if made.event else {"title": "", "when": ""}
    if made.arrived_at:
        return _arrived(about)
    text = _(
        "You asked for a place at “%(title)s”, %(when)s. Click below to confirm it. You then get a second mail"
        " with all you need for the day."
    )
    return _("Please confirm your place: %(title)s") % about, text % about, _("Confirm your place")


def _arrived(about: dict[str, str]) -> tuple[str, str, str]:
    text = _(
        "Somebody came to “%(title)s”, %(when)s, and typed this address at the door. If it was you, click below"
        " to confirm it."
    )
    return _("Were you there? %(title)s") % about, text % about, _("Confirm that you were there")


def _register(made: SignUp, occasion: Occasion) -> tuple[str, str, str]:
    text = {
        Scenario.CUSTOMER: _("You asked to be registered with %(company)s as a customer. Click below to confirm it."),
        Scenario.PARTNER: _("You asked to be registered with %(company)s as a partner. Click below to confirm it."),
    }[Scenario(made.scenario)]
    return (
        _("Please confirm your registration"),
        text % {"company": occasion.company},
        _("Confirm your registration"),
    )


def _consent(_made: SignUp, occasion: Occasion) -> tuple[str, str, str]:
    text = _("You asked for news from %(company)s. Click below to confirm it. Until then we send you none.")
    company = {"company": occasion.company}
    return _("Please confirm that you want our news"), text % company, _("Confirm that you want our news")


_WORDS = {
    SignUpKind.WHITEPAPER: _whitepaper,
    SignUpKind.EVENT: _event,
    SignUpKind.REGISTER: _register,
    SignUpKind.CONSENT: _consent,
}


def ignored(typed_at: dt.datetime, policy: PolicyVersion) -> str:
    """Return what happens where nobody presses the button: the same for all that strangers can type."""
    text = _(
        "If you did not ask for this, you need not do anything. What was typed is used for nothing else and is deleted"
        " on %(day)s, 30 days after it came in."
    )
    return text % {"day": _day(typed_at + dt.timedelta(days=UNPROVEN_DAYS), policy)}


def why(typed_at: dt.datetime, policy: PolicyVersion) -> str:
    """Return why the mail came, for its last lines."""
    text = _("You get this mail because somebody gave this address on our website on %(day)s.")
    return text % {"day": _day(typed_at, policy)}


def _why_typed_there(made: SignUp, occasion: Occasion) -> str:
    text = _("You get this mail because somebody gave this address at the door of our event on %(day)s.")
    return text % {"day": _day(made.created_at, occasion.policy)}


def _day(moment: dt.datetime, policy: PolicyVersion) -> str:
    return date_format(moment.astimezone(policy.zone), "DATE_FORMAT")
