"""Form fields in the admin's look, with the browser's own pickers: they work in dialogs, on phones and by keyboard."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from contacts.base.fields import LONGEST, OneLine
from contacts.models import Topic

if TYPE_CHECKING:
    BaseTopicsField = forms.ModelMultipleChoiceField[Topic]
else:
    BaseTopicsField = forms.ModelMultipleChoiceField

_CLASSES = " ".join(INPUT_CLASSES)


def text(label: Any, **options: Any) -> OneLine:
    """One line, as the public forms know it: what has room for a story would be read as a place for notes on people."""
    return OneLine(label=label, widget=UnfoldAdminTextInputWidget(), **{"max_length": LONGEST, **options})


def long_text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), **options)


def number(label: Any, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": _CLASSES})
    return forms.IntegerField(label=label, widget=widget, **options)


def web_address(label: Any, **options: Any) -> forms.URLField:
    widget = forms.URLInput(attrs={"class": _CLASSES})
    return forms.URLField(label=label, widget=widget, assume_scheme="https", **options)


def colour(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, widget=forms.TextInput(attrs={"type": "color", "class": "pc-colour"}), **options
    )


def file(label: Any, *, accept: str, **options: Any) -> forms.FileField:
    widget = FileInput(attrs={"class": _CLASSES, "accept": accept})
    return forms.FileField(label=label, widget=widget, **options)


def tick(label: Any, **options: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, widget=UnfoldBooleanWidget(), **options)


def one_of(label: Any, **options: Any) -> forms.ChoiceField:
    """A choice whose few options all stand on the page."""
    return forms.ChoiceField(label=label, widget=UnfoldAdminRadioSelectWidget(), **options)


def topics(label: Any, **options: Any) -> forms.Field:
    return TopicsField(Topic.objects.all(), label=label, widget=UnfoldAdminCheckboxSelectMultipleWidget(), **options)


def choice(label: Any, choices: Iterable[Any], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget(), **options)


def offered(known: Iterable[Any], held: str) -> list[tuple[str, Any]]:
    """Return the options of a choice: what is known, and what is on file, which an import may have brought in any
    spelling.
    """
    listed = [("", "–"), *known]
    return listed if held in dict(listed) else [*listed, (held, held)]


def choices(label: Any, choices: Iterable[Any], **options: Any) -> forms.MultipleChoiceField:
    widget = UnfoldAdminCheckboxSelectMultipleWidget()
    return forms.MultipleChoiceField(label=label, choices=choices, widget=widget, **options)


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=_day_picker(), **options)


def wall_clock(label: Any, **options: Any) -> forms.Field:
    """A day and a time on the wall, in a time zone that the form decides on."""
    return WallClockField(label=label, **options)


def _day_picker() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": _CLASSES})


def _time_picker() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": _CLASSES})


class FileInput(forms.FileInput):
    """Unfold writes the name of a chosen file into the first line of text nearby: a title, but for one nobody sees."""

    def render(self, *args: Any, **options: Any) -> SafeString:
        line = '<div><div>{}</div><input type="text" hidden disabled></div>'
        return format_html(line, super().render(*args, **options))


class WallClockWidget(forms.MultiWidget):
    def __init__(self) -> None:
        day, time = _day_picker(), _time_picker()
        # The label of the field stands beside neither.
        day.attrs["aria-label"], time.attrs["aria-label"] = gettext_lazy("Day"), gettext_lazy("Time")
        super().__init__([day, time])

    def render(self, *args: Any, **options: Any) -> SafeString:
        return format_html('<div class="pc-wall-clock">{}</div>', super().render(*args, **options))

    def decompress(self, value: Any) -> list[Any]:
        return [value.date(), value.time()] if value else [None, None]


class WallClockField(forms.MultiValueField):
    widget = WallClockWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(fields=(forms.DateField(), forms.TimeField()), **options)

    def compress(self, values: list[Any]) -> dt.datetime | None:
        return dt.datetime.combine(values[0], values[1]) if values else None


class TopicsField(BaseTopicsField):
    def label_from_instance(self, obj: Topic) -> str:
        return obj.named("en")
