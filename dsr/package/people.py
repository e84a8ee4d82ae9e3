"""Whom a package is about: the records of one person, and the addresses they are known by."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from contacts.base import merge_redirects
from contacts.models import Contact
from contacts.words.addresses import known, normalise


@dataclass(frozen=True)
class Person:
    """One person: several records may be theirs, or none where an address alone is known.

    `public_ids` are those of the records that were merged into theirs, too: the trail has them under these.
    """

    contact_ids: tuple[int, ...]
    public_ids: tuple[uuid.UUID, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(self.mailboxes)

    @property
    def mailboxes(self) -> dict[str, str]:
        """The keyed hashes of each address, under each key, with those of its mailbox."""
        return {hashed: box for address in self.addresses for hashed, box in known(address).items()}


def find(contact_ids: Collection[int] = (), address: str = "") -> Person:
    """Return whose records these are, with what waits or is kept under an address of theirs.

    An address brings in the record that is held under it. Raises MalformedAddressError.
    """
    given = [normalise(address)] if address else []
    rows = Contact.objects.filter(pk__in=contact_ids) | Contact.objects.filter(email__in=given)
    found = list(rows.order_by("pk").values_list("pk", "public_id", "email", "first_name", "last_name"))
    addresses = [*(email for _, _, email, _, _ in found if email), *given]
    names = [f"{first} {last}".strip() for *_, first, last in found]
    return Person(
        tuple(pk for pk, *_ in found),
        tuple(merge_redirects.with_earlier([public_id for _, public_id, *_ in found])),
        tuple(dict.fromkeys(addresses)),
        tuple(name for name in names if name),
    )
