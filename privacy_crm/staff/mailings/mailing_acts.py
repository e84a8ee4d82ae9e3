"""The buttons of a mailing: from the draft to its report."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared.acts import Act, ActForm
from contacts.delivery import mailing_trial
from contacts.mailings import approval, schedule
from contacts.mailings.drafts import MailingError
from contacts.models import Mailing, PolicyVersion
from contacts.outbox import wake_worker
from contacts.words.vocabulary import MailingKind, MailingState
from privacy_crm.staff.mailings import mailing_preview, mailing_words
from privacy_crm.staff.mailings.mailing_check import AheadForm, ScheduleForm, SendForm
from privacy_crm.staff.mailings.mailing_forms import AddForm, EditForm

EDIT, APPROVE = "contacts.change_mailing", "contacts.approve_mailing"


class TestForm(ActForm):
    explanation = gettext_lazy("You get it in both languages, at the address of your account, and nobody else does.")

    def clean(self) -> dict[str, Any]:
        self.policy = PolicyVersion.objects.in_force()
        if self.policy is None:
            raise ValidationError(_("No policy is published yet, and a mail would not say who writes."))
        if not self.user.email:
            raise ValidationError(_("Your account has no e-mail address: ask the administrator to add it."))
        return super().clean() or self.cleaned_data

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        if self.policy:
            mailing_trial.send(self.record, self.user.email, policy=self.policy, at=at, by=by)
            wake_worker.nudge()
        return _("The test mails are on their way to you.")


class SubmitForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("The privacy officer reads it. Until they have answered, it stays as it is.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        approval.submit(self.record, at=at, by=by)
        return _("It waits for the privacy officer.")


class ApproveForm(AheadForm):
    refusals = (MailingError,)
    body_template = "staff/mailing_approval.html"

    def previews(self) -> list[tuple[str, str, str]]:
        return mailing_preview.pages(self.record)

    def whom(self) -> str:
        return mailing_words.whom(self.record)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        approval.approve(self.record, self.cleaned_data["seen"], at=at, by=by)
        return _("It is approved, and can be sent.")


class SendBackForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("It becomes a draft again, and nobody gets it. Tell its author what is missing.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        approval.send_back(self.record, at=at, by=by)
        return _("It is a draft again.")


class TakeBackForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("It becomes a draft again, which can be changed. Nobody gets it before it is sent anew.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        schedule.take_back(self.record, at=at, by=by)
        return _("It is a draft again.")


class PauseForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("No further mail leaves until it is resumed. What has left has left.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        schedule.pause(self.record, at=at, by=by)
        return _("It is paused.")


class ResumeForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("It goes on where it was paused. Nobody gets a second copy.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        schedule.resume(self.record, at=at, by=by)
        return _("It goes on.")


class StopForm(ActForm):
    refusals = (MailingError,)
    explanation = gettext_lazy("Whoever has not got it yet never gets it: it cannot be resumed.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        schedule.stop(self.record, at=at, by=by)
        return _("It is stopped.")


def _in(*states: MailingState) -> Any:
    return lambda mailing: mailing.state in states


def _is_ready(mailing: Mailing) -> bool:
    approved = mailing.kind == MailingKind.MARKETING or mailing.approved_at is not None
    return mailing.state == MailingState.DRAFT and approved


def _needs_approval(mailing: Mailing) -> bool:
    return mailing.state == MailingState.DRAFT and not _is_ready(mailing)


ADDING = Act("add", gettext_lazy("Write a mailing"), "contacts.add_mailing", AddForm)
# Those that show so much that they have a page of their own.
ON_PAGES = ("send", "schedule", "edit", "approve")

_WAITING = _in(MailingState.SUBMITTED, MailingState.SCHEDULED)
UNDER_WAY = (MailingState.SENDING, MailingState.PAUSED)

ACTS = (
    Act("send", gettext_lazy("Send it now"), EDIT, SendForm, "send", offered=_is_ready),
    Act("schedule", gettext_lazy("Schedule it"), EDIT, ScheduleForm, "schedule_send", offered=_is_ready),
    Act("submit", gettext_lazy("Ask for approval"), EDIT, SubmitForm, "approval", offered=_needs_approval),
    Act(
        "approve",
        gettext_lazy("Approve it"),
        APPROVE,
        ApproveForm,
        "verified",
        offered=_in(MailingState.SUBMITTED),
        fresh=True,
    ),
    Act("edit", gettext_lazy("Change it"), EDIT, EditForm, "edit", offered=_in(MailingState.DRAFT)),
    Act("test", gettext_lazy("Send me a test"), EDIT, TestForm, "outgoing_mail"),
    Act("send-back", gettext_lazy("Send it back"), APPROVE, SendBackForm, "undo", offered=_in(MailingState.SUBMITTED)),
    Act("take-back", gettext_lazy("Take it back"), EDIT, TakeBackForm, "undo", offered=_WAITING),
    Act("resume", gettext_lazy("Go on"), EDIT, ResumeForm, "play_arrow", offered=_in(MailingState.PAUSED)),
    Act("pause", gettext_lazy("Pause"), EDIT, PauseForm, "pause", offered=_in(MailingState.SENDING)),
    Act("stop", gettext_lazy("Stop for good"), EDIT, StopForm, "stop_circle", grave=True, offered=_in(*UNDER_WAY)),
)
