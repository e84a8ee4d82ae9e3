"""The form of an act that writes to the person: the officer sees the letter as it will be sent before anything happens.

    class RefuseForm(LetterForm):
        reasons = fields.long_text("Reasons")                      # the facts of the case come first

        def draft(self) -> Draft:                                  # the letter as we would write it
            return refusals.refused(self.record, self.policy, self.language, {"reasons": self.cleaned_data["reasons"]})

        def carry_out(self, *, at, by) -> str:                     # the act sends the letter as the officer left it
            refusing.refuse(self.record.pk, …, self.letter(), policy=self.policy, at=at, by=by)
            return _("…")

First the facts alone are asked for. Then the letter stands below them, to be changed, beside how it will look. It is
sent once it was shown as it stands; a change of the facts writes it anew, unless the officer has put a hand to it.
A form that is a NumberedForm, too, names LetterForm first, and asks for the number beside the letter.
"""

import datetime as dt
import hashlib
from dataclasses import replace
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.admin.shared.base import today
from contacts.delivery import letters
from contacts.delivery.letters import written
from contacts.models import Message, PolicyVersion
from contacts.outbox import wake_worker
from contacts.words.vocabulary import MailPurpose, MailTemplate
from dsr.answers import answering, representation
from dsr.answers.answering import Draft
from dsr.letters import paper
from dsr.letters.common import spoken
from dsr.models import Request
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Source

_LATE = ("posted_on", "subject", "text", "number")


class LetterForm(ActForm):
    """Its `draft` is written by the subclass; `letter` is what the officer made of it.

    `outlasting`, `to_person`: see answering.
    """

    refusals: tuple[type[Exception], ...] = (RequestError,)
    after_template = "staff/letter.html"
    outlasting = False
    to_person = False

    posted_on = fields.day(
        gettext_lazy("Sent by post on"),
        required=False,
        help_text=gettext_lazy("For an answer on paper: print the letter below. Leave it empty to send an e-mail."),
    )
    subject = fields.text(gettext_lazy("Subject"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Letter"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 12})
    )
    drafted = forms.CharField(required=False, widget=forms.HiddenInput)  # the mark of the letter as we wrote it
    shown = forms.CharField(required=False, widget=forms.HiddenInput)  # the mark of the letter as it was seen

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.at = timezone.now()
        self.preview = self.paper = ""
        self.fresh = False  # whether the letter is what was just asked to be seen
        self.late = {name: self.fields.pop(name) for name in _LATE if name in self.fields}
        if not self._by_post():
            self.late.pop("posted_on", None)
        if self.is_bound and self.data.get("drafted"):
            self._add_late("number" if "show" in self.data else "")
        elif not self.is_bound and not self._asks_for_facts():
            self._write_at_once()

    def draft(self) -> Draft:
        raise NotImplementedError

    def letter(self) -> Draft:
        """Return the letter as the officer left it."""
        told = self.cleaned_data
        return replace(
            self.draft(), subject=told["subject"], text=told["text"], posted_on=told.get("posted_on") or None
        )

    @cached_property
    def policy(self) -> PolicyVersion:
        return in_force()

    @cached_property
    def language(self) -> str:
        return spoken(answering.language(self.record))

    def is_valid(self) -> bool:
        """As ever; a letter that was shown stays in sight while the number is typed wrong."""
        valid = super().is_valid()
        if set(self.errors) == {"number"}:
            self._show()
        return valid

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Show the letter, or carry the act out where it was shown as it stands."""
        self.at = at
        try:
            seen = self._settle()
            if "show" in self.data or not seen:
                self._show()
                self.fresh = True
                return None
        except self.refusals as refusal:
            self.add_error(None, str(refusal))
            return None
        done = super().attempt(at=at, by=by)
        if done is None:
            self._show()
        wake_worker.nudge()
        return done

    def clean_text(self) -> str:
        return "\n".join(line.rstrip() for line in self.cleaned_data["text"].splitlines())

    def clean_posted_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["posted_on"]
        if day and day > today(self.policy):
            raise ValidationError(_("This day is still to come."))
        return day

    def _settle(self) -> bool:
        """Write the letter where the officer has not, and tell whether it was seen as it stands."""
        told = self.cleaned_data
        if not told.get("posted_on") and not self._reachable():
            told["posted_on"] = today(self.policy)
            self._put(posted_on=told["posted_on"].isoformat())
        if not told.get("text") or _mark(told["subject"], told["text"]) == told["drafted"]:
            draft = self.draft()
            told |= {"subject": draft.subject, "text": draft.text}
            self._put(subject=draft.subject, text=draft.text, drafted=_mark(draft.subject, draft.text))
        return bool(told["shown"] == self._mark_of_letter())

    def _show(self) -> None:
        letter = self.letter()
        self._add_late()
        if letter.posted_on:
            self.paper = paper.data_url(self.record, letter, policy=self.policy, at=self.at)
            self.preview = paper.html(self.record, letter, policy=self.policy, at=self.at)
        else:
            outlasting = self.outlasting
            self.preview = preview(self.record, letter, outlasting=outlasting, policy=self.policy, at=self.at)
        self._put(shown=self._mark_of_letter())

    def _write_at_once(self) -> None:
        """Where no facts are asked for, the first look shows the letter already."""
        self.cleaned_data = {"subject": "", "text": "", "drafted": "", "shown": ""}
        self._put()
        try:
            self._settle()
            self._show()
        except self.refusals:
            self._add_late()

    def _reachable(self) -> bool:
        try:
            answering.reach_for(self.record, Draft("", "", "", "", to_person=self.to_person))
        except RequestError:
            return False
        return True

    def _asks_for_facts(self) -> bool:
        return bool(set(self.fields) - {"drafted", "shown"})

    def _by_post(self) -> bool:
        """Offer paper to who did not write by e-mail, and to whom no mail gets through."""
        person = timeline.person(self.record)
        acted = representation.of(self.record) is not None
        bounces = person is not None and person.bounced_on is not None
        by_hand = self.record.source in {Source.POST, Source.PHONE, Source.IN_PERSON}
        return by_hand or bounces or acted or not self._reachable()

    def _add_late(self, without: str = "") -> None:
        self.fields.update({name: field for name, field in self.late.items() if name != without})

    def _put(self, **values: str) -> None:
        """Have the form show these values instead of what was typed."""
        if self.is_bound:
            fresh: Any = self.data
            self.data = fresh = fresh.copy()
            for name, value in values.items():
                fresh[name] = value
        self.initial.update(values)

    def _mark_of_letter(self) -> str:
        letter = self.letter()
        return _mark(letter.subject, letter.whole, str(letter.buttons), str(letter.posted_on))


def in_force() -> PolicyVersion:
    """Return the policy that letters and dates go by. Raises RequestError where there is none."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        raise RequestError(_("No policy is published yet, and a letter would not say who writes."))
    return policy


def _mark(*texts: str) -> str:
    return hashlib.sha256("\n\0".join(texts).encode()).hexdigest()


def preview(request: Request, draft: Draft, *, outlasting: bool = False, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the page that the mail will show. Raises RequestError where we have nowhere to write to."""
    to = answering.reach_for(request, draft)
    contact = None if outlasting else to.contact
    message = Message(
        template=MailTemplate.WRITTEN,
        purpose=MailPurpose.SERVICE,
        contact=contact,
        address="" if contact else to.address,
        written=written.pack(draft.letter(), draft.language),
        created_at=at,
    )
    ((page, _kind),) = letters.write(message, policy=policy, at=at).alternatives
    return str(page)
