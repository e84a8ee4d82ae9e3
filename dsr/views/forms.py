"""What may be typed on the pages of "My data", and what is wrong with it."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base.fields import LONGEST, Address, OneLine, stand_by
from contacts.models import Contact
from contacts.outbox import links
from contacts.words.addresses import every_hash
from dsr.intake.intake import Asked, Stranger
from dsr.views import wishes
from dsr.words.vocabulary import Kind

LONGEST_WORDS = 2000  # characters

_BREAKS = "\n\t"


class Words(forms.CharField):
    """What somebody has to say, on as many lines as they like; in Unicode form C, without control characters."""

    widget = forms.Textarea
    default_error_messages = {
        "control": gettext_lazy("Leave out special control characters."),
        "null_characters_not_allowed": gettext_lazy("Leave out special control characters."),
        "max_length": gettext_lazy("Shorten this to %(limit_value)d characters; it has %(show_value)d."),
    }

    def __init__(self, **options: Any) -> None:
        # Browsers count a line break as one character, and send two.
        super().__init__(max_length=LONGEST_WORDS, required=False, **options)
        self.widget.attrs.pop("maxlength", None)
        self.widget.attrs["rows"] = 4

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n"))
        if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in _BREAKS for sign in text):
            raise ValidationError(self.error_messages["control"], code="control")
        return text


class AskForm(forms.Form):
    """The form that anybody may post: what they ask for, and the address by which they show who they are."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose what you want.")),
    )
    what = forms.MultipleChoiceField(
        label=gettext_lazy("Which consent do you withdraw?"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list which consent you withdraw.")},
    )
    words = Words(label=gettext_lazy("In your own words"))
    email = Address(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        error_messages={"required": gettext_lazy("Enter your e-mail address, so that we can send you the link.")},
    )
    old_address = Address(label=gettext_lazy("The address that you had"), max_length=254, required=False)
    name = OneLine(label=gettext_lazy("Your name, and your company if you like"), max_length=LONGEST, required=False)
    about = forms.CharField(max_length=LONGEST, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wishes = wishes.on_the_form()
        self.consents = wishes.consents()
        self.fields["kind"].choices = [(wish.code, wish.label) for wish in self.wishes]  # type: ignore[attr-defined]
        self.fields["what"].choices = self.consents  # type: ignore[attr-defined]
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == Kind.WITHDRAWAL and not data.get("what") and not self.has_error("what"):
            self.add_error("what", _("Choose which consent you withdraw."))
        if data.get("old_address") and not data.get("name") and not self.has_error("name"):
            self.add_error("name", _("Enter your name, so that we can find you under the address that you had."))
        if data.get("kind") == wishes.LOOK and (data.get("old_address") or data.get("name")):
            self.add_error(
                "kind",
                _(
                    "The page opens for the address that we have on file alone. Choose what else you want, and we find"
                    " out together who you are."
                ),
            )
        return data

    def asked(self) -> Asked | None:
        """Return what is asked for, once the form is valid; None for the page alone."""
        kind, data = self.cleaned_data["kind"], self.cleaned_data
        if kind == wishes.LOOK:
            return None
        what = {"what": data["what"]} if kind == Kind.WITHDRAWAL else {}
        return Asked(Kind(kind), data["words"], what | self._replaced())

    def _replaced(self) -> dict[str, str]:
        """Return which record the letter was about by which they came, and whether it was written to their address."""
        try:
            was = links.read_replaced(self.cleaned_data["about"])
        except links.InvalidLinkError:
            return {}
        theirs = was.address_hash in every_hash(self.cleaned_data["email"])
        return {"record": str(was.public_id)} | ({"contested": str(was.public_id)} if theirs else {})

    def stranger(self, language: str) -> Stranger:
        data = self.cleaned_data
        return Stranger(data["email"], language, data["name"], data["old_address"])


class CorrectForm(forms.Form):
    """What people may put right themselves."""

    first_name = OneLine(label=gettext_lazy("First name"), max_length=LONGEST, required=False)
    last_name = OneLine(label=gettext_lazy("Last name"), max_length=LONGEST, required=False)
    job_title = OneLine(label=gettext_lazy("Your role"), max_length=LONGEST, required=False)
    phone = OneLine(label=gettext_lazy("Phone"), max_length=50, required=False, widget=forms.TextInput({"type": "tel"}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, token in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @classmethod
    def of(cls, contact: Contact, sent: QueryDict | None = None) -> "CorrectForm":
        """Return the form with what is on file, or with what was sent instead."""
        held = {name: getattr(contact, name) for name in _AUTOCOMPLETE}
        form = cls(sent, initial=held)
        stand_by(form, held)
        return form

    def values(self) -> dict[str, str]:
        """Return what was typed, of the fields that were sent."""
        return {name: self.cleaned_data[name] for name in _AUTOCOMPLETE if name in self.data}


_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "job_title": "organization-title",
    "phone": "tel",
}


class WordsForm(forms.Form):
    """What somebody adds to a request on "My data"."""

    words = Words()
