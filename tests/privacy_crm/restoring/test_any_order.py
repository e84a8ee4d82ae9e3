"""Whatever happens in whatever order, with the backup at any point: what held before the restore holds after it."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from contacts.events import dietary, places
from contacts.journal import numbers
from contacts.merging import merging
from contacts.merging.merging import MergeError
from contacts.models import Contact, FoodPreference, Interest, PolicyVersion, Registration, Suppression, Topic
from contacts.people import change_email, correcting
from contacts.people.activities import ContactGoneError
from contacts.permission import consents, interests
from contacts.words.vocabulary import Channel
from dsr.freeze import freezes
from retention.holds import holds
from retention.models import Hold
from tests.support.deleting import erased, wish
from tests.support.examples import examples
from tests.support.factories import NOON, ContactFactory, EventFactory, TopicFactory, customer, held_for, register
from tests.support.journals import Backup, Journal
from tests.support.objecting import objects

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11"), pytest.mark.promise("P12")]

TODAY = NOON.date()
BACKUP = "backup"


def erase(person: Contact, policy: PolicyVersion) -> None:
    erased(wish(person, policy), policy)


def object_to_one(person: Contact, policy: PolicyVersion) -> None:
    objects(person, policy, [Channel.EMAIL])


def consent(person: Contact, _policy: PolicyVersion) -> None:
    consents.give(person, Channel.EMAIL, "Yes", source="form", day=TODAY, at=NOON, by="visitor")


def withdraw(person: Contact, _policy: PolicyVersion) -> None:
    consents.withdraw(person, Channel.EMAIL, reason="withdrawn on My data", day=TODAY, at=NOON, by="visitor")


def restrict(person: Contact, _policy: PolicyVersion) -> None:
    holds.place(person, "freeze", "restriction", until=None, at=NOON, by="user:1")


def lift(person: Contact, _policy: PolicyVersion) -> None:
    for hold in Hold.objects.filter(contact=person, reason="restriction", until=None):
        holds.end(hold, day=TODAY, at=NOON, by="user:1")


def claim(person: Contact, _policy: PolicyVersion) -> None:
    freezes.claim([person], day=TODAY, at=NOON, by="user:1")


def move(person: Contact, _policy: PolicyVersion) -> None:
    change_email.change(person.pk, f"new{person.pk}@fjordkraft.example", evidence=None, at=NOON, by="user:1")


def correct(person: Contact, _policy: PolicyVersion) -> None:
    correcting.correct(person.pk, {"city": "Bergen"}, at=NOON, by="user:1")


def forget_food(person: Contact, _policy: PolicyVersion) -> None:
    dietary.withdraw(person.email or "", public_id=person.public_id, at=NOON, by="visitor")


def stop_topic(person: Contact, _policy: PolicyVersion) -> None:
    said = {"public_id": person.public_id, "address_hash": person.address_hash or ""}
    interests.refuse(Topic.objects.get().slug, **said, day=TODAY, at=NOON, by="visitor")


def choose_topic(person: Contact, _policy: PolicyVersion) -> None:
    topic = Topic.objects.get().pk
    interests.choose(person.public_id, {topic}, among={topic}, day=TODAY, at=NOON, by="visitor")


def give_up(person: Contact, _policy: PolicyVersion) -> None:
    for place in Registration.objects.filter(contact=person):
        places.give_up(place.pk, at=NOON, by="visitor")


def join(person: Contact, _policy: PolicyVersion) -> None:
    other = Contact.objects.exclude(pk=person.pk).order_by("pk").first()
    if other:
        merging.merge(merging.lock(person.pk, other.pk, day=TODAY), [], day=TODAY, at=NOON, by="user:1")


ACTS: list[Callable[[Contact, PolicyVersion], Any]] = [
    *(erase, objects, object_to_one, consent, withdraw, restrict, lift, claim, move, correct, forget_food, join),
    *(stop_topic, choose_topic, give_up),
]
# Who does what: the number of a person, and an act.
STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTS)), max_size=8)


def people(policy: PolicyVersion) -> list[Contact]:
    """A customer, who stays; a prospect, who goes when they object; a guest with dietary needs."""
    TopicFactory.create()
    guest = ContactFactory.create()
    register(guest, EventFactory.create(), NOON, policy=policy, food="no nuts")
    return [customer(policy), held_for("prospect", policy), guest]


def do(steps: list[tuple[int, Any]], cast: list[Contact], policy: PolicyVersion) -> None:
    """Do what can be done: of whoever is gone, nothing."""
    refusals = (ValueError, ContactGoneError, MergeError, Contact.DoesNotExist)
    for number, act in steps:
        try:
            with transaction.atomic():
                act(Contact.objects.whole().get(pk=cast[number].pk), policy)
        except refusals:
            continue


def held(cast: list[Contact]) -> dict[str, Any]:
    """What must not be undone."""
    standing = Hold.objects.standing(TODAY).exclude(reason="request")
    return {
        "gone": {person.public_id for person in cast} - set(Contact.objects.values_list("public_id", flat=True)),
        "stopped": set(Suppression.objects.values_list("address_hash", "channel")),
        "noted": set(
            Contact.objects.filter(permissions__state="objected").values_list("public_id", "permissions__channel")
        ),
        "frozen": set(standing.values_list("contact__public_id", "reason", "until")),
        "no topic": set(Interest.objects.filter(wanted=False).values_list("contact__public_id", "topic__slug")),
        "has a place": set(Registration.objects.filter(cancelled_at=None).values_list("contact__public_id", flat=True)),
        "food": set(FoodPreference.objects.values_list("registration__contact__public_id", flat=True)),
        "number": numbers.in_database(),
    }


# A failing example is not made smaller: that takes minutes, and the note has its steps.
@given(before=STEPS, after=STEPS)
@settings(
    max_examples=examples(20), phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nobody_erased_is_back_and_what_people_said_still_holds(
    policy: PolicyVersion, tmp_path: Path, before: Any, after: Any
) -> None:
    journal = Journal(tmp_path / uuid.uuid4().hex)
    with override_settings(JOURNAL_URL=journal.path.as_uri()), transaction.atomic():
        cast = people(policy)
        note(f"{[(n, a.__name__) for n, a in before]} | {[(n, a.__name__) for n, a in after]}")
        do(before, cast, policy)
        backup = Backup(journal)
        do(after, cast, policy)
        backup.commit()
        then = held(cast)
        backup.restore_and_replay()
        now = held(cast)
        back = then["gone"] - now["gone"]  # merged since, so that they are two records again
        assert erased_of(journal) <= now["gone"]
        assert now["number"] == then["number"]
        assert now["stopped"] >= then["stopped"]
        assert now["noted"] >= then["noted"]
        assert now["frozen"] >= then["frozen"]
        assert now["no topic"] >= then["no topic"]
        assert now["has a place"] <= then["has a place"] | back
        assert now["food"] <= then["food"] | back
        transaction.set_rollback(True)


def erased_of(journal: Journal) -> set[uuid.UUID]:
    """Return who was deleted by an act of their own: of those who were merged, each of their numbers."""
    deleted = [line["public_ids"] for line in journal.lines if line["act"] == "deleted"]
    return {uuid.UUID(number) for numbers_of in deleted for number in numbers_of}
