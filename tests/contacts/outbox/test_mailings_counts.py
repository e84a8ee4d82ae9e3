"""What the report of a mailing counts, and that the numbers stay when the people have gone."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest

from contacts.models import Contact, Mailing, Message, PolicyVersion, SignUp
from contacts.outbox import counts, links, standstill
from contacts.people import bounces
from contacts.signups import proof
from privacy_crm.mail import mailer
from privacy_crm.preferences.stopping import Stopping
from tests.support.factories import NOON, SignUpFactory, TopicFactory, WhitepaperFactory
from tests.support.mail_sink import Sink
from tests.support.mailing import reader
from tests.support.mailings import MINUTE, drafted, fresh, minute, readers, scheduled, tick

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(days=29)
TOO_LATE = NOON + dt.timedelta(days=30)


def sent_to(number: int, policy: PolicyVersion) -> tuple[Mailing, list[Contact]]:
    """A mailing that has been sent, and to whom."""
    mailing = drafted(topics=[TopicFactory.create()])
    people = readers(policy, mailing, number)
    scheduled(mailing, policy)
    minute(policy, NOON)
    tick(policy, NOON + MINUTE)
    return fresh(mailing), people


def stopping(person: Contact, policy: PolicyVersion, at: dt.datetime, to_list: str = links.EVERYTHING) -> Stopping:
    stop = links.read_stop(links.stop(person, to_list))
    return Stopping(stop, "unsubscribed on our page", policy, at, "visitor")


def counted(mailing: Mailing) -> dict[str, int]:
    found = Mailing.objects.filter(pk=mailing.pk).values("sent", "withheld", "bounced", "objected", "signed_up")
    return {name: number for name, number in found[0].items() if number}


def asks_for(person: Contact, paper: Any, policy: PolicyVersion, at: dt.datetime) -> None:
    """Have a person sign up for a whitepaper and prove the address."""
    made: SignUp = SignUpFactory.create(
        kind="whitepaper",
        scenario="whitepaper",
        whitepaper=paper,
        email=person.email,
        policy_version=policy,
        created_at=at,
    )
    proof.confirm(made.public_id, consent=False, policy=policy, at=at, by="visitor")


@pytest.mark.promise("P12")
@pytest.mark.parametrize(("at", "number"), [(LATER, 1), (TOO_LATE, 0)])
def test_an_objection_counts_for_the_last_mailing_within_thirty_days(
    at: dt.datetime, number: int, policy: PolicyVersion
) -> None:
    earlier, (person, _) = sent_to(2, policy)
    later, (other,) = sent_to(1, policy)
    stopping(person, policy, at).one_click()
    assert (counted(earlier).get("objected", 0), counted(later).get("objected", 0)) == (number, 0)
    stopping(person, policy, at).one_click()  # said again, it is no news
    stopping(other, policy, at).one_click()
    assert (counted(earlier).get("objected", 0), counted(later).get("objected", 0)) == (number, number)


def test_a_no_to_the_topic_of_the_mailing_counts_as_an_objection(policy: PolicyVersion) -> None:
    mailing, (person,) = sent_to(1, policy)
    topic = mailing.topics.get().slug
    stopping(person, policy, LATER, topic).one_click()
    stopping(person, policy, LATER, topic).one_click()
    assert counted(mailing) == {"sent": 1, "objected": 1}


def test_an_objection_by_somebody_who_got_no_mailing_counts_for_none(policy: PolicyVersion) -> None:
    mailing, _ = sent_to(1, policy)
    stopping(reader(policy, mailing), policy, LATER).one_click()
    assert counted(mailing) == {"sent": 1}


@pytest.mark.parametrize(("same_topic", "at", "number"), [(True, LATER, 1), (True, TOO_LATE, 0), (False, LATER, 0)])
def test_a_sign_up_for_its_topic_counts_within_thirty_days(
    same_topic: bool, at: dt.datetime, number: int, policy: PolicyVersion
) -> None:
    mailing, (person,) = sent_to(1, policy)
    paper = WhitepaperFactory.create()
    paper.topics.set(mailing.topics.all() if same_topic else [TopicFactory.create()])
    asks_for(person, paper, policy, at)
    assert counted(mailing).get("signed_up", 0) == number


def test_a_bounce_counts_once_whoever_reports_it(settings: Any, policy: PolicyVersion) -> None:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    mailing = drafted(topics=[TopicFactory.create()])
    refused, reported = readers(policy, mailing, 2)
    sink.answers[str(refused.email)] = "550 5.1.1 no such user"
    scheduled(mailing, policy)
    with sink.open():
        minute(policy, NOON)
        minute(policy, NOON + standstill.WINDOW)
    for _ in range(2):
        for message in Message.objects.filter(mailing=mailing):
            bounces.bounced(message.public_id, day=NOON.date(), at=NOON, by="provider:test")
    tick(policy, NOON + standstill.WINDOW + MINUTE)
    assert counted(mailing) == {"sent": 1, "bounced": 2}
    assert reported.messages.get().sent_at
    assert fresh(mailing).state == "sent"


@pytest.mark.promise("P13")
def test_the_numbers_stay_when_the_people_have_gone(policy: PolicyVersion) -> None:
    mailing, people = sent_to(3, policy)
    paper = WhitepaperFactory.create()
    paper.topics.set(mailing.topics.all())
    asks_for(people[0], paper, policy, LATER)
    stopping(people[1], policy, LATER).one_click()
    before = counted(mailing)
    assert before == {"sent": 3, "objected": 1, "signed_up": 1}
    erase(people)
    tick(policy, LATER)
    assert not Message.objects.filter(mailing=mailing).exists()
    assert counted(mailing) == before


def erase(people: list[Contact]) -> None:
    Contact.objects.filter(pk__in=[person.pk for person in people]).delete()


def test_who_is_deleted_before_their_turn_is_neither_sent_nor_withheld(policy: PolicyVersion) -> None:
    mailing = drafted(topics=[TopicFactory.create()], rate=1)
    people = readers(policy, mailing, 3)
    scheduled(mailing, policy)
    minute(policy, NOON)
    erase(people[1:])
    tick(policy, NOON + MINUTE)
    assert (counted(mailing), fresh(mailing).people, fresh(mailing).state) == ({"sent": 1}, 3, "sent")


def test_a_bounce_of_a_mail_that_is_no_mailings_counts_for_none(policy: PolicyVersion) -> None:
    mailing, _ = sent_to(1, policy)
    counts.bounced(uuid.uuid4())
    counts.objected([], at=LATER)
    assert counted(mailing) == {"sent": 1}
