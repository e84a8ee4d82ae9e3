"""What the officer was told by e-mail, letter or phone, and nobody has to decide about: it is carried out."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.words.vocabulary import Channel
from dsr.admin.letters import LetterForm
from dsr.admin.numbered import NumberedForm
from dsr.answers.answering import Draft
from dsr.intake import stopping
from dsr.letters import stopped
from dsr.models import Request
from dsr.words.vocabulary import AT_ONCE, Kind, State

_LABELS = {**dict(Channel.choices), "food": gettext_lazy("dietary needs")}


class StopForm(LetterForm, NumberedForm):
    explanation = gettext_lazy(
        "It takes effect at once, and the request is closed. After an objection to all channels, a person held for"
        " marketing alone is deleted: a prospect at once, others once they have what they asked for."
    )
    submit = gettext_lazy("Stop it and send the letter")
    outlasting = True

    what = fields.choices(gettext_lazy("What stops?"), [])

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        what: Any = self.fields["what"]
        what.choices = [(name, _LABELS[name]) for name in stopping.said_by(record)]
        if record.kind == Kind.MARKETING_OBJECTION:
            what.initial = list(Channel.values)

    def draft(self) -> Draft:
        withdrawn = self.record.kind == Kind.WITHDRAWAL
        write = stopped.consent_taken_back if withdrawn else stopped.marketing_stopped
        return write(self.record, self.policy, self.language, {"what": self.cleaned_data["what"]})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        what = self.cleaned_data["what"]
        stopping.stop(self.record.pk, what, self.letter(), policy=self.policy, at=at, by=by)
        return _("It has stopped, and the letter is on its way.")


def _is_offered(request: Request) -> bool:
    return request.kind in AT_ONCE and request.state == State.OPEN and request.subjects.exists()


ACTS: tuple[Act, ...] = (
    Act(
        "stop",
        gettext_lazy("Stop it"),
        "dsr.handle_request",
        StopForm,
        "do_not_disturb_on",
        grave=True,
        offered=_is_offered,
    ),
)
