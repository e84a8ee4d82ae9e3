"""The documents of agreements with recipients: attached, handed out on record, taken off (Art. 28(3) and (9) GDPR)."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Recipient, RecipientDocument

MOST_BYTES = 20 * 1024 * 1024
PDF = "application/pdf"


class DocumentError(ValueError):
    """What was asked for cannot be; the message says why."""


def attach(
    recipient: Recipient, kind: str, title: str, file: File[bytes], *, at: dt.datetime, by: str
) -> RecipientDocument:
    """Keep a document with a recipient. Raises DocumentError where it is no PDF of at most MOST_BYTES."""
    with _stored(file) as (name, sha256), transaction.atomic():
        told = {"kind": kind, "title": title.strip(), "file": name, "sha256": sha256}
        document = RecipientDocument.objects.create(recipient=recipient, **told, added_at=at, added_by=by)
        _note("attached", document, at=at, by=by)
    return document


def fetch(document: RecipientDocument, *, at: dt.datetime, by: str) -> File[bytes]:
    """Return a document to be handed to a member of staff, which is put on record. Raises OSError where it is gone."""
    opened: File[bytes] = document.file.open("rb")
    _note("fetched", document, at=at, by=by)
    return opened


@transaction.atomic
def remove(document_id: int, *, at: dt.datetime, by: str) -> None:
    """Take a document off the register and delete its file. Raises DocumentError where it is off already."""
    document = RecipientDocument.objects.select_for_update().filter(pk=document_id).first()
    if document is None:
        raise DocumentError(_("This document is not on record any more."))
    name = str(document.file)
    _note("removed", document, at=at, by=by)
    document.delete()
    transaction.on_commit(lambda: _storage().delete(name))


def _note(what: str, document: RecipientDocument, *, at: dt.datetime, by: str) -> None:
    audit.record(f"agreement_document.{what}", at=at, by=by, rule=f"document:{document.pk}")


@contextmanager
def _stored(file: File[bytes]) -> Iterator[tuple[str, str]]:
    """Check a file and keep it under a name that tells nothing; forget it again where the act fails."""
    if file.size > MOST_BYTES:
        raise DocumentError(_("The file is larger than 20 MB."))
    file.seek(0)
    content = file.read()
    if not content.startswith(b"%PDF-"):  # ISO 32000-1, 7.5.2
        raise DocumentError(_("The file is not a PDF."))
    file.seek(0)
    name = _storage().save(f"agreements/{secrets.token_hex(16)}.pdf", file)
    try:
        yield name, hashlib.sha256(content).hexdigest()
    except BaseException:
        _storage().delete(name)
        raise


def _storage() -> Storage:
    storage: Storage = RecipientDocument.file.field.storage
    return storage
