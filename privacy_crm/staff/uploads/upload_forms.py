"""The acts of an import: the file, its columns, the yes, throwing it away, and taking it back."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields as inputs
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from contacts.models import Upload
from contacts.words.differences import ListMode, Stays
from contacts.words.numbers import grouped
from contacts.words.vocabulary import UploadState
from privacy_crm import tasks
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.staff.uploads import upload_differences
from privacy_crm.staff.uploads.upload_choice import ChoiceForm
from privacy_crm.staff.uploads.upload_match import MatchForm
from privacy_crm.staff.uploads.upload_work import ask_for
from privacy_crm.uploads import forgetting, importing, receiving, removing
from privacy_crm.uploads.moving import MovedError

PERMISSION = "contacts.import_contacts"


class FileForm(ActForm):
    refusals = (UnreadableError,)
    explanation = gettext_lazy(
        "Nobody comes in yet: first you say what the columns are, then you see what would happen. The file is deleted"
        " once it is imported, or after a day."
    )
    submit = gettext_lazy("Send the file")

    file = inputs.file(
        gettext_lazy("File"),
        accept=".csv,.txt,.tsv,.xlsx",
        help_text=gettext_lazy(
            "CSV or Excel (.xlsx), with a row on top that names the columns. Exports of HubSpot, Salesforce and Outlook"
            " are recognised. Of a workbook, the first sheet is read. At most %d MB."
        ),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["file"].help_text = self.fields["file"].help_text % settings.UPLOAD_MEGABYTES

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = receiving.receive(self.cleaned_data["file"], self.user, at=at, by=by)
        if self.record.state == UploadState.OPENING:
            ask_for(tasks.open_upload, self.record, by)
        return _("The file is here. Nobody has come in yet.")


class ImportForm(ActForm):
    refusals = (MovedError,)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the mark of what stood on the page

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"seen": importing.mark(record)}, **options)

    @property
    def submit(self) -> str:
        return words_of_yes(self.record)

    @property
    def explanation(self) -> str:
        if self.record.mode == ListMode.UPDATE:
            return _("Within a day you can undo it: people who are new are removed, and old details are put back.")
        return _("Within a day you can have the people removed again who are new.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        importing.start(self.record, self.cleaned_data["seen"], at=at, by=by)
        ask_for(tasks.import_upload, self.record, by)
        return _("The import has begun. You can close this page: it goes on.")


class DiscardForm(ActForm):
    refusals = (MovedError,)
    explanation = gettext_lazy("The file is deleted, and nobody comes in.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        forgetting.discard(self.record, at=at, by=by)
        return _("The file is deleted. Nobody came in.")


class RemoveForm(ActForm):
    refusals = (MovedError,)
    body_template = "staff/upload_removal.html"

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.going, self._staying = removing.outlook(record, day=company_day())

    @property
    def staying(self) -> list[tuple[str, Any]]:
        return staying(self._staying)

    @property
    def submit(self) -> str:
        if upload_differences.words_of_undo(self.record):
            return _("Undo this import")
        return ngettext("Remove %s person", "Remove %s people", self.going) % grouped(self.going)

    @property
    def explanation(self) -> str:
        said = ngettext(
            "%s person is deleted with everything that hangs on them.",
            "%s people are deleted with everything that hangs on them.",
            self.going,
        )
        told = [said % grouped(self.going) if self.going else "", upload_differences.words_of_undo(self.record)]
        return " ".join(filter(None, told))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        removing.start(self.record, at=at, by=by)
        ask_for(tasks.remove_uploaded, self.record, by)
        return _("The import is being undone. You can close this page: it goes on.")


def words_of_yes(upload: Upload) -> str:
    """Return what the button says: how many people it is about, and for an update, how many details."""
    number = coming(upload)
    if not number:
        return _("Record the objections")
    return _of_update(upload.preview) if upload.mode == ListMode.UPDATE else _of_people(number)


def _of_people(number: int) -> str:
    return ngettext("Import %(number)s person", "Import %(number)s people", number) % {"number": grouped(number)}


def _of_update(preview: dict[str, Any]) -> str:
    new, details = (int(preview.get(name, 0)) for name in ("new", "differences"))
    change = ngettext("change %s detail", "change %s details", details) % grouped(details)
    told = [*([_of_people(new)] if new else []), *([change] if details else [])]
    return capfirst(get_text_list(told, _("and"))) or _("Import the list")


def coming(upload: Upload) -> int:
    return int(upload.preview.get("new", 0)) + int(upload.preview.get("changed", 0))


def staying(counted: dict[str, int]) -> list[tuple[str, Any]]:
    """Return how many stay, and why, the most first."""
    reasons = sorted(counted.items(), key=lambda pair: -pair[1])
    return [(grouped(number), removing.Reason(reason).label) for reason, number in reasons]


def _is_waiting(upload: Upload) -> bool:
    return upload.state in {UploadState.UPLOADED, UploadState.PREVIEWED}


def _has_a_choice(upload: Upload) -> bool:
    to_choose = upload.preview.get("differences") or upload.preview.get("stays", {}).get(Stays.LEFT)
    return upload.state == UploadState.PREVIEWED and bool(to_choose)


def _says_something(upload: Upload) -> bool:
    return upload.state == UploadState.PREVIEWED and bool(coming(upload) or upload.preview.get("objected"))


def _is_removable(upload: Upload) -> bool:
    in_time = upload.forget_at is not None and upload.forget_at > timezone.now()
    made = upload.result.get("new") or upload.result.get("differences")
    return upload.state == UploadState.DONE and in_time and bool(made)


ADDING = Act("add", gettext_lazy("Import people"), PERMISSION, FileForm)
ACTS = (
    Act("import", gettext_lazy("Import them"), PERMISSION, ImportForm, "group_add", offered=_says_something),
    Act("match", gettext_lazy("Match the columns"), PERMISSION, MatchForm, "view_column", offered=_is_waiting),
    Act("choose", gettext_lazy("Choose what changes"), PERMISSION, ChoiceForm, "rule", offered=_has_a_choice),
    Act(
        "discard",
        gettext_lazy("Throw the file away"),
        PERMISSION,
        DiscardForm,
        "delete",
        grave=True,
        offered=_is_waiting,
    ),
    Act(
        "remove",
        gettext_lazy("Undo this import"),
        PERMISSION,
        RemoveForm,
        "undo",
        grave=True,
        offered=_is_removable,
        fresh=True,
    ),
)
