"""The sub-processors of a recipient, and what was found about transfers out of the EEA (Art. 28(2), 44 to 46 GDPR)."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.base import audit
from contacts.models import Recipient, SubProcessor, TransferAssessment
from contacts.models.recipients import EEA


class SubProcessorError(ValueError):
    """What was told cannot be put on record; the message says why."""


@dataclass(frozen=True)
class Company:
    """Who works for a processor, on what, where and since when. `country` is ISO 3166-1 alpha-2."""

    name: str
    service: str
    country: str
    since: dt.date
    safeguard: str = ""


@transaction.atomic
def add(recipient: Recipient, company: Company, *, at: dt.datetime, by: str) -> SubProcessor:
    """Put a sub-processor on record. Raises SubProcessorError where its country and its safeguard do not fit."""
    if company.country not in dict(countries):
        raise SubProcessorError(_("No country has this code (ISO 3166-1, two letters)."))
    if (company.country in EEA) == bool(company.safeguard):
        raise SubProcessorError(_("Outside the EEA a safeguard is needed, and inside there is none."))
    added = SubProcessor.objects.create(recipient=recipient, **asdict(company))
    audit.record("sub_processor.added", at=at, by=by, rule=f"sub_processor:{added.pk}")
    return added


@transaction.atomic
def end(sub_processor_id: int, ended_on: dt.date, *, at: dt.datetime, by: str) -> None:
    """Set the last day of a sub-processor. Raises SubProcessorError where it is set, or lies before the first."""
    standing = SubProcessor.objects.filter(pk=sub_processor_id, ended_on__isnull=True, since__lte=ended_on)
    if not standing.update(ended_on=ended_on):
        raise SubProcessorError(_("This sub-processor has a last day already, or began later."))
    audit.record("sub_processor.ended", at=at, by=by, rule=f"sub_processor:{sub_processor_id}")


@transaction.atomic
def assess(
    recipient: Recipient,
    conclusion: str,
    *,
    allowed: bool,
    on: dt.date,
    review_on: dt.date,
    at: dt.datetime,
    by: str,
) -> TransferAssessment:
    """Put on record what was found about the transfer to a recipient outside the EEA; an earlier one stays.

    Raises SubProcessorError inside the EEA, and where it is to be looked at again before it was made.
    """
    if not recipient.is_outside_the_eea:
        raise SubProcessorError(_("This recipient is inside the EEA: no transfer has to be assessed."))
    if review_on <= on:
        raise SubProcessorError(_("The next assessment comes after this one."))
    told = {"conclusion": conclusion.strip(), "allowed": allowed, "assessed_on": on, "review_on": review_on}
    found = TransferAssessment.objects.create(recipient=recipient, **told, by=by)
    audit.record("transfer.assessed", at=at, by=by, rule=f"recipient:{recipient.pk}")
    return found
