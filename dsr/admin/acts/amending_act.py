"""Correct what was typed of a request that came by e-mail, letter or phone: the day, or what is asked for."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from dsr.admin.acts.find_act import policy_in_force
from dsr.intake import amending
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind


class AmendForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "The dates are counted again. The effects of the right kind begin, and those of the wrong kind end. A day in"
        " another year changes the number of the request."
    )
    submit = gettext_lazy("Correct it")

    kind = fields.choice(gettext_lazy("What do they ask for?"), [(kind.value, capfirst(kind.label)) for kind in Kind])
    received_on = fields.day(gettext_lazy("On which day was it received?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        told = {"kind": record.kind, "received_on": record.received_on}
        super().__init__(record, initial=told, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        kind, received_on = Kind(self.cleaned_data["kind"]), self.cleaned_data["received_on"]
        policy = policy_in_force()
        request = amending.amend(self.record.pk, kind=kind, received_on=received_on, policy=policy, at=at, by=by)
        text = _("Request %(number)s is corrected. Answer by %(day)s.")
        return text % {"number": request.number, "day": date_format(request.safe_on)}


def _is_offered(request: Request) -> bool:
    return request.is_standing and amending.is_ours(request)


ACTS: tuple[Act, ...] = (
    Act(
        "amend",
        gettext_lazy("Correct the day or the kind"),
        "dsr.handle_request",
        AmendForm,
        "edit_calendar",
        offered=_is_offered,
    ),
)
