"""What stands under an address and hangs on nobody, so that no cascade finds it: unconfirmed forms, links, letters.

Whoever has shown that an address is theirs, and asks to be deleted, means these, too.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import F, Func, JSONField, QuerySet, Value

from contacts.models import Message, SignUp
from contacts.words.addresses import every_hash
from contacts.words.vocabulary import SignUpKind
from dsr.models import Paper, Proof, Request
from dsr.words.vocabulary import PaperKind, State


def of(addresses: Collection[str]) -> list[QuerySet[Any, Any]]:
    """Return what waits under these normalised addresses: sign-ups, links that prove one, requests that nobody has
    proven, and letters not sent yet.
    """
    hashes = [each for address in addresses for each in every_hash(address)]
    return [
        SignUp.objects.waiting().filter(email__in=addresses),
        Proof.objects.filter(address__in=addresses),
        Request.objects.filter(state=State.UNPROVEN, address_hash__in=hashes),
        Message.objects.filter(address__in=addresses, forget_at__isnull=False),  # as all of these, and few others
    ]


def lock(addresses: Collection[str]) -> None:
    """Lock what somebody may be confirming at this moment; each of these is locked before its person, as there.

    A wish for news comes after its person (`contacts.sign_ups`), and what hangs on a person goes with them.
    """
    waiting = SignUp.objects.waiting().filter(email__in=addresses).exclude(kind=SignUpKind.CONSENT)
    open_links = Proof.objects.filter(address__in=addresses, contact=None)
    for found in (open_links, waiting):
        list(found.order_by("pk").select_for_update().values_list("pk", flat=True))


def delete(addresses: Collection[str]) -> None:
    """Delete it, with what hangs on it, and where others say that they once had the address. Call it under the lock."""
    for found in of(addresses):
        found.delete()
    named = Paper.objects.filter(kind=PaperKind.STATEMENT, data__old_address__in=list(addresses))
    named.update(data=_Without(F("data"), Value("old_address")))


class _Without(Func):
    """A JSON object without one of its keys."""

    template = "%(expressions)s"
    arg_joiner = " - "
    output_field = JSONField()
