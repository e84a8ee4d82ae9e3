"""A letter that never left: the officer posts it, or notes that nothing more can be done."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from dsr.admin.letters import in_force
from dsr.answers import undelivered
from dsr.models import Request
from dsr.records.transitions import RequestError


class SettleLetterForm(ActForm):
    explanation = gettext_lazy(
        "A letter that nobody got is no answer. Print it on the page of the request and post it, then note the day"
        " here. Where you have no address either, leave the day empty."
    )
    refusals = (RequestError,)

    posted_on = fields.day(gettext_lazy("When was it posted?"), required=False)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        day = self.cleaned_data["posted_on"]
        undelivered.settle(self.record.pk, posted_on=day, policy=in_force(), at=at, by=by)
        return _("Noted: it went by post.") if day else _("Noted: nothing more can be done.")


def _is_offered(record: Any) -> bool:
    return Request.objects.with_undelivered().filter(pk=record.pk).exists()


ACTS: tuple[Act, ...] = (
    Act(
        "settle-letter",
        gettext_lazy("Note what became of the letter"),
        "dsr.handle_request",
        SettleLetterForm,
        icon="mark_email_unread",
        offered=_is_offered,
    ),
)
