"""Hear from the owner of an address that they asked for nothing: what somebody typed under it goes at once."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction

from contacts.base import audit
from contacts.journal import writing
from contacts.models import SignUp
from contacts.words.journal import JournalAct


@transaction.atomic
def disown(public_id: uuid.UUID, *, at: dt.datetime, by: str) -> int:
    """Delete this sign-up and all others that wait under its address, with their mails, and return how many they were.

    None where it is proven, or gone already.
    """
    waiting = SignUp.objects.waiting().filter(public_id=public_id)
    same = SignUp.objects.waiting().filter(email__in=waiting.values("email"))
    disowned = list(same.order_by("pk").select_for_update(of=("self",)).values_list("public_id", flat=True))
    if disowned:
        writing.write(JournalAct.FORGOTTEN, at=at, sign_ups=[str(each) for each in disowned])
    disown_again(disowned, at=at, by=by)
    return len(disowned)


def disown_again(public_ids: Collection[uuid.UUID], *, at: dt.datetime, by: str) -> None:
    """Delete sign-ups that were disowned, as far as they wait: after a restore, by their numbers alone (L11)."""
    waiting = SignUp.objects.waiting().filter(public_id__in=public_ids)
    disowned = list(waiting.values_list("public_id", flat=True))
    waiting.delete()
    audit.record_each("sign_up.disowned", disowned, at=at, by=by, rule="")
