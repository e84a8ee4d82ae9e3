"""The company's own look: set by staff, checked so that everybody can read it, and read by pages, mails and papers."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.look import tokens
from contacts.look.colours import ColourError
from contacts.models import Look

MOST_BYTES = 5 * 1024 * 1024
_KINDS = ("PNG", "JPEG", "WEBP")
_LOGO, _PICTURE = (640, 160), (1600, 900)  # as large as they are kept, in pixels


class LookError(ValueError):
    """What was asked for cannot be; the message says why, and what to do."""


@dataclass(frozen=True)
class Link:
    """Where the footer leads, and what it says: language → words."""

    url: str
    words: dict[str, str]


def current() -> Look:
    """Return the look of the company, or the product's own."""
    return Look.objects.filter(pk=1).first() or Look(pk=1)


def colours(look: Look) -> tuple[str, str]:
    """Return the main colour and that of the band."""
    return look.main or tokens.MAIN, look.band or tokens.BAND


def stylesheet(look: Look) -> str:
    return tokens.stylesheet(*colours(look))


def in_mails(look: Look) -> dict[str, Any]:
    """Return the colours and the font of a mail, which loads nothing from anywhere."""
    found = tokens.colours(*colours(look))
    return {"colours": {name.replace("-", "_"): pair for name, pair in found.items()}, "font": tokens.FONT}


def version(look: Look) -> str:
    """Return what changes whenever anything about the look does, so that browsers may keep what they have."""
    told = [*colours(look), look.logo.name, look.picture.name]
    return hashlib.sha256(json.dumps([told, tokens.stylesheet()]).encode()).hexdigest()[:12]


def shown(now: Look, language: str) -> dict[str, Any]:
    """Return what a page needs to wear the look: where its parts are, and the footer's links in a language."""
    return {
        "version": version(now),
        "logo": _address(now.logo),
        "logo_size": now.logo_size,
        "picture": _address(now.picture),
        "picture_size": now.picture_size,
        "links": [(each["url"], each["words"].get(language) or each["words"]["en"]) for each in now.links],
    }


def _address(file: Any) -> str:
    return reverse("look_image", args=[file.name.removeprefix("look/")]) if file else ""


@transaction.atomic
def paint(main: str, band: str, *, at: dt.datetime, by: str) -> None:
    """Set the two colours; empty is the product's own.

    Raises LookError for what is no colour, and for a main colour in which links could not be read (WCAG 2.2, 1.4.3).
    """
    main, band = check(main, band)
    _locked()
    Look.objects.filter(pk=1).update(main=main, band=band)
    _note(at, by)


def check(main: str, band: str) -> tuple[str, str]:
    """Return two colours as they are kept. Raises LookError as `paint` does."""
    main, band = main.strip().lower(), band.strip().lower()
    try:
        tokens.colours(main or tokens.MAIN, band or tokens.BAND)
    except ColourError as wrong:
        raise LookError(_("“%s” is no colour. Write it like #0b5f85.") % wrong) from None
    try:
        tokens.check_main(main or tokens.MAIN)
    except ColourError as nearest:
        raise LookError(
            _("Links in this colour cannot be read on our pages. The nearest colour that can be read is %s.") % nearest
        ) from None
    return main, band


def show_logo(file: File[bytes] | None, *, at: dt.datetime, by: str) -> None:
    """Set the logo, or take it away. Raises LookError for what is no image."""
    _show("logo", _drawn(file, _LOGO, "PNG") if file else None, at, by)


def show_picture(file: File[bytes] | None, *, at: dt.datetime, by: str) -> None:
    """Set the picture of the front page, or take it away. Raises LookError for what is no image."""
    _show("picture", _drawn(file, _PICTURE, "WEBP") if file else None, at, by)


@transaction.atomic
def lead(links: Sequence[Link], *, at: dt.datetime, by: str) -> None:
    """Set what the footer leads to, beside the policy. Raises LookError for an address that is no page of the web."""
    if any(not link.url.startswith("https://") for link in links):
        raise LookError(_("Each address begins with https://."))
    _locked()
    Look.objects.filter(pk=1).update(links=[{"url": link.url, "words": link.words} for link in links])
    _note(at, by)


@dataclass(frozen=True)
class _Drawn:
    """An image as we keep it: drawn anew, so that nothing else that was in its file comes along."""

    content: bytes
    ending: str
    size: list[int]


def _drawn(file: File[bytes], largest: tuple[int, int], kind: str) -> _Drawn:
    if file.size > MOST_BYTES:
        raise LookError(_("The image is larger than 5 MB. Send a smaller one."))
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - needed by this act alone

    try:
        with Image.open(file, formats=_KINDS) as image:
            image.thumbnail(largest)
            shown = image.convert("RGBA" if kind == "PNG" else "RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise LookError(_("This is no image that we can read. Send a PNG, JPEG or WebP.")) from None
    kept = io.BytesIO()
    shown.save(kept, kind, **({"optimize": True} if kind == "PNG" else {"quality": 80}))
    return _Drawn(kept.getvalue(), kind.lower(), list(shown.size))


def _show(part: str, drawn: _Drawn | None, at: dt.datetime, by: str) -> None:
    name = _kept(drawn) if drawn else ""
    with transaction.atomic():
        old = str(getattr(_locked(), part))
        Look.objects.filter(pk=1).update(**{part: name, f"{part}_size": drawn.size if drawn else []})
        _note(at, by)
        if old and old != name:
            transaction.on_commit(lambda: _storage().delete(old))


def _kept(drawn: _Drawn) -> str:
    """Keep an image under a name that follows from what it shows, so that its address may be kept by browsers."""
    name = f"look/{hashlib.sha256(drawn.content).hexdigest()[:32]}.{drawn.ending}"
    return name if _storage().exists(name) else _storage().save(name, ContentFile(drawn.content))


def _locked() -> Look:
    look, _made = Look.objects.select_for_update().get_or_create(pk=1)
    return look


def _note(at: dt.datetime, by: str) -> None:
    audit.record("look.changed", at=at, by=by)


def _storage() -> Storage:
    storage: Storage = Look.logo.field.storage
    return storage
