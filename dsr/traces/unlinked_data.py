"""What stands under an address and hangs on nobody, so that no cascade finds it: unconfirmed forms, links, letters.

Whoever has shown that an address is theirs, and asks to be deleted, means these, too.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, Func, JSONField, QuerySet, Value

from contacts.journal import writing
from contacts.models import Message, SignUp
from contacts.words.addresses import every_hash, is_among, keyed_hash, mailbox_hash
from contacts.words.journal import JournalAct
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


def delete(addresses: Collection[str], *, at: dt.datetime) -> None:
    """Delete it, with what hangs on it, and where others say that they once had the address. Call it under the lock."""
    coded = {keyed_hash(address): mailbox_hash(address) for address in addresses}
    writing.write(JournalAct.FORGOTTEN, hashes=coded, at=at)
    for found in of(addresses):
        found.delete()
    named = Paper.objects.filter(kind=PaperKind.STATEMENT, data__old_address__in=list(addresses))
    named.update(data=_Without(F("data"), Value("old_address")))


def delete_coded(coded: Mapping[str, str], *, at: dt.datetime) -> None:
    """Delete what waits under addresses of which the keyed hashes alone are known, after a restore (L11).

    They may be of a key that was in use then.
    """
    waiting = [
        *SignUp.objects.waiting().values_list("email", flat=True),
        *Proof.objects.values_list("address", flat=True),
        *Message.objects.filter(forget_at__isnull=False).values_list("address", flat=True),
        *Paper.objects.filter(kind=PaperKind.STATEMENT).values_list("data__old_address", flat=True),
    ]
    delete({address for address in waiting if is_among(address, coded)}, at=at)
    Request.objects.filter(state=State.UNPROVEN, address_hash__in=list(coded)).delete()


class _Without(Func):
    """A JSON object without one of its keys."""

    template = "%(expressions)s"
    arg_joiner = " - "
    output_field = JSONField()
