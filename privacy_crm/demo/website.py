"""What stands on the demo company's website, who has signed up there, and whom its mail has not reached."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import typst
from django.core.files.base import ContentFile
from django.db import connection

from contacts.base.days import day_of
from contacts.events import inviting
from contacts.models import Basis, Contact, Event, Message, Organisation, PolicyVersion, Topic, Whitepaper
from contacts.models.outbox import MessageEnd
from contacts.outbox import outbox
from contacts.people import bounces
from contacts.signups import proof, sign_ups, whitepapers
from contacts.signups.sign_ups import Typed, Wish
from contacts.signups.whitepapers import Cover
from contacts.words.vocabulary import MailPurpose, MailTemplate

HERE = Path(__file__).parent
BY = "demo"

_CLOSING = {
    "en": "Nordvik is a made-up company, and so is every number in this paper.",
    "sv": "Nordvik är ett påhittat företag, och varje siffra i den här skriften är påhittad.",
}


def open_up(policy: PolicyVersion, at: dt.datetime) -> None:
    """Fill the website as it stands at `at`. The same moment and the same people give the same website."""
    told = tomllib.loads((HERE / "website.toml").read_text(encoding="utf-8"))
    topics = [Topic(slug=slug, **words) for slug, words in told["topics"].items()]
    by_slug = {topic.slug: topic for topic in Topic.objects.bulk_create(topics)}
    for paper in told["whitepapers"]:
        _publish(paper, [by_slug[slug] for slug in paper["topics"]], policy, at)
    for slug, words in told["events"].items():
        _invite(Event.objects.get(slug=slug), words, [by_slug[topic] for topic in words["topics"]], at)
    _be_interested(policy)
    _sign_up(policy, at)
    _register_a_customer(policy, at)
    _have_letters_come_back(policy, at)


# Whitepapers


def _publish(paper: dict[str, Any], topics: list[Topic], policy: PolicyVersion, at: dt.datetime) -> None:
    published_at = at - dt.timedelta(days=paper["days_ago"])
    file = ContentFile(typeset(paper, topics, policy.controller), name="paper.pdf")
    cover = Cover(paper["title"], paper["summary"], topics)
    whitepaper = whitepapers.add(paper["slug"], cover, file, at=published_at, by=BY)
    whitepapers.publish(whitepaper, at=published_at, by=BY)


def typeset(paper: dict[str, Any], topics: list[Topic], controller: dict[str, Any]) -> bytes:
    """Return a whitepaper as a PDF: the same words give the same bytes."""
    language = paper["language"]
    words = {
        **paper,
        "topics": [topic.named(language) for topic in topics],
        "company": controller["name"],
        "address": controller["address"],
        "closing": _CLOSING[language],
    }
    template = (HERE / "whitepaper.typ").read_bytes()
    made: bytes = typst.compile(template, sys_inputs={"paper": json.dumps(words)}, ignore_system_fonts=True)
    return made


# Events


def _invite(event: Event, words: dict[str, Any], topics: list[Topic], at: dt.datetime) -> None:
    capacity = words.get("capacity")
    if "places_left" in words:
        capacity = event.registrations.filter(cancelled_at__isnull=True).count() + words["places_left"]
    # As it came in with the event: its guests need not be told that it has changed.
    Event.objects.filter(pk=event.pk).update(link=words.get("link", ""))
    told = {"summary": words["summary"], "topics": topics, "capacity": capacity}
    inviting.invite(event, **told, asked=event.asked, asks_food=event.asks_food, at=at, by=BY)
    if words.get("open"):
        inviting.open_sign_up(event, at=at, by=BY)


# People

_INTERESTS = """
    INSERT INTO contacts_interest (contact_id, topic_id, wanted, since)
    SELECT contact_id, topic_id, TRUE, min((shown_at AT TIME ZONE %(zone)s)::date) FROM (
        SELECT activity.contact_id, about.topic_id, activity.occurred_at AS shown_at
        FROM contacts_activity activity
        JOIN contacts_whitepaper whitepaper ON whitepaper.slug = activity.reference
        JOIN contacts_whitepaper_topics about ON about.whitepaper_id = whitepaper.id
        UNION ALL
        SELECT registration.contact_id, about.topic_id, registration.registered_at
        FROM contacts_registration registration
        JOIN contacts_event_topics about ON about.event_id = registration.event_id
    ) shown
    GROUP BY contact_id, topic_id"""


def _be_interested(policy: PolicyVersion) -> None:
    """Note what people showed an interest in by what they read and where they went."""
    with connection.cursor() as cursor:
        cursor.execute(_INTERESTS, {"zone": policy.time_zone})


def _sign_up(policy: PolicyVersion, at: dt.datetime) -> None:
    """Three people have filled in a form; their mails are waiting to be sent."""
    paper = Whitepaper.objects.get(slug="vad-ett-driftstopp-kostar")
    summit, webinar = (Event.objects.get(slug=slug) for slug in ("nordic-summit", "zero-downtime"))
    swede = Typed("maja.lundell@ljungby-konsult.example", "Maja", "Lundell", country="SE", language="sv")
    dane = Typed("asger.holm@egedal-data.example", "Asger", "Holm", company="Egedal Data ApS", country="DK")
    finn = Typed("oona.saari@outlook.example", "Oona", "Saari", job_title="CTO", country="FI")
    asked = [(Wish.of_whitepaper(paper), swede, 9), (Wish.of_event(summit), dane, 3), (Wish.of_event(webinar), finn, 0)]
    for wish, typed, days in asked:
        sign_ups.sign_up(wish, typed, policy=policy, source="form", at=at - dt.timedelta(days=days), by=BY)


def _register_a_customer(policy: PolicyVersion, at: dt.datetime) -> Contact:
    """Somebody has registered as a customer and proven the address; nobody has matched them to their company yet."""
    organisation = Organisation.objects.filter(agreement_state="open", contacts__email__isnull=False).earliest("pk")
    colleague = organisation.contacts.filter(email__isnull=False).earliest("pk")
    *name, _form = organisation.name.split()
    typed = Typed(
        f"ebba.solberg@{str(colleague.email).partition('@')[2]}",
        *("Ebba", "Solberg"),
        company=" ".join(name).lower(),
        job_title="Purchasing Manager",
        country=organisation.country,
    )
    made = sign_ups.sign_up(Wish.of_register("customer"), typed, policy=policy, source="form", at=at, by=BY)
    return proof.confirm(made.public_id, consent=False, policy=policy, at=at, by=BY).contact


def _have_letters_come_back(policy: PolicyVersion, at: dt.datetime) -> None:
    """Two people could not be told by e-mail where we have their details from: the officer writes to them by post."""
    untold = Contact.objects.whole().filter(pk__in=Basis.objects.untold().values("contact"), bounced_on=None)
    for contact in untold.order_by("pk")[:2]:
        letter = outbox.enqueue(MailTemplate.INFORM, contact=contact, purpose=MailPurpose.INFORMATION, at=at)
        Message.objects.filter(pk=letter.pk).update(
            ended_at=at, end=MessageEnd.REFUSED, reason="SMTPRecipientsRefused:550"
        )
        bounces.bounced(letter.public_id, day=day_of(at, policy.zone), at=at, by=BY)
