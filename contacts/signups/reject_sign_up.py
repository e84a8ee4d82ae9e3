"""Hear from the owner of an address that they asked for nothing: what somebody typed under it goes at once."""

import datetime as dt
import uuid

from django.db import transaction

from contacts.base import audit
from contacts.models import SignUp


@transaction.atomic
def disown(public_id: uuid.UUID, *, at: dt.datetime, by: str) -> int:
    """Delete this sign-up and all others that wait under its address, with their mails, and return how many they were.

    None where it is proven, or gone already.
    """
    waiting = SignUp.objects.waiting().filter(public_id=public_id)
    same = SignUp.objects.waiting().filter(email__in=waiting.values("email"))
    disowned = list(same.order_by("pk").select_for_update(of=("self",)).values_list("pk", "public_id"))
    SignUp.objects.waiting().filter(pk__in=[pk for pk, _ in disowned]).delete()
    audit.record_each("sign_up.disowned", [each for _, each in disowned], at=at, by=by, rule="")
    return len(disowned)
