"""What a person says of the topics that we write about: chosen by themselves, and no activity (P11)."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from contacts.base import audit
from contacts.models import Contact, EarlierHash, Interest, Topic
from contacts.outbox import counts
from contacts.words.vocabulary import ACTIVITY_SCENARIOS


class NobodyHeldError(LookupError):
    """The person is no longer held, or was reduced to what a duty names: there is nothing to choose."""


def wanted(contact: Contact) -> set[int]:
    """Return the keys of the topics that a person is written to about, as far as topics decide.

    Without a word of theirs that is every topic; or none, where they are held for a whitepaper, webinar or event alone.
    """
    said = dict(contact.interests.values_list("topic_id", "wanted"))
    by_interest_alone = not contact.bases.exclude(scenario__in=ACTIVITY_SCENARIOS).exists()
    topics = Topic.objects.values_list("pk", flat=True)
    return {topic for topic in topics if said.get(topic, not by_interest_alone)}


@transaction.atomic
def choose(
    public_id: uuid.UUID | None,
    chosen: Collection[int],
    *,
    among: Collection[int],
    day: dt.date,
    at: dt.datetime,
    by: str,
) -> None:
    """Take a person's choice among the topics that they were shown; only what differs from before is written down.

    Raises NobodyHeldError, also where nobody is known (None).
    """
    contact = Contact.objects.whole().select_for_update().filter(Q(public_id=public_id)).first()
    if contact is None:
        raise NobodyHeldError
    shown = set(Topic.objects.filter(pk__in=list(among)).values_list("pk", flat=True))
    changed = (wanted(contact) ^ set(chosen)) & shown
    if changed:
        _write({(contact.pk, topic): topic in chosen for topic in changed}, day)
        audit.record("interests.chosen", at=at, by=by, public_id=public_id)


@transaction.atomic
def refuse(
    slug: str, *, public_id: uuid.UUID | None, address_hash: str, day: dt.date, at: dt.datetime, by: str
) -> bool:
    """Stop one topic for whoever has this address now, or had it when they were written to.

    Returns whether that can be kept; not where the topic or the person has gone, since then there is nothing to write
    it on.
    """
    topic = Topic.objects.filter(slug=slug).first()
    earlier = EarlierHash.objects.filter(address_hash=address_hash).values("contact")
    theirs = Q(address_hash=address_hash) | Q(public_id=public_id) | Q(pk__in=earlier)
    concerned = Contact.objects.whole().filter(theirs)
    people = dict(concerned.order_by("pk").select_for_update().values_list("pk", "public_id")) if topic else {}
    if topic is None or not people:
        return False
    fresh = set(people) - _refused(topic, people)
    _write({(contact, topic.pk): False for contact in fresh}, day)
    audit.record_each("topic.refused", [people[contact] for contact in fresh], at=at, by=by, rule=slug)
    counts.objected(fresh, at=at)
    return True


def _refused(topic: Topic, people: Collection[int]) -> set[int]:
    said = Interest.objects.filter(topic=topic, wanted=False, contact__in=list(people))
    return set(said.values_list("contact_id", flat=True))


def _write(said: dict[tuple[int, int], bool], day: dt.date) -> None:
    """Write who wants which topic; call it under the lock on the contacts."""
    Interest.objects.bulk_create(
        [Interest(contact_id=who, topic_id=topic, wanted=yes, since=day) for (who, topic), yes in said.items()],
        update_conflicts=True,
        unique_fields=["contact", "topic"],
        update_fields=["wanted", "since"],
    )
