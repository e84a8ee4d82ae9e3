"""What guests are owed when their event changes, comes near or is called off, and how they give up their place."""

import datetime as dt
from typing import Any

import pytest

from contacts.delivery import letters
from contacts.events import events, places, reminders
from contacts.events.events import EventError, Times
from contacts.events.places import PlaceError
from contacts.models import Activity, AuditEvent, Basis, Event, FoodPreference, Message, PolicyVersion, Registration
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.vocabulary import MailTemplate
from tests.support.factories import NOON, ONE_DAY, ContactFactory, EventFactory, RegistrationFactory, everything_about
from tests.support.mailing import guest, send, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P7")]

LATER = dt.datetime(2027, 6, 1, 9, 0, tzinfo=dt.UTC)
AT_NINE = Times(LATER, None, "Europe/Stockholm")


def owed_about(event: Event, *, waiting: bool = True) -> list[tuple[str, int, str]]:
    found = Message.objects.filter(event=event, ended_at__isnull=waiting)
    return list(found.order_by("contact", "pk").values_list("template", "contact", "once"))


def reload(event: Event) -> Event:
    return Event.objects.get(pk=event.pk)


@pytest.fixture
def event() -> Event:
    """An event with two guests and one who gave up their place."""
    event = EventFactory.create()
    RegistrationFactory.create_batch(2, event=event)
    RegistrationFactory.create(event=event, cancelled_at=NOON)
    return event


def guests(event: Event) -> list[int]:
    standing = Registration.objects.filter(event=event, cancelled_at__isnull=True)
    return list(standing.order_by("contact").values_list("contact", flat=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda event, _: events.move(event, AT_NINE, at=NOON, by="test"),
        lambda event, _: events.describe(event, title="Cloud Days", place="", at=NOON, by="test"),
        lambda event, _: events.describe(event, title="Cloud Day", place="Kista", at=NOON, by="test"),
        lambda event, _: events.describe(event, title="Cloud Day", place="", link="https://a.example", at=NOON, by="t"),
        lambda event, policy: events.convert(event, "webinar", policy=policy, at=NOON, by="test"),
    ],
)
def test_each_change_is_owed_to_every_guest_once(change: Any, event: Event, policy: PolicyVersion) -> None:
    change(event, policy)
    assert reload(event).revision == 1
    assert owed_about(event) == [("moved", pk, f"moved:{event.pk}:1") for pk in guests(event)]
    places_owed = Message.objects.filter(event=event).values_list("registration__contact", "contact", "purpose")
    assert all(theirs == contact and purpose == "service" for theirs, contact, purpose in places_owed)


def test_a_change_that_changes_nothing_is_told_to_nobody(event: Event, policy: PolicyVersion) -> None:
    events.describe(event, title=event.title, place=event.place, at=NOON, by="test")
    events.convert(event, event.kind, policy=policy, at=NOON, by="test")
    events.move(event, Times(event.starts_at, event.ends_at, event.time_zone), at=NOON, by="test")
    assert (reload(event).revision, owed_about(event)) == (0, [])


def test_the_latest_change_alone_is_sent(event: Event) -> None:
    events.move(event, AT_NINE, at=NOON, by="test")
    events.describe(event, title="Cloud Days", place="Kista", at=NOON, by="test")
    assert {once for _, _, once in owed_about(event)} == {f"moved:{event.pk}:2"}
    ended = Message.objects.filter(event=event, ended_at__isnull=False).values_list("end", "reason")
    assert set(ended) == {("skipped", "superseded")}


def test_cancelling_is_owed_to_every_guest_and_ends_what_waits(event: Event) -> None:
    events.move(event, AT_NINE, at=NOON, by="test")
    events.cancel(event, at=NOON, by="test")
    assert owed_about(event) == [("cancelled", pk, f"cancelled:{event.pk}:2") for pk in guests(event)]


def test_a_second_cancelling_owes_nothing(event: Event) -> None:
    events.cancel(event, at=NOON, by="test")
    before = list(Message.objects.order_by("pk").values())
    with pytest.raises(EventError):
        events.cancel(event, at=LATER, by="test")
    with pytest.raises(EventError):
        events.move(event, AT_NINE, at=LATER, by="test")
    assert list(Message.objects.order_by("pk").values()) == before
    assert reload(event).revision == 1


def test_nobody_hears_of_a_change_to_an_event_that_is_over(event: Event) -> None:
    events.describe(event, title="Cloud Days", place="", at=event.over_at + ONE_DAY, by="test")
    assert owed_about(event) == []


def test_the_number_of_statements_does_not_grow_with_the_guests(event: Event, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(7):
        events.move(event, AT_NINE, at=NOON, by="test")
    RegistrationFactory.create_batch(20, event=event)
    with django_assert_num_queries(7):
        events.move(event, Times(LATER + ONE_DAY, None, "Europe/Stockholm"), at=NOON, by="test")


# Reminders

EVE = dt.datetime(2027, 5, 23, 9, 0, tzinfo=dt.UTC)  # a day before EventFactory's events


def test_each_guest_is_reminded_once_on_the_day_before(event: Event) -> None:
    assert reminders.enqueue_due(at=EVE - dt.timedelta(minutes=1)) == 0
    assert reminders.enqueue_due(at=EVE) == 2
    assert reminders.enqueue_due(at=EVE + dt.timedelta(minutes=10)) == 0
    assert owed_about(event) == [("reminder", pk, f"reminder:{event.pk}:0") for pk in guests(event)]


def test_a_guest_is_reminded_again_of_an_event_that_moved(event: Event) -> None:
    reminders.enqueue_due(at=EVE)
    events.move(event, AT_NINE, at=EVE, by="test")
    assert reminders.enqueue_due(at=LATER - ONE_DAY) == 2
    assert {once for _, _, once in owed_about(event)} == {f"moved:{event.pk}:1", f"reminder:{event.pk}:1"}


@pytest.mark.parametrize("template", ["registered", "moved"])
def test_whoever_heard_of_the_event_on_that_very_day_needs_no_reminder(template: str, event: Event) -> None:
    place = event.registrations.filter(cancelled_at__isnull=True).first()
    message = Message(template=template, contact=place.contact, registration=place, event=event)
    message.created_at = message.not_before = EVE + dt.timedelta(minutes=1)
    message.save()
    assert reminders.enqueue_due(at=EVE + dt.timedelta(hours=1)) == 1


@pytest.mark.parametrize("moment", [EVE + ONE_DAY, EVE + 2 * ONE_DAY])
def test_nobody_is_reminded_of_what_has_begun(event: Event, moment: dt.datetime) -> None:
    assert reminders.enqueue_due(at=moment) == 0


def test_nobody_is_reminded_of_a_cancelled_event(event: Event) -> None:
    events.cancel(event, at=NOON, by="test")
    assert reminders.enqueue_due(at=EVE) == 0


# Giving up a place


@pytest.mark.promise("P8")
def test_who_gives_up_their_place_is_told_nothing_more_and_their_food_is_forgotten(policy: PolicyVersion) -> None:
    place = guest(policy)
    events.move(place.event, AT_NINE, at=NOON, by="test")
    places.give_up(place.pk, at=NOON, by="visitor")
    assert not FoodPreference.objects.exists()
    place.refresh_from_db()
    assert place.cancelled_at == NOON
    send()
    assert Message.objects.get(template="moved").reason == "place_given_up"


@pytest.mark.promise("L15")
@pytest.mark.parametrize(("open_", "said"), [(True, "Sign up again"), (False, "Write to us")])
def test_the_guest_is_told_since_somebody_else_may_have_had_the_link(
    policy: PolicyVersion, open_: bool, said: str
) -> None:
    place = guest(policy)
    Event.objects.update(signup_open=open_)
    places.give_up(place.pk, at=NOON, by="visitor")
    owed = Message.objects.get(template=MailTemplate.GIVEN_UP)
    body = str(letters.write(owed, policy=policy, at=NOON).body)
    assert said in body
    assert ("Sign up again" in body) == open_
    send()
    owed.refresh_from_db()
    assert owed.sent_at


def test_a_guest_who_has_a_place_again_is_not_told_that_it_is_cancelled(policy: PolicyVersion) -> None:
    place = guest(policy)
    places.give_up(place.pk, at=NOON, by="visitor")
    Registration.objects.update(cancelled_at=None)
    send()
    assert Message.objects.get(template=MailTemplate.GIVEN_UP).reason == "place_stands"


def test_a_place_that_is_given_up_is_free_for_somebody_else(policy: PolicyVersion) -> None:
    event = EventFactory.create(capacity=1)
    place = RegistrationFactory.create(event=event)
    assert sign_ups.is_full(event)
    places.give_up(place.pk, at=NOON, by="visitor")
    assert not sign_ups.is_full(event)


def test_giving_up_a_place_is_no_activity_and_lengthens_nothing(policy: PolicyVersion) -> None:
    place = guest(policy)
    before = list(Basis.objects.values())
    places.give_up(place.pk, at=NOON + 30 * ONE_DAY, by="visitor")
    assert not Activity.objects.exists()
    assert list(Basis.objects.values()) == before
    (said,) = AuditEvent.objects.filter(code="registration.cancelled")
    assert (said.public_id, said.rule) == (place.contact.public_id, f"event:{place.event_id}")


@pytest.mark.parametrize("case", ["again", "in", "over", "cancelled", "gone"])
def test_a_place_that_cannot_be_given_up_stays_as_it_is(case: str, policy: PolicyVersion) -> None:
    place, at = guest(policy), NOON
    if case == "again":
        places.give_up(place.pk, at=NOON, by="visitor")
    if case == "in":
        Registration.objects.filter(pk=place.pk).update(attended_at=NOON)
    if case == "over":
        at = place.event.over_at
    if case == "cancelled":
        events.cancel(place.event, at=NOON, by="test")
    before = everything_about(place.contact), AuditEvent.objects.count()
    with pytest.raises(PlaceError):
        places.give_up(place.pk + (1 if case == "gone" else 0), at=at, by="visitor")
    assert (everything_about(place.contact), AuditEvent.objects.count()) == before


def test_a_guest_who_comes_back_gets_a_place_again(policy: PolicyVersion) -> None:
    event = EventFactory.create(signup_open=True)
    typed = Typed("aino@fjordkraft.example", first_name="Aino")
    for _ in range(2):
        made = sign_ups.sign_up(Wish.of_event(event), typed, policy=policy, source="form", at=NOON, by="visitor")
        done = proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor")
        place = done.contact.registrations.get()
        assert place.cancelled_at is None
        places.give_up(place.pk, at=NOON, by="visitor")
    assert Message.objects.filter(template=MailTemplate.REGISTERED).count() == 2


def test_a_stranger_gets_no_place_by_asking_alone(policy: PolicyVersion) -> None:
    made = stranger(policy, "event")
    assert not Registration.objects.filter(event=made.event).exists()
    assert not ContactFactory._meta.model.objects.exists()
