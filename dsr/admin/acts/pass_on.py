"""Pass a request on: any member of staff may, on a person's page or without one, and sees no more than that it was."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import RecordAdmin
from contacts.models import Contact
from dsr.admin.acts.intake_acts import ReceivedForm
from dsr.intake import intake
from dsr.intake.intake import Asked
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind
from retention.holds.holds import HoldError

PERMISSION = "dsr.pass_on_request"


class PassOnForm(ReceivedForm):
    """Its record is the person, where they were found before it was opened."""

    refusals = (RequestError, HoldError)
    submit = gettext_lazy("Pass it on")

    def __init__(self, record: Contact | None = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.explanation = _("It goes to the privacy officer, who takes care of it. Do not answer it yourself.")
        if record is None:
            self.fields["words"].help_text = _("As they wrote or said it, with who they are and how they are reached.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        asked = Asked(Kind(self.cleaned_data["kind"]), self.cleaned_data["words"])
        intake.pass_on(asked, self.record, **self.came(), at=at, by=by)
        return _("It was passed on to the privacy officer.")


ACT = Act("pass-on", gettext_lazy("Pass on a request"), PERMISSION, PassOnForm, "forward_to_inbox")


class Desk(RecordAdmin):
    """Where somebody passes a request on without a person's page. It leads home, since the inbox is not theirs."""

    def trail(self, title: Any) -> list[tuple[Any, str]]:
        return [(title, "")]

    def url_of(self, record: Any = None, act: str = "change") -> str:
        return reverse("admin:index")


def desk(site: Any) -> Desk:
    return Desk(Request, site)
