"""The form that announces a whitepaper or an event: how many are told, who is left out and why, then the button."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared.acts import ActForm
from contacts.base import limits
from contacts.disclosure.disclosing import DisclosureError
from contacts.events import announcing
from contacts.events.announcing import HAD_IT, HAS_IT, Announced, AnnouncingError
from contacts.models import Event, PolicyVersion
from contacts.outbox import wake_worker
from contacts.permission.permission import Refusal

_BESIDES = {HAS_IT: gettext_lazy("they have it already"), HAD_IT: gettext_lazy("they were told of it before")}


TOO_LONG = gettext_lazy("Counting these people takes too long at the moment. Try again in some minutes.")


class AnnounceForm(ActForm):
    refusals = (AnnouncingError, DisclosureError)
    body_template = "staff/announce.html"

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.policy = PolicyVersion.objects.in_force()
        self.refusal = ""
        self.ahead = self._look(self.policy) if self.policy and not self.is_bound else None
        self.blocked = bool(self.refusal)

    @property
    def submit(self) -> str:
        number = self.ahead.owed if self.ahead else 0
        return ngettext("Tell %d person", "Tell %d people", number) % number

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Return why people are left out, the most frequent reason first."""
        numbers = self.ahead.left_out if self.ahead else {}
        return [(_reason(code), numbers[code]) for code in sorted(numbers, key=lambda code: -numbers[code])]

    @property
    def total(self) -> int:
        return sum(number for _reason, number in self.left_out)

    @property
    def everybody(self) -> int:
        return self.total + (self.ahead.owed if self.ahead else 0)

    def clean(self) -> dict[str, Any]:
        if self.policy is None:
            raise ValidationError(_("No policy is published yet, so that nobody may be written to."))
        return {**(super().clean() or self.cleaned_data), "policy": self.policy}

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        done = announcing.announce(**self._about(), **self.cleaned_data, at=at, by=by)
        wake_worker.nudge(wake_worker.TO_MANY)
        told = ngettext("%d person is told.", "%d people are told.", done.owed) % done.owed
        return f"{told} {_('Each of them is asked about again when their mail is sent.')}"

    def _look(self, policy: PolicyVersion) -> Announced | None:
        try:
            with limits.of_a_page():
                return announcing.preview(**self._about(), policy=policy, at=timezone.now())
        except self.refusals as refusal:
            self.refusal = str(refusal)
        except limits.TooLongError:
            self.refusal = str(TOO_LONG)
        return None

    def _about(self) -> dict[str, Any]:
        return {"event" if isinstance(self.record, Event) else "whitepaper": self.record}


def _reason(code: str) -> str:
    return str(_BESIDES.get(code) or Refusal(code).label)
