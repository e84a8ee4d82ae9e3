"""What becomes of a list that left as a file: its holder says so once, and until then it is outstanding (P15)."""

import datetime as dt

from django.db import transaction

from contacts.base import audit
from contacts.models import Audience
from contacts.words.vocabulary import AudienceEnd


class AudienceError(ValueError):
    """Nothing was noted; the message says why."""


@transaction.atomic
def confirm(audience: Audience, end: AudienceEnd, *, at: dt.datetime, by: str) -> None:
    """Note what became of a list. Raises AudienceError where somebody has said so already."""
    outstanding = Audience.objects.outstanding().filter(pk=audience.pk)
    if not outstanding.update(confirmed_at=at, end=end):
        raise AudienceError("What became of this list is on record already.")
    audit.record("audience.confirmed", at=at, by=by, rule=f"audience:{audience.pk}:{end.value}")
