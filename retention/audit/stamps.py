"""A time stamp of an authority outside for the last seal, where TIMESTAMP_URL is set (RFC 3161; L20).

It shows that the seal was there at that time, to somebody who trusts the authority rather than us. It is kept as the
authority answered, so that any program can check it.
"""

import datetime as dt
import hashlib

import structlog
import urllib3
from django.conf import settings
from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

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
    """Tell whether an answer stamps this seal. Who signed it is for a program that knows the authority."""
    imprint = decode_timestamp_response(answer).tst_info.message_imprint.message
    return bool(imprint == hashlib.sha256(seal.chain.encode()).digest())


def _asked(chain: bytes) -> bytes:
    """Return the authority's answer. Raises ValueError where it stamped something else, or nothing."""
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
    return answer
