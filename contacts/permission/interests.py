"""What a person says of the topics that we write about: chosen by themselves, and no activity (P11)."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet

from contacts.base import audit
from contacts.journal import writing
from contacts.models import Contact, EarlierHash, Interest, Topic
from contacts.outbox import counts
from contacts.words.journal import JournalAct
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
        refused = set(contact.interests.filter(wanted=False).values_list("topic_id", flat=True))
        _journal(JournalAct.TOPIC_STOPPED, [contact], changed - set(chosen), day=day, at=at)
        _journal(JournalAct.TOPIC_REOPENED, [contact], changed & set(chosen) & refused, day=day, at=at)
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
    people = list(concerned.order_by("pk").select_for_update()) if topic else []
    if topic is None or not people:
        return False
    refused = set(_refused(people, [topic]).values_list("contact_id", flat=True))
    fresh = [person for person in people if person.pk not in refused]
    _journal(JournalAct.TOPIC_STOPPED, fresh, [topic.pk], day=day, at=at)
    _write({(person.pk, topic.pk): False for person in fresh}, day)
    audit.record_each("topic.refused", [person.public_id for person in fresh], at=at, by=by, rule=slug)
    counts.objected([person.pk for person in fresh], at=at)
    return True


def carry(*people: Contact, at: dt.datetime) -> None:
    """Have the journal know that what two records refused holds for both: they are being merged (L11)."""
    days = _refused(people, Topic.objects.all()).values_list("since", flat=True)
    for day in set(days):
        topics = _refused(people, Topic.objects.all()).filter(since=day).values_list("topic", flat=True)
        _journal(JournalAct.TOPIC_STOPPED, people, topics, day=day, at=at)


@transaction.atomic
def say_again(
    people: Collection[Contact], slugs: Collection[str], *, wanted: bool, day: dt.date, at: dt.datetime, by: str
) -> bool:
    """Do once more, after a restore, what people said of topics; they are locked. A no that stands keeps its day.

    Returns whether all of the topics are on record here.
    """
    topics = list(Topic.objects.filter(slug__in=list(slugs)))
    whole = [person for person in people if person.minimised_on is None]
    refused = set(_refused(whole, topics).values_list("contact_id", "topic_id"))
    for topic in topics:
        changed = [person for person in whole if ((person.pk, topic.pk) in refused) is wanted]
        _write({(person.pk, topic.pk): wanted for person in changed}, day)
        code = "interests.chosen" if wanted else "topic.refused"
        audit.record_each(code, [person.public_id for person in changed], at=at, by=by, rule=topic.slug)
    return len(topics) == len(set(slugs))


def _refused(people: Collection[Contact], topics: Collection[Topic]) -> QuerySet[Interest]:
    return Interest.objects.filter(wanted=False, contact__in=list(people), topic__in=list(topics))


def _journal(
    act: JournalAct, people: Collection[Contact], topics: Collection[int], *, day: dt.date, at: dt.datetime
) -> None:
    slugs = list(Topic.objects.filter(pk__in=list(topics)).order_by("slug").values_list("slug", flat=True))
    if people and slugs:
        writing.write(act, [person.public_id for person in people], at=at, topics=slugs, day=day.isoformat())


def _write(said: dict[tuple[int, int], bool], day: dt.date) -> None:
    """Write who wants which topic; call it under the lock on the contacts."""
    Interest.objects.bulk_create(
        [Interest(contact_id=who, topic_id=topic, wanted=yes, since=day) for (who, topic), yes in said.items()],
        update_conflicts=True,
        unique_fields=["contact", "topic"],
        update_fields=["wanted", "since"],
    )
