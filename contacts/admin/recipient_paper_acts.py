"""What may be done about the papers of an agreement: documents, sub-processors, and assessments of transfers."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from contacts.base.days import add_months
from contacts.disclosure import documents, sub_processors
from contacts.disclosure.documents import DocumentError
from contacts.disclosure.sub_processors import Company, SubProcessorError
from contacts.models import DocumentKind, Recipient
from contacts.words.vocabulary import Safeguard

_CHANGE = "contacts.change_recipient"


class AttachForm(ActForm):
    refusals = (DocumentError,)
    explanation = gettext_lazy("Each download is on the audit trail.")

    kind = fields.one_of(
        gettext_lazy("What is it?"),
        choices=[(each.value, capfirst(each.label)) for each in DocumentKind],
        initial=DocumentKind.AGREEMENT,
    )
    title = fields.text(gettext_lazy("Title"))
    file = fields.file(gettext_lazy("File"), accept=".pdf", help_text=gettext_lazy("A PDF, at most 20 MB."))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        documents.attach(self.record, **self.cleaned_data, at=at, by=by)
        return _("The document is attached.")


class RemoveForm(ActForm):
    refusals = (DocumentError,)
    explanation = gettext_lazy("The file is deleted. That it was there stays on the audit trail.")

    document = fields.choice(gettext_lazy("Document"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        held = [(str(each.pk), each.title) for each in record.documents.all()]
        self.fields["document"].choices = held  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        documents.remove(int(self.cleaned_data["document"]), at=at, by=by)
        return _("The document is removed.")


class SubProcessorForm(ActForm):
    refusals = (SubProcessorError,)

    name = fields.text(gettext_lazy("Name"))
    service = fields.text(gettext_lazy("What does it do with the data?"))
    country = fields.choice(gettext_lazy("Country"), ())
    safeguard = fields.choice(
        gettext_lazy("Safeguard"),
        [("", gettext_lazy("None: it is inside the EEA")), *((each.value, capfirst(each.label)) for each in Safeguard)],
        required=False,
    )
    since = fields.day(gettext_lazy("Since"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["country"].choices = [("", ""), *countries]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        sub_processors.add(self.record, Company(**self.cleaned_data), at=at, by=by)
        return _("The sub-processor is on record.")


class EndSubProcessorForm(ActForm):
    refusals = (SubProcessorError,)

    sub_processor = fields.choice(gettext_lazy("Sub-processor"), ())
    ended_on = fields.day(gettext_lazy("Last day"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"ended_on": company_day()}, **options)
        standing = [(str(each.pk), each.name) for each in record.sub_processors.filter(ended_on=None)]
        self.fields["sub_processor"].choices = standing  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        sub_processors.end(int(told["sub_processor"]), told["ended_on"], at=at, by=by)
        return _("The last day of the sub-processor is %s.") % date_format(told["ended_on"])


class AssessForm(ActForm):
    refusals = (SubProcessorError,)
    explanation = gettext_lazy("Is the data protected there as it is here? An earlier assessment stays on record.")

    on = fields.day(gettext_lazy("Assessed on"))
    conclusion = fields.long_text(
        gettext_lazy("What was found?"),
        help_text=gettext_lazy(
            "The law and practice there, and what protects the data beside the safeguard. No names."
        ),
    )
    allowed = fields.tick(gettext_lazy("The data is protected there: it may be transferred"), required=False)
    review_on = fields.day(gettext_lazy("To be assessed again on"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        day = company_day()
        super().__init__(record, initial={"on": day, "review_on": add_months(day, 12)}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        sub_processors.assess(self.record, **self.cleaned_data, at=at, by=by)
        return _("The assessment is on record.")


def _abroad(recipient: Recipient) -> bool:
    return recipient.is_outside_the_eea


ACTS = (
    Act("attach", gettext_lazy("Attach a document"), _CHANGE, AttachForm, "attach_file"),
    Act("add-sub-processor", gettext_lazy("Add a sub-processor"), _CHANGE, SubProcessorForm, "group_add"),
    Act("assess", gettext_lazy("Assess the transfer"), _CHANGE, AssessForm, "balance", offered=_abroad),
    Act(
        "end-sub-processor",
        gettext_lazy("End a sub-processor"),
        _CHANGE,
        EndSubProcessorForm,
        "group_remove",
        offered=lambda recipient: recipient.sub_processors.filter(ended_on=None).exists(),
    ),
    Act(
        "remove-document",
        gettext_lazy("Remove a document"),
        _CHANGE,
        RemoveForm,
        "delete",
        grave=True,
        offered=lambda recipient: recipient.documents.exists(),
    ),
)
