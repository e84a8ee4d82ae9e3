"""Recipients with papers, and records of processing that were kept."""

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile

from contacts.disclosure import documents, sub_processors
from contacts.disclosure.sub_processors import Company
from contacts.models import PolicyVersion, ProcessingSnapshot, Recipient, RecipientDocument
from privacy_crm.registers import snapshots
from tests.support.factories import NOON
from tests.support.sharing import RecipientFactory

TODAY = NOON.date()
PDF = b"%PDF-1.7 an agreement"


def abroad(**fields: Any) -> Recipient:
    """A recipient in the United States, under standard clauses."""
    told = {"country": "US", "safeguard": "clauses", "safeguard_reference": "Module 2"}
    return RecipientFactory.create(**(told | fields))


def attach(recipient: Recipient, content: bytes = PDF, title: str = "DPA 7") -> RecipientDocument:
    return documents.attach(recipient, "agreement", title, ContentFile(content, "a.pdf"), at=NOON, by="test")


def work_for(recipient: Recipient, **fields: Any) -> Any:
    told = {"name": "Unterauftrag GmbH", "service": "Hosts it", "country": "DE", "since": dt.date(2025, 1, 1)}
    return sub_processors.add(recipient, Company(**(told | fields)), at=NOON, by="test")


def assess(recipient: Recipient, *, allowed: bool = True, on: dt.date = TODAY, **fields: Any) -> Any:
    told = {"conclusion": "Encrypted, and the key is ours.", "review_on": on + dt.timedelta(days=365), **fields}
    return sub_processors.assess(recipient, allowed=allowed, on=on, **told, at=NOON, by="test")


def with_papers() -> Recipient:
    recipient = abroad()
    attach(recipient)
    work_for(recipient)
    return recipient


def kept(policy: PolicyVersion, at: dt.datetime = NOON) -> ProcessingSnapshot:
    """The record of processing of a moment, the latest of those that were kept then."""
    snapshots.tick(policy=policy, at=at)
    return ProcessingSnapshot.objects.order_by("-pk")[0]
