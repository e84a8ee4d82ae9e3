"""A visitor of the public pages: what they find there, what they type and how their browser solves the challenge."""

import datetime as dt
import urllib.parse
from typing import Any

from altcha import Challenge, Payload, solve_challenge
from altcha_django.verifiers import get_verifier
from django.conf import settings
from django.test import Client

from contacts.models import Contact, Event, PolicyVersion, SignUp, Suppression
from contacts.policy import policies
from contacts.signups import sign_ups
from contacts.signups.sign_ups import Typed, Wish
from tests.support.factories import DOUBTED, NOON, SPRING, UNPROVEN, ContactFactory, EventFactory, customer, hold

EASY = settings.ALTCHA_CHALLENGE  # as tests/settings.py has it

AINO = {
    "email": "aino@fjordkraft.example",
    "first_name": "Aino",
    "last_name": "Lindqvist",
    "company": "Fjordkraft AB",
    "job_title": "Head of IT",
    "country": "SE",
}


def event(kind: str = "physical", **fields: Any) -> Event:
    """An event in May 2027 that one can sign up for."""
    made: Event = EventFactory.create(kind=kind, signup_open=True, place="Kungsgatan 1, Stockholm", **fields)
    made.refresh_from_db()
    return made


def solved() -> str:
    """What a browser sends that has solved a challenge."""
    challenge = get_verifier().get_challenge()
    solution = solve_challenge(Challenge.from_dict(challenge))
    assert solution
    return Payload(Challenge.from_dict(challenge), solution).to_base64()


def filled(policy: PolicyVersion, **typed: Any) -> dict[str, Any]:
    """A form filled in by Aino, with the challenge solved. A field set to None is left out."""
    whole = {"policy": policy.number, "altcha": solved(), "lang": "en"} | AINO | typed
    return {name: value for name, value in whole.items() if value is not None}


def send(client: Client, url: str, data: dict[str, Any], **extra: Any) -> Any:
    """Post as a browser does."""
    body = urllib.parse.urlencode(data, doseq=True)
    return client.post(url, body, content_type="application/x-www-form-urlencoded", **extra)


def asked(wish: Wish, policy: PolicyVersion, at: dt.datetime = NOON, **options: Any) -> SignUp:
    """A sign-up that waits for the proof of its address."""
    typed = {name: value for name, value in options.items() if name in Typed.__dataclass_fields__}
    others = {name: value for name, value in options.items() if name not in typed}
    return sign_ups.sign_up(wish, Typed(**(AINO | typed)), policy=policy, source="form", at=at, by="visitor", **others)


def kinds_of_people(policy: PolicyVersion) -> list[str]:
    """Addresses: of nobody, of a customer, of somebody who objected, who is restricted, frozen, unproven, doubted."""
    objected = ContactFactory.create()
    Suppression.objects.create(
        address_hash=objected.address_hash, mailbox_hash=objected.mailbox_hash, channel="email", since=NOON.date()
    )
    later = NOON.date() + dt.timedelta(days=99)
    people = [
        customer(policy),
        objected,
        ContactFactory.create(restricted_through=later),
        ContactFactory.create(frozen_through=later),
        ContactFactory.create(**UNPROVEN),
        ContactFactory.create(**DOUBTED),
    ]
    return ["nobody@fjordkraft.example", *(person.email for person in people)]


def on_file(policy: PolicyVersion, **fields: Any) -> Contact:
    """Aino, held as a prospect since spring, with other words about her than she types now."""
    person: Contact = ContactFactory.create(
        **{"email": AINO["email"], "first_name": "A.", "company": "Old AB"} | fields
    )
    hold(person, "prospect", SPRING, policy=policy)
    return person


def publish_newer(source: dict[str, Any]) -> PolicyVersion:
    """Publish another version of the policy, which is in force from then on."""
    source["rule"][0]["note"]["en"] = "We use this a little differently, {period}."
    policies.publish_source(source, at=NOON, by="test")
    newer = PolicyVersion.objects.in_force()
    assert newer
    return newer
