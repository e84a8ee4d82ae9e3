"""A time stamp of an authority outside for the last seal, where TIMESTAMP_URL is set (RFC 3161; L20).

It shows that the seal was there at that time, to somebody who trusts the authority rather than us. It is kept as the
authority answered, so that any program can check it. Where TIMESTAMP_ROOTS names the certificates that are trusted, its
signature has to lead to one of them, when it comes and whenever the trail is verified.
"""

import datetime as dt
import hashlib

import structlog
import urllib3
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from contacts.models import AuditSeal, AuditStamp

log = structlog.get_logger(__name__)

_PATIENCE = urllib3.Timeout(connect=5, read=10)  # seconds
_MOST = 64 * 1024
_HEADERS = {"Content-Type": "application/timestamp-query"}


def stamp(*, at: dt.datetime) -> bool:
    """Have the last seal stamped, unless it is. Where that fails, the next hour's is: a chain covers all before it."""
    seal = AuditSeal.objects.order_by("number").last() if settings.TIMESTAMP_URL else None
    if seal is None or AuditStamp.objects.filter(seal=seal).exists():
        return False
    try:
        answer = _asked(seal.chain.encode())
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        log.warning("stamp.failed", code=type(error).__name__)
        return False
    _, made = AuditStamp.objects.get_or_create(seal=seal, defaults={"at": at, "answer": answer})
    return made


def is_of(answer: bytes, seal: AuditSeal) -> bool:
    """Tell whether an answer stamps this seal, whoever signed it."""
    imprint = decode_timestamp_response(answer).tst_info.message_imprint.message
    return bool(imprint == hashlib.sha256(seal.chain.encode()).digest())


def roots() -> list[Certificate]:
    """Return the certificates that are trusted; none where signatures are not checked. Raises ValueError for others."""
    text = settings.TIMESTAMP_ROOTS.strip()
    return load_pem_x509_certificates(text.encode()) if text else []


def is_signed(answer: bytes, seal: AuditSeal) -> bool:
    """Tell whether an answer is signed by an authority that is trusted; always, where none is named."""
    return _is_signed(decode_timestamp_response(answer), seal.chain.encode())


def _is_signed(said: TimeStampResponse, chain: bytes) -> bool:
    """Try all together, and each alone: of two with one name, as before and after a change, only one is looked at."""
    trusted = roots()
    return not trusted or any(_leads_to(each, said, chain) for each in (trusted, *([root] for root in trusted)))


def _leads_to(trusted: list[Certificate], said: TimeStampResponse, chain: bytes) -> bool:
    try:
        return VerifierBuilder(roots=trusted).build().verify_message(said, chain)
    except VerificationError:
        return False


def _asked(chain: bytes) -> bytes:
    """Return the authority's answer. Raises ValueError where it stamped something else, or is not to be trusted."""
    request = TimestampRequestBuilder().data(chain).hash_algorithm(HashAlgorithm.SHA256).build()
    with urllib3.request(
        "POST", settings.TIMESTAMP_URL, body=request.as_bytes(), headers=_HEADERS,
        timeout=_PATIENCE, retries=False, redirect=False, preload_content=False,
    ) as heard:  # fmt: skip
        answer = bytes(heard.read(_MOST))
    said = decode_timestamp_response(answer)
    if PKIStatus(said.status) != PKIStatus.GRANTED:
        raise ValueError("refused")
    if said.tst_info.nonce != request.nonce or said.tst_info.message_imprint.message != request.message_imprint.message:
        raise ValueError("another stamp")
    if not _is_signed(said, chain):
        raise ValueError("signed by nobody who is trusted")
    return answer
