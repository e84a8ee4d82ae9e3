"""Whitepapers: added, described, published, withdrawn. None is deleted: the sign-ups of its readers point at it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Topic, Whitepaper

MOST_BYTES = 20 * 1024 * 1024

PDF, EPUB = "application/pdf", "application/epub+zip"
_ENDINGS = {PDF: ".pdf", EPUB: ".epub"}


class WhitepaperError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Cover:
    """What visitors read about a whitepaper before they ask for it. `summary` is language → a few sentences."""

    title: str
    summary: Mapping[str, str]
    topics: Collection[Topic] = ()


def add(slug: str, cover: Cover, file: File[bytes], *, at: dt.datetime, by: str) -> Whitepaper:
    """Put a whitepaper on record; nobody finds it before it is published.

    Raises WhitepaperError where its short name is taken, or the file is no PDF or EPUB of at most MOST_BYTES.
    """
    with _stored(file) as name, transaction.atomic():
        words = {"title": cover.title, "summary": dict(cover.summary)}
        whitepaper, fresh = Whitepaper.objects.get_or_create(slug=slug, defaults={**words, "file": name})
        if not fresh:
            raise WhitepaperError(_("Another whitepaper has this short name already."))
        whitepaper.topics.set(cover.topics)
        audit.record("whitepaper.added", at=at, by=by, rule=f"whitepaper:{whitepaper.pk}")
    return whitepaper


@transaction.atomic
def change(whitepaper: Whitepaper, cover: Cover, *, at: dt.datetime, by: str) -> None:
    """Change what visitors read about a whitepaper. Its short name stays: links and downloads name it."""
    Whitepaper.objects.filter(pk=whitepaper.pk).update(title=cover.title, summary=dict(cover.summary))
    whitepaper.topics.set(cover.topics)
    audit.record("whitepaper.changed", at=at, by=by, rule=f"whitepaper:{whitepaper.pk}")


def replace_file(whitepaper: Whitepaper, file: File[bytes], *, at: dt.datetime, by: str) -> None:
    """Give a whitepaper another file, which the links in earlier mails lead to from now on. The old one is deleted.

    Raises WhitepaperError where it is no PDF or EPUB of at most MOST_BYTES.
    """
    with _stored(file) as name, transaction.atomic():
        old = str(Whitepaper.objects.select_for_update().get(pk=whitepaper.pk).file)
        Whitepaper.objects.filter(pk=whitepaper.pk).update(file=name)
        audit.record("whitepaper.replaced", at=at, by=by, rule=f"whitepaper:{whitepaper.pk}")
        transaction.on_commit(lambda: _storage().delete(old))


@transaction.atomic
def publish(whitepaper: Whitepaper, *, at: dt.datetime, by: str) -> None:
    """Let visitors ask for a whitepaper, also once more. Raises WhitepaperError where they already can."""
    hidden = Q(published_at__isnull=True) | Q(withdrawn_at__isnull=False)
    if not Whitepaper.objects.filter(hidden, pk=whitepaper.pk).update(published_at=at, withdrawn_at=None):
        raise WhitepaperError(_("This whitepaper is published already."))
    audit.record("whitepaper.published", at=at, by=by, rule=f"whitepaper:{whitepaper.pk}")


@transaction.atomic
def withdraw(whitepaper: Whitepaper, *, at: dt.datetime, by: str) -> None:
    """Take a whitepaper off the website. Raises WhitepaperError where it is not published."""
    published = Whitepaper.objects.filter(pk=whitepaper.pk, published_at__isnull=False, withdrawn_at__isnull=True)
    if not published.update(withdrawn_at=at):
        raise WhitepaperError(_("This whitepaper is not published."))
    audit.record("whitepaper.withdrawn", at=at, by=by, rule=f"whitepaper:{whitepaper.pk}")


def media_type(file: File[bytes]) -> str:
    """Return what a file is by its first bytes, whatever it is called; empty where it is neither PDF nor EPUB.

    A PDF begins with its version (ISO 32000-1, 7.5.2), an EPUB with its media type, uncompressed (EPUB 3.3, 4.2).
    """
    file.seek(0)
    begin = file.read(58)
    file.seek(0)
    if begin.startswith(b"%PDF-"):
        return PDF
    return EPUB if begin.startswith(b"PK\x03\x04") and begin[30:] == b"mimetypeapplication/epub+zip" else ""


@contextmanager
def _stored(file: File[bytes]) -> Iterator[str]:
    """Check a file and keep it under a name that tells nothing; forget it again where the act fails."""
    if file.size > MOST_BYTES:
        raise WhitepaperError(_("The file is larger than 20 MB."))
    ending = _ENDINGS.get(media_type(file))
    if ending is None:
        raise WhitepaperError(_("The file is neither a PDF nor an EPUB."))
    name = _storage().save(f"whitepapers/{secrets.token_hex(16)}{ending}", file)
    try:
        yield name
    except BaseException:
        _storage().delete(name)
        raise


def _storage() -> Storage:
    storage: Storage = Whitepaper.file.field.storage
    return storage
