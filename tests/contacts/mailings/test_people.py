"""Whom a mailing reaches: asked when it starts, and again at the moment of each mail."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.mailings import people as mailing_people
from contacts.mailings.people import NOT_BOUND, Ahead
from contacts.models import Contact, Mailing, Message, PolicyVersion
from contacts.words.vocabulary import Channel, MailingKind
from privacy_crm import mailings
from retention.lapses.objections import object_to_marketing
from tests.support.factories import DOUBTED, NOON, TopicFactory, hold, place
from tests.support.mailing import reader, send
from tests.support.mailings import (
    AUTHOR,
    MINUTE,
    approved,
    bound,
    drafted,
    fresh,
    minute,
    prospect,
    readers,
    scheduled,
    tick,
    written_to,
)

pytestmark = pytest.mark.django_db


def marketing(policy: PolicyVersion, **changes: Any) -> Mailing:
    return scheduled(drafted(topics=[TopicFactory.create()], **changes), policy)


def important(policy: PolicyVersion, **changes: Any) -> Mailing:
    return scheduled(approved(**changes), policy)


def objecting(contact: Contact, policy: PolicyVersion, *channels: str, at: dt.datetime = NOON) -> None:
    """Have a person object to our news, on all channels unless some are named."""
    object_to_marketing(
        str(contact.address_hash),
        public_id=contact.public_id,
        channels=[Channel(each) for each in channels or Channel],
        reason="told us by phone",
        policy=policy,
        at=at,
        by="test",
    )


def change(**fields: Any) -> Callable[[Contact, PolicyVersion], None]:
    return lambda contact, _: Contact.objects.filter(pk=contact.pk).update(**fields) and None


def restrict(contact: Contact, _: PolicyVersion) -> None:
    place(contact, "freeze", "restriction")


# Marketing


@pytest.mark.promise("P11")
def test_marketing_reaches_those_who_may_be_written_to_about_its_topics(policy: PolicyVersion) -> None:
    mailing = marketing(policy)
    reached = readers(policy, mailing, 2)
    no_consent = prospect(policy, country="SE")
    elsewhere = reader(policy, drafted(topics=[TopicFactory.create()]))
    assert minute(policy, NOON) == 2
    assert written_to(mailing) == {each.pk for each in reached}
    assert fresh(mailing).left_out == {"no_consent": 1, "no_interest": 1}
    assert {no_consent.pk, elsewhere.pk}.isdisjoint(written_to(mailing))


@pytest.mark.promise("P12")
@pytest.mark.parametrize("released", [False, True])
def test_who_objects_between_start_and_their_turn_gets_nothing(released: bool, policy: PolicyVersion) -> None:
    mailing = marketing(policy, rate=1)
    one, other = readers(policy, mailing, 2)
    tick(policy)
    assert fresh(mailing).people == 2
    objecting(one if released else other, policy, "email")
    send()
    for number in range(1, 5):
        minute(policy, NOON + number * MINUTE)
    assert written_to(mailing) == {(other if released else one).pk}
    assert (fresh(mailing).sent, fresh(mailing).withheld, fresh(mailing).state) == (1, 1, "sent")


@pytest.mark.promise("L5")
def test_no_marketing_leaves_to_who_has_not_been_told_where_their_details_are_from(policy: PolicyVersion) -> None:
    mailing = marketing(policy)
    (person,) = readers(policy, mailing, 1)
    hold(person, "prospect", NOON.date(), policy=policy, source_kind="public")
    minute(policy, NOON)
    assert fresh(mailing).left_out == {"not_told": 1}
    assert not Message.objects.exists()


@pytest.mark.promise("P12")
def test_who_objects_to_everything_and_is_deleted_for_it_gets_nothing_either(policy: PolicyVersion) -> None:
    mailing = marketing(policy, rate=1)
    one, other = readers(policy, mailing, 2)
    tick(policy)
    objecting(one, policy)
    objecting(other, policy)
    for number in range(3):
        minute(policy, NOON + number * MINUTE)
    assert not Contact.objects.exists()
    assert (fresh(mailing).people, fresh(mailing).sent, fresh(mailing).state) == (2, 0, "sent")


# Important messages


@pytest.mark.promise("P3")
@pytest.mark.promise("P11")
def test_an_important_message_reaches_customers_who_object_to_news_and_no_prospect(policy: PolicyVersion) -> None:
    mailing = important(policy)
    customer, _ = bound(policy), prospect(policy)
    objecting(customer, policy)
    assert minute(policy, NOON) == 1
    assert written_to(mailing) == {customer.pk}
    assert fresh(mailing).left_out == {NOT_BOUND: 1}


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (restrict, "restricted"),
        (change(left_on=NOON.date()), "left"),
        (change(**DOUBTED), "unconfirmed"),
        (change(bounced_on=NOON.date()), "bouncing"),
    ],
)
@pytest.mark.parametrize("begun", [False, True])
def test_an_important_message_never_reaches_these(
    happens: Callable[[Contact, PolicyVersion], None], why: str, begun: bool, policy: PolicyVersion
) -> None:
    mailing = important(policy)
    customer = bound(policy)
    if begun:
        tick(policy)
    happens(customer, policy)
    minute(policy, NOON + MINUTE)
    minute(policy, NOON + 2 * MINUTE)
    assert not written_to(mailing)
    assert fresh(mailing).state == "sent"
    if begun:
        assert fresh(mailing).withheld == 1
        assert Message.objects.get().reason == why
    else:
        assert fresh(mailing).left_out == {why: 1}


@pytest.mark.promise("P3")
def test_a_request_that_is_being_answered_keeps_no_important_message_away(policy: PolicyVersion) -> None:
    mailing = important(policy)
    customer = bound(policy)
    place(customer, "freeze", "request")
    minute(policy, NOON)
    assert written_to(mailing) == {customer.pk}


@pytest.mark.promise("L5")
def test_a_customer_who_is_untold_is_told_before_the_important_message(policy: PolicyVersion) -> None:
    mailing = important(policy)
    customer = bound(policy)
    customer.bases.update(source_kind="organisation")
    assert minute(policy, NOON) == 2
    assert written_to(mailing) == {customer.pk}
    assert list(Message.objects.order_by("sent_at", "pk").values_list("template", flat=True)) == ["inform", "mailing"]
    assert customer.bases.get().informed_on == NOON.date()


# What is shown before


def test_the_preview_counts_by_language_and_reason_what_then_happens(policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()])
    for language in ("sv", "sv-FI", "en", "fi", ""):
        reader(policy, mailing, language=language)
    prospect(policy, country="SE")
    ahead = mailings.preview(mailing, policy=policy, at=NOON)
    assert ahead == Ahead({"en": 3, "sv": 2}, {"no_consent": 1})
    assert (ahead.people, ahead.asked) == (5, 6)
    minute(policy, NOON + MINUTE)
    scheduled(mailing, policy)
    minute(policy, NOON + MINUTE)
    assert (fresh(mailing).sent, fresh(mailing).left_out) == (5, {"no_consent": 1})


@pytest.mark.parametrize("kind", MailingKind.values)
def test_one_person_is_judged_as_all_are(kind: str, policy: PolicyVersion) -> None:
    mailing = drafted(kind=kind, topics=[TopicFactory.create()])
    people = [bound(policy), prospect(policy), *readers(policy, mailing, 1), bound(policy, bounced_on=NOON.date())]
    all_ = mailing_people.judged(mailing, Contact.objects.all(), provider=None, day=NOON.date())
    answers = dict(all_.values_list("pk", "answer"))
    assert len(set(answers.values())) > 1
    assert answers == {each.pk: mailing_people.refusal(mailing, each, NOON.date()) for each in people}


def test_statements_do_not_grow_with_people(policy: PolicyVersion) -> None:
    counts = []
    for size in (1, 30):
        mailing = marketing(policy)
        readers(policy, mailing, size)
        with CaptureQueriesContext(connection) as asked:
            assert tick(policy) == size
        counts.append(len(asked))
        send()
        tick(policy, NOON + MINUTE)
    assert counts[0] == counts[1] <= 31


def test_who_wrote_it_makes_no_difference_to_whom_it_reaches(policy: PolicyVersion) -> None:
    assert AUTHOR not in str(mailings.people(drafted(), policy, NOON).query)
