"""One person who is on file twice, for the tests of merging."""

from typing import Any

from contacts.models import Contact, DuplicatePair, PolicyVersion
from tests.support.factories import NOON, ContactFactory, hold

PAIRS = "/admin/contacts/duplicatepair/"


def pair(policy: PolicyVersion, **fields: Any) -> DuplicatePair:
    """Two prospects who may be one; the newer one has a phone."""
    one = ContactFactory.create(first_name="Aino", last_name="Lindqvist")
    other = ContactFactory.create(first_name="Aino", last_name="Lindqvst", phone="070 1", job_title="CTO")
    for person in (one, other):
        hold(person, "prospect", NOON.date(), policy=policy)
    return paired(one, other, **fields)


def paired(one: Contact, other: Contact, **fields: Any) -> DuplicatePair:
    return DuplicatePair.objects.create(one=one, other=other, why="name", found_on=NOON.date(), **fields)


def world(policy: PolicyVersion) -> dict[str, DuplicatePair]:
    """A pair for each page that the admin has of them."""
    apart = {"dismissed_at": NOON, "dismissed_by": "user:1"}
    return {"contacts_duplicatepair": pair(policy), "contacts_duplicatepair_perhaps-one": pair(policy, **apart)}
