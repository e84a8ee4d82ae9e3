"""The page before a mailing leaves: everything that will happen, and a button that names the number."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import announce_act, fields
from contacts.admin.shared.acts import ActForm
from contacts.base import limits
from contacts.delivery import letters
from contacts.disclosure.disclosing import DisclosureError
from contacts.mailings import drafts, permission_words, schedule
from contacts.mailings import people as mailing_people
from contacts.mailings.drafts import MailingError
from contacts.mailings.people import Ahead
from contacts.models import PolicyVersion, Recipient
from privacy_crm import mailings
from privacy_crm.staff.mailings import mailing_words
from privacy_crm.staff.mailings.mailing_words import moment, number

_SAYS = {
    "subject": gettext_lazy("the subject"),
    "body": gettext_lazy("the text"),
    "button": gettext_lazy("the button"),
}
_MINUTE = dt.timedelta(minutes=1)


class SeenForm(ActForm):
    """A form about what a mailing says: it carries the mark of what stood on the page when its button was pressed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"seen": drafts.mark(record)}, **options)

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Where it is refused, the page is shown once more, as the mailing reads now."""
        done = super().attempt(at=at, by=by)
        if done is None:
            self._show_anew()
        return done

    def _show_anew(self) -> None:
        self.data = dict(self.data.items()) | {"seen": drafts.mark(self.record)}


class AheadForm(SeenForm):
    """A form that tells whom a mailing would reach now, and who is left out; `refusal` says why it can reach nobody."""

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.at = timezone.now()
        self.policy = PolicyVersion.objects.in_force()

    @property
    def people(self) -> str:
        return number(self.ahead.people)

    @cached_property
    def ahead(self) -> Ahead:
        return self._look[0]

    @cached_property
    def refusal(self) -> str:
        return self._look[1]

    def languages(self) -> list[tuple[str, str]]:
        """Return how many get it in each language, by its name."""
        spoken = dict(settings.LANGUAGES)
        return [(str(spoken[code]), number(count)) for code, count in self.ahead.languages.items()]

    def left_out(self) -> str:
        return permission_words.sentence(self.ahead.asked, self.ahead.left_out)

    @cached_property
    def _look(self) -> tuple[Ahead, str]:
        if self.policy is None:
            return Ahead(), _("No policy is published yet, so that nobody may be written to.")
        try:
            with limits.of_a_page():
                return mailings.preview(self.record, policy=self.policy, at=self.at), ""
        except DisclosureError as refusal:
            return Ahead(), str(refusal)
        except limits.TooLongError:
            return Ahead(), str(announce_act.TOO_LONG)


class SendForm(AheadForm):
    """Have it leave at once. `blocked` where it cannot: then there is no button."""

    refusals: tuple[type[Exception], ...] = (MailingError, DisclosureError)
    body_template = "staff/mailing_check.html"

    @property
    def submit(self) -> str:
        return ngettext("Send to %s person", "Send to %s people", self.ahead.people) % self.people

    @property
    def moment(self) -> dt.datetime | None:
        """When it would leave; None where that is still to be said."""
        return self.at

    @property
    def blocked(self) -> bool:
        return bool(self.refusal or self.missing or not self.ahead.people)

    @cached_property
    def missing(self) -> list[str]:
        """Return what is not said yet, a sentence for each."""
        spoken = dict(settings.LANGUAGES)
        lacks = drafts.missing(self.record)
        return [
            _("In %(language)s %(part)s is missing.") % {"language": spoken[code], "part": _SAYS[part]}
            for code, part in lacks
        ]

    def facts(self) -> list[tuple[str, str]]:
        """Return who writes what to whom, through whom, and when."""
        mailing, policy = self.record, self.policy
        provider = mailing_people.sender(Recipient.objects.all())
        return [
            *mailing_words.facts(mailing),
            (_("Subject in English"), mailing.subject.get("en", "–")),
            (_("Subject in Swedish"), mailing.subject.get("sv", "–")),
            (_("Sender"), letters.sender(policy) if policy else "–"),
            (_("Answers go to"), policy.controller["email"] if policy else "–"),
            (_("Sent by"), provider.name if provider else _("our own mail server")),
            (_("Leaves"), self._leaves()),
        ]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self._schedule(at, at, by)
        return _("It is on its way: the first mails leave within a minute.")

    def _schedule(self, when: dt.datetime, at: dt.datetime, by: str) -> None:
        if self.policy is None:
            raise MailingError(_("No policy is published yet, so that nobody may be written to."))
        schedule.schedule(self.record, when, self.cleaned_data["seen"], policy=self.policy, at=at, by=by)

    def _leaves(self) -> str:
        if self.moment is None:
            return _("at the moment that you choose below")
        last = self.moment + _MINUTE * (max(self.ahead.people - 1, 0) // self.record.rate)
        told = {"first": moment(self.moment), "rate": number(self.record.rate), "last": moment(last)}
        return _("from %(first)s, %(rate)s a minute, the last at about %(last)s") % told


class ScheduleForm(SendForm):
    """Have it leave at a moment: it is shown what will happen then, before the button names it."""

    when = fields.wall_clock(gettext_lazy("When does it leave?"), help_text=gettext_lazy("On the company's clock."))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)  # the moment that the button named

    @property
    def submit(self) -> str:
        if self.moment is None:
            return _("Show what will happen then")
        words = ngettext(
            "Schedule for %(number)s person on %(when)s",
            "Schedule for %(number)s people on %(when)s",
            self.ahead.people,
        )
        return words % {"number": self.people, "when": moment(self.moment)}

    @property
    def moment(self) -> dt.datetime | None:
        told = self.so_far("when") if self.is_bound else None
        return told.replace(tzinfo=self.policy.zone) if told and self.policy else None

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        """Show the page once more where the button has not named this moment yet."""
        named, when = self.data.get("shown", ""), self.moment.isoformat() if self.moment else ""
        self.data = dict(self.data.items()) | {"shown": when}
        if named != when:
            self._show_anew()
            return None
        return super().attempt(at=at, by=by)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        when = self.moment or at
        self._schedule(when, at, by)
        return _("It leaves on %s.") % moment(when)
