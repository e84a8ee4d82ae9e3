from dsr.models.counts import YearCount
from dsr.models.evidence import Evidence, EvidenceOpening
from dsr.models.links import Handover, Proof
from dsr.models.requests import (
    FINDINGS,
    UNDELIVERED,
    Attachment,
    Certificate,
    Entry,
    Paper,
    Request,
    Requests,
    Subject,
    lost_letters,
)

__all__ = [
    "FINDINGS",
    "UNDELIVERED",
    "Attachment",
    "Certificate",
    "Entry",
    "Evidence",
    "EvidenceOpening",
    "Handover",
    "Paper",
    "Proof",
    "Request",
    "Requests",
    "Subject",
    "YearCount",
    "lost_letters",
]
