"""Make a package ready for the person, or take it along on paper; once more, where it was not fetched in time."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared.acts import Act
from contacts.base.days import day_of
from dsr.admin.letters import LetterForm
from dsr.answers import representation
from dsr.answers.answering import Draft
from dsr.decisions import handing_over
from dsr.letters import handovers
from dsr.models import Request
from dsr.words.vocabulary import Kind, Outcome, State

_HANDLE = "dsr.handle_request"


class HandOverForm(LetterForm):
    explanation: Any = gettext_lazy(
        "The package is made when the person downloads it, from what is held then. They confirm their address again"
        " first."
    )
    submit = gettext_lazy("Send the letter")
    body_template = "staff/handover.html"

    def __init__(self, record: Any = None, **options: Any) -> None:
        if record and representation.of(record):
            self.explanation = _("Print the package and the letter, and post both to the representative.")
        super().__init__(record, **options)

    @property
    def package_url(self) -> str:
        return reverse("admin:dsr_request_package", args=[self.record.public_id])

    def draft(self) -> Draft:
        if self.cleaned_data.get("posted_on"):
            return handovers.enclosed(self.record, self.policy, self.language, {})
        write = handovers.portability_ready if self.record.kind == Kind.PORTABILITY else handovers.access_ready
        return write(self.record, self.policy, self.language, {"until": self._last_day()})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        letter = self.letter()
        handing_over.hand_over(self.record.pk, letter, policy=self.policy, at=at, by=by)
        return self._told(letter)

    def _told(self, letter: Draft) -> str:
        if letter.posted_on:
            return _("It is on record that the package went by post.")
        return _("The letter is on its way. The last day to download the package is %s.") % date_format(
            self._last_day()
        )

    def _reachable(self) -> bool:
        """Who acts for the person is reached by post alone."""
        return representation.of(self.record) is None and super()._reachable()

    def _last_day(self) -> dt.date:
        return handing_over.last_day(day_of(self.at, self.policy.zone))


class AgainForm(HandOverForm):
    explanation = gettext_lazy("The person gets a new letter. The earlier package can no longer be downloaded.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        letter = self.letter()
        handing_over.again(self.record.pk, letter, policy=self.policy, at=at, by=by)
        return self._told(letter)


def _is_for_package(request: Request) -> bool:
    return request.kind in handing_over.KINDS and request.subjects.exists()


def _is_ready(request: Any) -> bool:
    return request.state == State.OPEN and _is_for_package(request)


def _was_handed_over(request: Any) -> bool:
    return request.outcome == Outcome.FULFILLED and _is_for_package(request)


ACTS: tuple[Act, ...] = (
    Act(
        "hand-over",
        gettext_lazy("Hand the package over"),
        _HANDLE,
        HandOverForm,
        "outbox",
        fresh=True,
        offered=_is_ready,
    ),
    Act(
        "hand-over-again",
        gettext_lazy("Hand the package over again"),
        _HANDLE,
        AgainForm,
        "forward_to_inbox",
        fresh=True,
        offered=_was_handed_over,
    ),
)
