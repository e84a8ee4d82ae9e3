"""What all letters about a request have in common: whom they are about, their language, and how they may end."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import PolicyVersion
from contacts.policy.policy_words import FALLBACK
from dsr.answers import duplicates, representation
from dsr.answers.answering import Draft
from dsr.answers.remedies import authority, remedy
from dsr.models import Request
from dsr.records import timeline
from dsr.words.vocabulary import Kind

type Facts = Mapping[str, Any]
type Writer = Callable[[Request, PolicyVersion, str, Facts], Draft]


@dataclass(frozen=True)
class Case:
    """What a letter is about. Its texts are made in the language that is active."""

    request: Request
    policy: PolicyVersion
    language: str
    facts: Facts

    @property
    def opening(self) -> str:
        """Say what was asked when, with the number; and the numbers of those that are answered with it."""
        if self.is_hearsay:
            return self._heard()
        text = _("On %(day)s you asked us %(what)s. The number of your request is %(number)s.")
        said = {"day": day(self.request.received_on), "what": _ASKED[Kind(self.request.kind)]}
        also = duplicates.numbers_answered_with(self.request)
        more = _(" You asked the same once more, under number %s: this letter is about that, too.") % ", ".join(also)
        return text % {**said, "number": self.request.number} + (more if also else "")

    @property
    def is_hearsay(self) -> bool:
        """Tell whether we may have heard it from somebody else: nobody then says to the person that they asked."""
        return timeline.is_hearsay(self.request)

    def _heard(self) -> str:
        text = _("On %(day)s we heard that you have left your organisation. The number of this case is %(number)s.")
        return text % {"day": day(self.request.received_on), "number": self.request.number}

    def draft(
        self, subject: Any, *paragraphs: Any, buttons: Sequence[tuple[str, str]] = (), closing: str = ""
    ) -> Draft:
        """Return the letter; paragraphs that are empty are left out."""
        why = _("You get this letter because of your request %(number)s to %(company)s.")
        if self.is_hearsay:
            why = _("You get this letter because it is about your details at %(company)s (case %(number)s).")
        return Draft(
            f"{subject} ({self.request.number})",
            "\n\n".join(str(paragraph) for paragraph in (self._acting(), self.opening, *paragraphs) if str(paragraph)),
            why % {"number": self.request.number, "company": self.policy.controller["name"]},
            self.language,
            list(buttons),
            closing,
        )

    def _acting(self) -> str:
        """Say to who acts for the person why they get a letter that speaks to the person; empty where nobody does."""
        if representation.of(self.request) is None:
            return ""
        person = timeline.person(self.request)
        text = _("This letter is for %(name)s. You get it because you act for them.")
        return text % {"name": f"{person.first_name} {person.last_name}".strip() or person.email} if person else ""

    def restriction(self) -> str:
        """Say what becomes of details that were only stored while an objection was weighed (L6); empty where none were.

        Facts: `on`, the first day on which they are used again, or `still`, the numbers of the requests that need it.
        """
        if on := self.facts.get("on"):
            again = _("So far we have only stored your details. From %(day)s on we use them again, as before.")
            return again % {"day": day(on)}
        if still := self.facts.get("still"):
            goes_on = _(
                "We go on only storing your details, because of your request %s. We write to you before this changes."
            )
            return goes_on % ", ".join(still)
        return ""

    def remedy(self) -> str:
        return remedy(self.policy)

    def questions(self) -> str:
        """Return whom to ask, and whom to complain to, for letters that refuse nothing (P23)."""
        text = _(
            "If you have a question or a complaint, write to us at %(contact)s. You can also complain to the"
            " supervisory authority, %(authority)s."
        )
        return text % {"contact": self.policy.controller["privacy_contact"], "authority": authority(self.policy)}


def letter(write: Callable[[Case], Draft]) -> Writer:
    """Make a letter's writer speak the language that the letter is to be in."""

    @wraps(write)
    def written(request: Request, policy: PolicyVersion, language: str, facts: Facts) -> Draft:
        with translation.override(language):
            return write(Case(request, policy, language, facts))

    return written


def spoken(code: str) -> str:
    """Return a language that we speak: the one of this code, or English."""
    return code if code in dict(settings.LANGUAGES) else FALLBACK


def day(on: dt.date) -> str:
    return date_format(on, "DATE_FORMAT")


_ASKED = {
    Kind.ACCESS: gettext_lazy("to tell you what we hold about you"),
    Kind.RECTIFICATION: gettext_lazy("to correct your details"),
    Kind.ERASURE: gettext_lazy("to delete your details"),
    Kind.RESTRICTION: gettext_lazy("to restrict use of your data"),
    Kind.PORTABILITY: gettext_lazy("for a download of your data"),
    Kind.MARKETING_OBJECTION: gettext_lazy("to send you no marketing"),
    Kind.OBJECTION: gettext_lazy("to stop using your details"),
    Kind.WITHDRAWAL: gettext_lazy("to withdraw your consent"),
    Kind.COMPLAINT: gettext_lazy("to deal with your complaint"),
    Kind.LEAVER: gettext_lazy("to delete your details, since you have left your organisation"),
}
