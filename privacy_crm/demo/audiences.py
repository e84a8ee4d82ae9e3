"""Lists that left the demo company as files: one is in use, and what became of the other should have been said."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth import get_user_model

from contacts.audiences import exporting
from contacts.audiences.audience import Wanted
from contacts.audiences.exporting import Custody
from contacts.models import PolicyVersion, Recipient
from contacts.words.vocabulary import Channel, FileFormat, Scenario

IN_USE, OVERDUE = dt.timedelta(days=2), dt.timedelta(days=9)


def leave(policy: PolicyVersion, at: dt.datetime) -> None:
    """Have marketing give customers to the printing house, and sales take prospects along, some days before `at`."""
    printer = Recipient.objects.get(service__startswith="Prints")
    letter = Wanted(Channel.POST, Scenario.CUSTOMER, printer)
    _export(letter, "marketing", "A printed invitation to all customers.", policy, at - IN_USE)
    fair = Wanted(Channel.EMAIL, Scenario.PROSPECT, file_format=FileFormat.XLSX)
    _export(fair, "sales", "", policy, at - OVERDUE)


def _export(wanted: Wanted, holder: str, reason: str, policy: PolicyVersion, at: dt.datetime) -> None:
    """Put a list on record; nobody in the demo reads the file."""
    user = get_user_model().objects.get(username=holder)
    held = Custody(user.pk, settings.AUDIENCE_DAYS, settings.AUDIENCE_REASON_ABOVE, reason)
    exporting.export(wanted, held, policy=policy, at=at, by=f"user:{user.pk}").close()
