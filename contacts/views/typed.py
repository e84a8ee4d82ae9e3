"""What came with a sign-up, as its person reads it: all of it before the button, and a question for what differs (L15).

No page says what is on file: whoever holds the mail reads what was typed, and no more. Only where half a name was typed
and the record is known to be theirs, the question shows the whole name that a yes would bring.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, PolicyVersion, SignUp
from contacts.outbox import links
from contacts.people import details
from contacts.signups import recognising
from contacts.words.details import Detail, text

_BECOMES: dict[Detail, Any] = {
    Detail.NAME: _("Your name becomes %s"),
    Detail.JOB_TITLE: _("Your professional role becomes %s"),
    Detail.COMPANY: _("Your company becomes %s"),
    Detail.PHONE: _("Your phone number becomes %s"),
    Detail.ADDRESS: _("Your postal address becomes %s"),
    Detail.COUNTRY: _("Your country becomes %s"),
    Detail.LANGUAGE: _("The language of our mails to you becomes %s"),
}


@dataclass(frozen=True)
class Question:
    """Whether what was typed is right. `name` is the form's field, which says yes or no."""

    name: str
    text: str


def told(made: SignUp) -> list[tuple[str, str]]:
    """Return what was typed, each with its name; the language is the page's own, and says nothing new."""
    said = {detail: text(detail, details.typed(made)) for detail in Detail if detail != Detail.LANGUAGE}
    return [(str(capfirst(detail.label)), value) for detail, value in said.items() if value]


def questions(made: SignUp, policy: PolicyVersion, at: dt.datetime) -> list[Question]:
    """Return what to ask: before the proof, what differs from what is on file, and later, what is not answered yet.

    Nothing while a request or a claim has what is on file stay as it is, and where nobody knows whether the record is
    the reader's: then what differs waits for staff.
    """
    person = _person(made)
    if person is None or recognising.is_frozen(person, at, policy) or not recognising.is_theirs(person, made):
        return []
    if made.contact_id is None:
        return _questions(person, details.compare(person, details.typed(made)).differing)
    waiting = made.proposed.all() if links.is_open(made, at) else ()
    return _questions(person, {Detail(each.detail): each.typed for each in waiting})


def counting(made: SignUp) -> dict[str, str]:
    """Return which of the boxes that were ticked will count once the address is proven, each with its wording."""
    person = _person(made)
    return recognising.countable(made.consents, theirs=person is None or recognising.is_theirs(person, made))


def waiting(person: Contact, policy: PolicyVersion, at: dt.datetime) -> list[Question]:
    """Return what a person has to say yes or no to, whatever door it came through; nothing while nothing may change."""
    if recognising.is_frozen(person, at, policy):
        return []
    return _questions(person, {Detail(each.detail): each.typed for each in person.proposed.all()})


def answers(sent: QueryDict) -> dict[Detail, bool]:
    """Return what a form says yes or no to."""
    said = {detail: sent.get(_name(detail)) for detail in Detail}
    return {detail: word == "yes" for detail, word in said.items() if word in ("yes", "no")}


def _person(made: SignUp) -> Contact | None:
    """Return the person of a sign-up, or before its proof whoever is held under the address that was typed."""
    known = Contact.objects.select_related("organisation")
    return known.filter(pk=made.contact_id).first() if made.contact_id else known.filter(email=made.email).first()


def _questions(person: Contact, differing: Mapping[Detail, Mapping[str, str]]) -> list[Question]:
    """Return a question for each detail: it shows the whole of what a yes would bring, and nothing else is written."""
    whole = {detail: text(detail, details.becomes(person, detail, said)) for detail, said in differing.items()}
    return [Question(_name(detail), str(_BECOMES[detail]) % value) for detail, value in whole.items()]


def _name(detail: Detail) -> str:
    return f"right-{detail}"
