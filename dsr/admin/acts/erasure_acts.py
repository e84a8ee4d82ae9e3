"""Delete a person on request: what goes and what stays is shown first, with the letter, and the number is asked for."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from dsr.admin import proposals
from dsr.admin.letters import LetterForm
from dsr.admin.numbered import NumberedForm
from dsr.answers.answering import Draft
from dsr.decisions import erasing
from dsr.decisions.erasing import Order
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.traces import proposal
from dsr.traces.proposal import Proposal
from dsr.words import places
from dsr.words.vocabulary import ErasureGround, Kind, State

_USUAL = {
    Kind.ERASURE: ErasureGround.NOT_NEEDED,
    Kind.LEAVER: ErasureGround.LEFT,
    Kind.OBJECTION: ErasureGround.OBJECTED,
    Kind.WITHDRAWAL: ErasureGround.CONSENT_WITHDRAWN,
}


class EraseForm(LetterForm, NumberedForm):
    body_template = "staff/erase.html"
    submit = gettext_lazy("Delete this person")
    outlasting = True

    ground = fields.choice(gettext_lazy("Ground"), ErasureGround.choices)
    mark = forms.CharField(required=False, widget=forms.HiddenInput)  # of what was shown to stay

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["ground"].choices = [("", "–"), *ErasureGround.choices]  # type: ignore[attr-defined]
        self.initial.setdefault("ground", self._usual())
        self.initial.setdefault("mark", self.proposal.mark)

    def _usual(self) -> str:
        """Return the ground that a request of its kind has as a rule; none that an agreement in force belies."""
        usual = _USUAL.get(self.record.kind, ErasureGround.NOT_NEEDED)
        return "" if usual == ErasureGround.NOT_NEEDED and self.proposal.agreements else usual

    @cached_property
    def proposal(self) -> Proposal:
        return proposal.of(self.record, company_day())

    def rows(self) -> list[tuple[str, str]]:
        """Return what goes, in words, most of it first."""
        return [(name, places.grouped(number)) for name, number in places.deleted(self.proposal.rows)]

    def total(self) -> int:
        return sum(self.proposal.rows.values())

    def grouped_total(self) -> str:
        return places.grouped(self.total())

    def stays(self) -> list[str]:
        """Return what a law has us keep, a sentence each."""
        return [
            _("%(what)s, by law (%(law)s), %(until)s.")
            % {
                "what": proposal.categories(duty.categories),
                "law": proposal.law(duty.reason, duty.legal_reference),
                "until": proposal.until(duty.until),
            }
            for duty in self.proposal.duties
        ]

    def still_needed(self) -> list[str]:
        return proposals.still_needed(self.proposal)

    def recipients(self) -> str:
        return proposal.listed(self.proposal.recipients)

    def draft(self) -> Draft:
        """The letter as we would write it. Raises RequestError where nothing may be deleted now."""
        if self.proposal.obstacles:
            raise RequestError(" ".join(self.proposal.obstacles))
        ground = ErasureGround(self.cleaned_data["ground"])
        return erasing.letter(self.record, self.proposal, ground, policy=self.policy, at=self.at)

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """As ever; where the form comes back, what it shows to stay is what the officer has seen from now on."""
        done = super().attempt(at=at, by=by)
        if done is None:
            self._put(mark=self.proposal.mark)
        return done

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        ground, mark = ErasureGround(self.cleaned_data["ground"]), self.cleaned_data["mark"]
        order = Order(ground, self.letter(), mark, searched_later=True)
        certificate = erasing.erase(self.record.pk, order, policy=self.policy, at=at, by=by)
        rows = sum(certificate.deleted.values())
        told = ngettext(
            "Deleted: %d row. The certificate is below.", "Deleted: %d rows. The certificate is below.", rows
        )
        return str(told % rows)


class SettleForm(ActForm):
    explanation = gettext_lazy(
        "The search after the deletion found something. Look at the tables that the certificate names, have it removed,"
        " and note here that it is settled."
    )
    refusals = (RequestError,)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        erasing.settle(self.record.pk, at=at, by=by)
        return _("Noted: what the search found is settled.")


def _may_delete(record: Any) -> bool:
    return record.state == State.OPEN and record.kind in erasing.KINDS


def _has_findings(record: Any) -> bool:
    return Request.objects.with_findings().filter(pk=record.pk).exists()


ERASE = Act(
    "erase",
    gettext_lazy("Delete this person"),
    "dsr.erase_contact",
    EraseForm,
    icon="delete_forever",
    grave=True,
    fresh=True,
    offered=_may_delete,
)
SETTLE = Act(
    "settle-findings",
    gettext_lazy("Note that what was found is settled"),
    "dsr.erase_contact",
    SettleForm,
    icon="task_alt",
    offered=_has_findings,
)

ACTS: tuple[Act, ...] = (ERASE, SETTLE)
