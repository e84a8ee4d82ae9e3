"""Everything held about a person as one ZIP, and such a ZIP for whoever runs the system."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation

from contacts.base import audit
from contacts.models import Contact, PolicyVersion
from contacts.policy import policy_words
from dsr.models import Attachment
from dsr.package import consent_profile, document, files, pages, people, typesetting, zipping
from dsr.package.document import Document
from dsr.package.people import Person


class NobodyError(LookupError):
    """Nothing is held about an address, not even that it objected."""


@dataclass(frozen=True)
class Packed:
    """A package, and how much is in it."""

    content: bytes
    entries: int
    tables: int


@transaction.atomic
def for_operator(
    address: str, *, policy: PolicyVersion, language: str | None = None, at: dt.datetime, by: str
) -> Packed:
    """Make the access package of whoever is known by an address, and write down that it was made.

    In the person's own language where none is given. Raises NobodyError, with nothing written down, and
    MalformedAddressError.
    """
    who = people.find(address=address)
    spoken = language or _language_of(who, policy)
    with translation.override(spoken):
        made = document.compose(who, policy=policy, language=spoken, at=at)
        filled = [section for section in made.sections if section.rows]
        if not filled:
            raise NobodyError
        content = packed(made)
    for public_id in who.public_ids or [None]:
        audit.record("access.packaged", at=at, by=by, public_id=public_id)
    return Packed(content, sum(section.total for section in filled), len(filled))


def packed(made: Document, beside: Collection[zipping.File] = ()) -> bytes:
    """Return a document in all its forms, and the files beside it. Its language is active."""
    spoken = document.spoken(made)
    parts = [
        zipping.access_note(made.title, beside),
        ("access.pdf", typesetting.pdf(spoken, at=made.at)),
        ("access.html", pages.html(spoken).encode()),
        ("access.json", files.access_json(made)),
        *_consents(made),
        *_attached(made),
        *files.tables(made.sections),
        *beside,
    ]
    return zipping.zipped(parts, at=made.at.astimezone(made.policy.zone))


def _consents(made: Document) -> list[zipping.File]:
    """Return the ledger of consents in the form that other programs know, where something is in it."""
    ledger = next((section for section in made.sections if section.key == consent_profile.LEDGER), None)
    if ledger is None or not ledger.rows:
        return []
    return [("consents.json", consent_profile.consents_json(ledger, made.who.public_ids[0]))]


def _attached(made: Document) -> list[zipping.File]:
    """Return what the person sent us as files, each as it came; its number keeps two of one name apart."""
    listed = next((section for section in made.sections if section.key == Attachment._meta.label), None)
    numbers = [row["id"] for row in listed.for_machines()] if listed else []
    kept = Attachment.objects.filter(pk__in=numbers).order_by("pk")
    return [(f"files/{each.pk}-{each.name}", bytes(each.content)) for each in kept]


def _language_of(who: Person, policy: PolicyVersion) -> str:
    spoken = Contact.objects.filter(pk__in=who.contact_ids).values_list("language", flat=True)
    known = dict(settings.LANGUAGES)
    return next((code for code in [*spoken, *policy_words.languages(policy)] if code in known), settings.LANGUAGE_CODE)
