"""The company's own look: its colours, logo, picture and footer, each shown before it is set."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import format_lazy
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin
from contacts.look import look, tokens
from contacts.look.look import Link, LookError
from contacts.models import Look

_EDIT = "contacts.change_look"
_LANGUAGES = [code for code, _name in settings.LANGUAGES]
_LINKS = 4


class LookForm(ActForm):
    refusals = (LookError,)


class ColoursForm(LookForm):
    explanation = gettext_lazy(
        "The website, mails, letters and these pages wear them. You see them below as you choose."
    )
    submit = gettext_lazy("Save the colours")
    after_template = "staff/look_follows.html"

    main = fields.colour(gettext_lazy("Links and buttons"))
    band = fields.colour(gettext_lazy("Behind your name, on top of each page"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        main, band = look.colours(record)
        super().__init__(record, initial={"main": main, "band": band}, **options)

    @property
    def problem(self) -> str:
        try:
            look.check(*self._told())
        except LookError as problem:
            return str(problem)
        return ""

    @property
    def samples(self) -> list[dict[str, Any]]:
        return [] if self.problem else samples(*self._told())

    def _told(self) -> tuple[str, str]:
        return self.so_far("main") or "", self.so_far("band") or ""

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        look.paint(self.cleaned_data["main"], self.cleaned_data["band"], at=at, by=by)
        return _("The colours are saved. Open pages show them within five minutes.")


class OwnForm(LookForm):
    explanation = gettext_lazy("The product's own colours come back, on the website, in mails and letters, and here.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        look.paint("", "", at=at, by=by)
        return _("The product's own colours are back.")


def _image(label: Any, without: Any) -> Any:
    """A file that may be left out; `without` says what is shown then."""
    said = format_lazy("{} {}", gettext_lazy("A PNG, JPEG or WebP, at most 5 MB."), without)
    return fields.file(label, accept=".png,.jpg,.jpeg,.webp", required=False, help_text=said)


class LogoForm(LookForm):
    explanation = gettext_lazy("It takes the place of your name on top of each page, and stands on letters.")
    submit = gettext_lazy("Save the logo")
    file = _image(gettext_lazy("Logo"), gettext_lazy("Leave it empty to show your name instead."))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        look.show_logo(self.cleaned_data["file"], at=at, by=by)
        return _("The logo is saved.") if self.cleaned_data["file"] else _("Your name is shown instead of a logo.")


class PictureForm(LookForm):
    explanation = gettext_lazy("It stands on the front page of the website.")
    submit = gettext_lazy("Save the picture")
    file = _image(gettext_lazy("Picture"), gettext_lazy("Leave it empty to show none."))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        look.show_picture(self.cleaned_data["file"], at=at, by=by)
        return _("The picture is saved.") if self.cleaned_data["file"] else _("The front page has no picture now.")


class LinksForm(LookForm):
    explanation = gettext_lazy(
        "The footer of each page leads there, below the privacy policy. Empty ones are left out."
    )
    submit = gettext_lazy("Save the links")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        known = [*record.links, *[{"url": "", "words": {}}] * _LINKS]
        for place in range(_LINKS):
            self._add(place, known[place])

    def _add(self, place: int, known: dict[str, Any]) -> None:
        address = _("Address of link %d") % (place + 1)
        self.fields[f"url_{place}"] = fields.web_address(address, required=False, initial=known["url"])
        for code in _LANGUAGES:
            words = _("Its words (%s)") % get_language_info(code)["name_translated"]
            initial = known["words"].get(code, "")
            self.fields[f"words_{place}_{code}"] = fields.text(words, required=False, max_length=60, initial=initial)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        for place in range(_LINKS):
            for code in _LANGUAGES:
                if told.get(f"url_{place}") and not told.get(f"words_{place}_{code}"):
                    self.add_error(f"words_{place}_{code}", _("Write what the link says."))
        return told

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        found = [
            Link(told[f"url_{place}"], {code: told[f"words_{place}_{code}"] for code in _LANGUAGES})
            for place in range(_LINKS)
            if told[f"url_{place}"]
        ]
        look.lead(found, at=at, by=by)
        return _("The links are saved.")


def samples(main: str, band: str) -> list[dict[str, Any]]:
    """Return an example by day and one by night, each with its colours as custom properties of CSS."""
    found = tokens.colours(main or tokens.MAIN, band or tokens.BAND)
    days = {"light": _("By day"), "dark": _("By night")}
    return [
        {"title": title, "style": "; ".join(f"--{name}: {getattr(pair, day)}" for name, pair in found.items())}
        for day, title in days.items()
    ]


@admin.register(Look)
class LookAdmin(RecordAdmin):
    heading = gettext_lazy("Look")
    page_template = "staff/look.html"
    acts = (
        Act("colours", gettext_lazy("Change the colours"), _EDIT, ColoursForm, "palette"),
        Act("logo", gettext_lazy("Change the logo"), _EDIT, LogoForm, "branding_watermark"),
        Act("picture", gettext_lazy("Change the picture"), _EDIT, PictureForm, "image"),
        Act("links", gettext_lazy("Change the links"), _EDIT, LinksForm, "link"),
        Act(
            "own",
            gettext_lazy("Back to the product's own colours"),
            _EDIT,
            OwnForm,
            "undo",
            offered=lambda record: bool(record.main or record.band),
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect(self.url_of(self.found(request, "1")))

    def title_of(self, record: Any) -> str:
        return str(self.heading)

    def trail(self, title: Any) -> list[tuple[Any, str]]:
        return [(title, "")]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        main, band = look.colours(record)
        return {"samples": samples(main, band), "main": main, "band": band, "shown": look.shown(record, get_language())}
