"""The fields of public forms: what a line of text, an address and a country are, and what is wrong with one."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from confusable_homoglyphs import confusables
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.words.addresses import MalformedAddressError, normalise

LONGEST = 200  # characters of a text

# Control characters, line separators, lone surrogates, and the signs that turn the direction of what follows, so that a
# name reads as something else (Unicode TR 36, 2.10).
_NOT_ON_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class OneLine(forms.CharField):
    """A text without line breaks and control characters, in Unicode form C: what a mail's header may hold as well.

    `held` is what is on file. It stays as it is where nobody changes it, though nobody could type it here: an import
    takes longer texts than a form (P2), and the line breaks of an address, which no browser shows on one line.
    """

    held = ""

    default_error_messages = {
        "control": gettext_lazy("Write this on one line, without special control characters."),
        "null_characters_not_allowed": gettext_lazy("Write this on one line, without special control characters."),
        "max_length": gettext_lazy("Shorten this to %(limit_value)d characters; it has %(show_value)d."),
    }

    def clean(self, value: Any) -> Any:
        """Check a text. Most posts leave most fields empty, and nothing is wrong with one that nobody has to fill."""
        if self._stands(value):
            return self.held
        return "" if value == "" and not self.required else super().clean(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self.held if self._stands(data) else super().bound_data(data, initial)

    def _stands(self, sent: Any) -> bool:
        return bool(self.held) and isinstance(sent, str) and _on_one_line(sent) == _on_one_line(self.held)

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        if _NOT_ON_A_LINE.search(text):
            raise ValidationError(self.error_messages["control"], code="control")
        return text


def stand_by(form: forms.BaseForm, held: Mapping[str, str]) -> None:
    """Have what is on file stay as it is in those fields of a form that nobody changes."""
    for name, text in held.items():
        field = form.fields.get(name)
        if isinstance(field, OneLine):
            field.held = text


def one_line(text: str) -> str:
    """Return a text without line breaks and doubled blanks, as headers and calendars need it."""
    return " ".join(text.split())


def _on_one_line(text: str) -> str:
    """Return a text as a browser sends it back that showed it on one line (HTML, 4.10.5.1.2)."""
    return unicodedata.normalize("NFC", text.replace("\r", "").replace("\n", "").strip())


class Address(OneLine):
    """An e-mail address, normalised. One whose domain mixes alphabets to look like another is refused."""

    widget = forms.EmailInput

    default_error_messages = {
        "required": gettext_lazy("Enter your e-mail address, so that we can send you what you ask for."),
        "malformed": gettext_lazy("Enter an e-mail address such as aino@example.com."),
        "look_alike": gettext_lazy(
            "This address mixes letters of different alphabets that look alike. Type it again on your own keyboard."
        ),
    }

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return text
        domain = text.rpartition("@")[2]
        if not domain.isascii() and any(confusables.is_dangerous(label) for label in domain.split(".")):
            raise ValidationError(self.error_messages["look_alike"], code="look_alike")
        try:
            return normalise(text)
        except MalformedAddressError:
            raise ValidationError(self.error_messages["malformed"], code="malformed") from None


class Country(forms.ChoiceField):
    """A country of the list by its code, which is looked up and not searched for."""

    def valid_value(self, value: str) -> bool:
        return value in _codes()


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in countries)
