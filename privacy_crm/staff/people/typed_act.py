"""What was typed under a person's address and differs from what is on file: staff answer it on the person's word."""

import datetime as dt
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.models import Contact
from contacts.people import details, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.permission import unconfirmed
from contacts.permission.set_country import CompletingError
from contacts.words.details import Detail, text
from privacy_crm.staff.people.contact_acts import may_change_whole
from privacy_crm.staff.people.detail_acts import check_thawed, on_file, stays
from privacy_crm.staff.people.hearing_acts import HEARD

_ANSWERS = [
    ("", gettext_lazy("They have not told us")),
    ("yes", gettext_lazy("They say that it is right")),
    ("no", gettext_lazy("They say that it is wrong")),
]


class TypedForm(ActForm):
    refusals = (CompletingError, ContactGoneError)
    reveals = True
    explanation = gettext_lazy(
        "Somebody typed this under their address. It may not have been them: ask before you answer. What nobody"
        " answers is deleted after 30 days. A country or company that would allow marketing that the law forbids"
        " today can only be confirmed by the person, under “My data”."
    )

    heard = fields.choice(gettext_lazy("How did you hear it?"), HEARD)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        for each in record.proposed.all() if record else ():
            self.fields[each.detail] = _question(record, Detail(each.detail), each.typed)
        self.order_fields([*Detail.values, "heard"])

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        answers = {detail: told[detail] == "yes" for detail in Detail if told.get(detail)}
        if not answers:
            raise CompletingError(_("Answer at least one of them."))
        with restriction_guard.changing(self.record.pk, at=at):
            check_thawed(self.record.pk, at)
            done = unconfirmed.settle(self.record.pk, answers, grounds=told["heard"], at=at, by=by)
        waits = stays(self.record, done.waits)
        if done.changes:
            return " ".join([_("The details of {name} are corrected. Recipients who have them are told."), *waits])
        return " ".join(waits) or _("The details of {name} stay as they were.")


def waiting(contact: Contact) -> list[tuple[str, str]]:
    """Return what was typed and is not answered, each with its name."""
    return [_said(Detail(each.detail), each.typed) for each in contact.proposed.all()]


def _said(detail: Detail, typed: dict[str, str]) -> tuple[str, str]:
    return str(detail.label), text(detail, typed)


def _question(record: Contact, detail: Detail, typed: dict[str, str]) -> Any:
    """Ask whether the whole of what a yes would bring is right: only half of it may have been typed."""
    label, said = _said(detail, details.becomes(record, detail, typed))
    return fields.one_of(
        f"{capfirst(label)}: {said}",
        choices=_ANSWERS,
        initial="",
        required=False,
        help_text=_("On file: %s") % on_file(record, detail),
    )


ACT = Act(
    "settle-typed",
    gettext_lazy("Review typed details"),
    "contacts.change_contact",
    TypedForm,
    "rule",
    offered=lambda contact: may_change_whole(contact) and contact.proposed.exists(),
)
