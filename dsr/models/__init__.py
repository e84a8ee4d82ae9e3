from dsr.models.counts import YearCount
from dsr.models.evidence import Evidence, EvidenceOpening
from dsr.models.links import Handover, Proof
from dsr.models.representatives import Representative
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
from dsr.models.systems import MISTAKEN, SOUGHT, Enclosure, SystemTask, SystemTasks

__all__ = [
    "FINDINGS",
    "MISTAKEN",
    "SOUGHT",
    "UNDELIVERED",
    "Attachment",
    "Certificate",
    "Enclosure",
    "Entry",
    "Evidence",
    "EvidenceOpening",
    "Handover",
    "Paper",
    "Proof",
    "Representative",
    "Request",
    "Requests",
    "Subject",
    "SystemTask",
    "SystemTasks",
    "YearCount",
    "lost_letters",
]
