"""Seal what proves that a request was answered, each file under a key of its own that no backup of the database has.

What is sealed: who asked for what, who acted for them, the letters as they were sent, how it was known who asked, and
of a package that was handed over its SHA-256. Nothing else outlives the person.
"""

import datetime as dt
import hashlib
import json
import secrets
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F
from django.utils.translation import gettext as _

from contacts.base.days import add_months
from contacts.journal import stores
from contacts.models import Contact
from dsr.models import Evidence, Paper, Request
from dsr.records import requesters
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import AT_ONCE, EvidenceKind, Outcome, PaperKind

SEALED = (PaperKind.STATEMENT, PaperKind.IDENTITY, PaperKind.QUESTION, PaperKind.NOTICE, PaperKind.LETTER)

# What was answered otherwise, taken back or entered by mistake, and what stops at once, proves itself or nothing.
_UNSEALED = (Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.MISTAKEN)

_KEY_BYTES = 32
_NONCE_BYTES = 12


def seal_answer(request: Request, *, day: dt.date, at: dt.datetime) -> Evidence | None:
    """Seal the answer to a request that was just closed on a day, in that transaction; None where none is kept.

    Raises RequestError where its key cannot be written: then nothing is closed.
    """
    if request.outcome in _UNSEALED or request.kind in AT_ONCE:
        return None
    papers = Paper.objects.filter(request=request, kind__in=SEALED).order_by("pk")
    steps = request.entries.order_by("pk")
    people = Contact.objects.whole().filter(requests__request=request).order_by("pk")
    told = {
        "people": list(people.values("first_name", "last_name", "email")),
        "request": {name: getattr(request, name) for name in _OF_REQUEST},
        "papers": list(papers.values("kind", "at", "text", "data")),
        "representatives": list(request.representatives.order_by("pk").values(*_OF_REPRESENTATIVE)),
        "timeline": list(steps.values("at", "step", "rule", actor=F("by"))),
    }
    return _seal(request, EvidenceKind.ANSWER, told, day=day, at=at)


def seal_package(request: Request, package: bytes, *, day: dt.date, at: dt.datetime) -> Evidence:
    """Seal the SHA-256 of a package that is handed over now. Raises RequestError where its key cannot be written."""
    told = {"sha256": hashlib.sha256(package).hexdigest(), "bytes": len(package), "at": at}
    return _seal(request, EvidenceKind.PACKAGE, told, day=day, at=at)


def read(evidence: Evidence) -> dict[str, Any]:
    """Return what is sealed. Raises RequestError where its key is gone, or the file is not as it was sealed."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - for those alone who seal or open

    try:
        key = _keys().read(_name(evidence))
        opened: dict[str, Any] = json.loads(_cipher(key).decrypt(*_parts(evidence), _bound(evidence)))
    except stores.JournalError:
        raise RequestError(_("Its key is not there, so it cannot be opened.")) from None
    except (InvalidTag, ValueError):
        raise RequestError(_("The file is not as it was sealed.")) from None
    return opened


def end(day: dt.date) -> int:
    """Delete each file that has ended by a day, and return how many. Its key goes first: without it nothing is left.

    Raises JournalError where a key cannot be deleted; what was not reached goes with the next.
    """
    number = 0
    for evidence in Evidence.objects.filter(ends_on__lte=day).defer("content").order_by("pk"):
        _keys().remove(_name(evidence))
        evidence.delete()
        number += 1
    return number


def _seal(request: Request, kind: EvidenceKind, told: dict[str, Any], *, day: dt.date, at: dt.datetime) -> Evidence:
    """Write the key first, so that whatever is sealed can be opened. The key of what is rolled back opens nothing."""
    evidence = Evidence(
        request=request,
        contact=_asker(request),
        number=request.number,
        kind=kind,
        address_hash=request.address_hash,
        sealed_at=at,
        ends_on=add_months(day, settings.EVIDENCE_MONTHS),
    )
    key, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
    try:
        _keys().write(_name(evidence), key)
    except stores.JournalError as error:
        text = _("The evidence of this request cannot be sealed, so nothing has happened: %(error)s")
        raise RequestError(text % {"error": error}) from None
    sealed = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
    evidence.content = nonce + _cipher(key).encrypt(nonce, sealed, _bound(evidence))
    evidence.save(force_insert=True)
    return evidence


def _asker(request: Request) -> Contact | None:
    """Return who is known to have asked, so that they hear of the evidence when the request is gone."""
    person = Contact.objects.whole().filter(requests__request=request).order_by("requests__pk").first()
    return person if person and requesters.is_own(request, person.pk) else None


def _parts(evidence: Evidence) -> tuple[bytes, bytes]:
    content = bytes(evidence.content)
    return content[:_NONCE_BYTES], content[_NONCE_BYTES:]


def _bound(evidence: Evidence) -> bytes:
    """Return what else the seal covers: no file can take another's place."""
    return f"{evidence.public_id}:{evidence.number}:{evidence.kind}".encode()


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    return AESGCM(key)


def _keys() -> stores.Store:
    return stores.of(settings.EVIDENCE_KEYS_URL)


def _name(evidence: Evidence) -> str:
    return f"{evidence.public_id}.key"


_OF_REPRESENTATIVE = (
    *("kind", "name", "email", "post", "proof", "issued_by", "issued_on", "seen_by", "seen_on", "scope", "ends_on"),
    *("entered_at", "untold", "agreed_on", "ended_at", "end"),
)

_OF_REQUEST = (
    "number",
    "kind",
    "source",
    "received_on",
    "safe_on",
    "legal_on",
    "paused_days",
    "extended_on",
    "outcome",
    "ground",
    "refusal",
    "closed_on",
)
