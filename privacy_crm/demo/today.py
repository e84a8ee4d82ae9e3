"""An event that is on today: some of its guests are in, and one has not confirmed the address."""

import datetime as dt

from contacts.base.days import day_of
from contacts.events import check_in, events, inviting
from contacts.events.events import Times
from contacts.models import Contact, Event, PolicyVersion, Topic
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Typed, Wish
from privacy_crm.demo.cast import FOODS

GUESTS, IN = 14, 5
BY = "demo"

_A_WEEK = dt.timedelta(days=7)
_SUMMARY = {
    "en": "Come in, have a coffee, and ask the people who build our software whatever you like.",
    "sv": "Kom in, drick en kopp kaffe och fråga dem som bygger våra program vad du vill.",
}


def open_house(policy: PolicyVersion, at: dt.datetime) -> int:
    """Put the event on, a week before `at`, and return how many are in by now."""
    event = _put_on(policy, at)
    for number, person in enumerate(_people(policy, at)):
        _come(event, person, FOODS[number % 3] if number % 2 else "", policy, at - _A_WEEK)
    late = Typed("liv.aasen@fjellvik.example", "Liv", "Aasen", company="Fjellvik AS", country="NO")
    sign_ups.sign_up(Wish.of_event(event), late, policy=policy, source="form", at=at - dt.timedelta(days=2), by=BY)
    inviting.close_sign_up(event, at=at, by=BY)
    for minutes, place in enumerate(event.registrations.order_by("pk")[:IN]):
        check_in.check_in(event, place.pk, policy=policy, at=at - dt.timedelta(minutes=2 * minutes), by=BY)
    return IN


def _put_on(policy: PolicyVersion, at: dt.datetime) -> Event:
    day = day_of(at, policy.zone)
    begin = dt.datetime.combine(day, dt.time(8), policy.zone)
    # Until tomorrow: whoever looks at the demo late in the evening finds it on as well.
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(20), policy.zone)
    times, then = Times(begin, end, policy.time_zone), at - _A_WEEK
    event = events.create("Open House", "physical", times, place="Norrskensgränd 4, Stockholm", at=then, by=BY)
    topics = list(Topic.objects.filter(slug="operations"))
    asked = ["company", "country"]
    inviting.invite(event, summary=_SUMMARY, topics=topics, capacity=None, asked=asked, asks_food=True, at=then, by=BY)
    inviting.open_sign_up(event, at=then, by=BY)
    event.refresh_from_db()
    return event


def _people(policy: PolicyVersion, at: dt.datetime) -> list[Contact]:
    """Return people of customers, whom we have no reason to leave alone."""
    day = day_of(at, policy.zone)
    known = Contact.objects.whole().unrestricted(day).filter(organisation__agreement_state="open", email__isnull=False)
    return list(known.filter(frozen_through=None, left_on=None, bounced_on=None).order_by("pk")[20 : 20 + GUESTS])


def _come(event: Event, person: Contact, food: str, policy: PolicyVersion, at: dt.datetime) -> None:
    typed = Typed(str(person.email), person.first_name, person.last_name, country=person.country)
    made = sign_ups.sign_up(Wish.of_event(event), typed, policy=policy, food=food, source="form", at=at, by=BY)
    proof.confirm(made.public_id, consent=False, policy=policy, at=at, by=BY)
