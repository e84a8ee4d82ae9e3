"""What is to change of the differences of an update: one of them, those of one field, or all."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields as inputs
from contacts.admin.shared.acts import ActForm
from contacts.words.differences import ListField
from contacts.words.numbers import grouped
from privacy_crm.uploads import choosing
from privacy_crm.uploads.choosing import ChoiceError
from privacy_crm.uploads.moving import MovedError

_CHANGE, _KEEP = "change", "keep"


class ChoiceForm(ActForm):
    """For many at once, as a form of its own; the button beside each difference sends `one` and its page."""

    refusals = (ChoiceError, MovedError)
    explanation = gettext_lazy("Nothing is written yet. Details that stay for another reason are not changed.")
    submit = gettext_lazy("Save")

    detail = inputs.choice(
        gettext_lazy("Which details?"), [("", gettext_lazy("All details")), *ListField.choices], required=False
    )
    word = inputs.one_of(
        gettext_lazy("What should happen to them?"),
        choices=[
            (_CHANGE, gettext_lazy("Change them to what the list says")),
            (_KEEP, gettext_lazy("Keep what is on file")),
        ],
    )
    one = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        keep = told["word"] == _KEEP
        detail = ListField(told["detail"]) if told["detail"] else None
        number = choosing.choose(self.record, keep=keep, detail=detail, one=told["one"], at=at, by=by)
        return _told(number, keep=keep)

    @property
    def place(self) -> str:
        """Where on the page of the import the choice was made."""
        told: dict[str, Any] = self.cleaned_data
        return f"?page={told['page'] or 1}#differences"


def _told(number: int, *, keep: bool) -> str:
    if keep:
        said = ngettext("%s detail will stay as it is.", "%s details will stay as they are.", number)
    else:
        said = ngettext("%s detail will change.", "%s details will change.", number)
    return said % grouped(number)
