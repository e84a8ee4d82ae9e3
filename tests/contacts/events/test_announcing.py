"""News about a whitepaper or an event: owed to those who may get it, once each."""

import pytest

from contacts.events import announcing, events
from contacts.events.announcing import HAD_IT, HAS_IT, Announced, AnnouncingError
from contacts.models import AuditEvent, Message, PolicyVersion, Topic, Whitepaper
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    RegistrationFactory,
    TopicFactory,
    WhitepaperFactory,
    do,
    hold,
)
from tests.support.mailing import reader

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P11")]


@pytest.fixture
def topic() -> Topic:
    return TopicFactory.create()


@pytest.fixture
def whitepaper(topic: Topic) -> Whitepaper:
    whitepaper = WhitepaperFactory.create()
    whitepaper.topics.add(topic)
    return whitepaper


def announce(policy: PolicyVersion, about: Whitepaper) -> Announced:
    return announcing.announce(whitepaper=about, at=NOON, by="test", policy=policy)


def test_everyone_who_may_get_it_is_owed_it_and_the_others_are_counted_by_reason(
    whitepaper: Whitepaper, policy: PolicyVersion
) -> None:
    told = [reader(policy, whitepaper) for _ in range(3)]
    objecting, not_interested = reader(policy, whitepaper), reader(policy, whitepaper)
    objecting.permissions.create(channel="email", state="objected", given_on=NOON.date())
    not_interested.interests.all().delete()
    assert announce(policy, whitepaper) == Announced(3, {"objected": 1, "no_interest": 1})
    owed = Message.objects.order_by("contact").values_list("contact", "template", "purpose", "whitepaper")
    assert list(owed) == [(each.pk, "announce", "marketing", whitepaper.pk) for each in told]
    assert AuditEvent.objects.filter(code="announcement.owed", rule=f"whitepaper:{whitepaper.pk}").count() == 1


def test_nobody_is_told_twice_and_newcomers_are_told(whitepaper: Whitepaper, policy: PolicyVersion) -> None:
    reader(policy, whitepaper)
    announce(policy, whitepaper)
    reader(policy, whitepaper)
    assert announce(policy, whitepaper) == Announced(1, {HAD_IT: 1})
    assert Message.objects.count() == 2


def test_a_preview_names_the_same_numbers_and_owes_nothing(whitepaper: Whitepaper, policy: PolicyVersion) -> None:
    reader(policy, whitepaper)
    reader(policy, whitepaper).permissions.all().delete()
    ahead = announcing.preview(whitepaper=whitepaper, at=NOON, policy=policy)
    assert not Message.objects.exists()
    assert not AuditEvent.objects.filter(code="announcement.owed").exists()
    assert ahead == announce(policy, whitepaper) == Announced(1, {"no_consent": 1})


def test_whoever_has_the_whitepaper_already_is_left_alone(whitepaper: Whitepaper, policy: PolicyVersion) -> None:
    do(reader(policy, whitepaper), "download", NOON, policy, reference=whitepaper.slug)
    assert announce(policy, whitepaper) == Announced(0, {HAS_IT: 1})


def test_whoever_has_a_place_is_not_told_of_the_event(topic: Topic, policy: PolicyVersion) -> None:
    event = EventFactory.create(signup_open=True)
    event.topics.add(topic)
    RegistrationFactory.create(event=event, contact=reader(policy, event))
    RegistrationFactory.create(event=event, contact=reader(policy, event), cancelled_at=NOON)
    assert announcing.announce(event=event, at=NOON, by="test", policy=policy) == Announced(1, {HAS_IT: 1})


def test_what_has_no_topic_is_not_news_to_those_held_for_an_interest(policy: PolicyVersion) -> None:
    whitepaper = WhitepaperFactory.create()
    reader(policy, whitepaper)
    prospect = ContactFactory.create()
    hold(prospect, "prospect", NOON.date(), policy=policy)
    prospect.permissions.create(channel="email", state="consented", given_on=NOON.date())
    assert announce(policy, whitepaper) == Announced(1, {"no_interest": 1})
    assert Message.objects.get().contact == prospect


def test_what_is_not_to_be_had_is_not_announced(whitepaper: Whitepaper, policy: PolicyVersion) -> None:
    reader(policy, whitepaper)
    whitepaper.withdrawn_at = NOON
    cancelled, closed = EventFactory.create(signup_open=True), EventFactory.create()
    events.cancel(cancelled, at=NOON, by="test")
    cancelled.refresh_from_db()
    past = EventFactory.create(signup_open=True, starts_at=NOON - 2 * ONE_DAY)
    past.refresh_from_db()
    closed.refresh_from_db()
    for about in ({"whitepaper": whitepaper}, {"event": cancelled}, {"event": closed}, {"event": past}, {}):
        with pytest.raises(AnnouncingError):
            announcing.announce(**about, at=NOON, by="test", policy=policy)
    assert not Message.objects.exists()
