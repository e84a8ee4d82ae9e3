"""The demo company's mailings: one has been sent and reported on, one is a draft, one waits for the officer."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from contacts.base.days import day_of
from contacts.delivery import sending
from contacts.mailings import approval, drafts, schedule
from contacts.mailings.drafts import Draft
from contacts.models import Contact, Mailing, PolicyVersion, Segment, Topic, Whitepaper
from contacts.people import bounces, segments
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.vocabulary import Channel, MailingKind
from privacy_crm import mailings
from retention.lapses import objections

SENT = dt.timedelta(days=12)
_A_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


def write(policy: PolicyVersion, at: dt.datetime) -> None:
    """Have marketing keep two segments and write three mailings, the first some days before `at`, and people answer."""
    told = tomllib.loads((Path(__file__).parent / "mailings.toml").read_text(encoding="utf-8"))
    owner = get_user_model().objects.get(username="marketing")
    by = f"user:{owner.pk}"
    kept: dict[str, Any] = {"owner": owner.pk, "at": at - SENT, "by": by}
    sweden = segments.save("Sweden", {"country": "SE"}, shared=True, **kept)
    segments.save("Guests to win back", {"scenario": "event", "due": "90"}, shared=False, **kept)
    sent = drafts.draft(_draft(told["sent"], sweden), at=at - SENT, by=by)
    _send(sent, policy, at - SENT, by)
    _answer(sent, policy, at - SENT + _A_DAY)
    drafts.draft(_draft(told["draft"], None), at=at, by=by)
    waiting = drafts.draft(_draft(told["waiting"], None), at=at, by=by)
    approval.submit(waiting, at=at, by=by)


def _draft(said: dict[str, Any], segment: Segment | None) -> Draft:
    topics = list(Topic.objects.filter(slug__in=said.get("topics", [])))
    words = {name: said.get(name, {}) for name in ("subject", "body", "button")}
    url = said.get("button_url", "")
    return Draft(
        said["name"], MailingKind(said["kind"]), rate=60, segment=segment, topics=topics, button_url=url, **words
    )


def _send(mailing: Mailing, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Let the minutes pass in which it is sent."""
    schedule.schedule(mailing, at, policy=policy, at=at, by=by)
    while Mailing.objects.filter(pk=mailing.pk, ended_at=None).exists():
        mailings.tick(policy=policy, at=at)
        _send_due(at)
        at += _MINUTE


def _send_due(at: dt.datetime) -> None:
    sending.send_due(at=at, now=lambda: at)


def _answer(mailing: Mailing, policy: PolicyVersion, at: dt.datetime) -> None:
    """Of those who got it, one has an address that is gone, two have had enough, and two ask for a whitepaper."""
    messages = mailing.messages.filter(sent_at__isnull=False).select_related("contact").order_by("pk")
    gone, *others = messages[:5]
    people = [message.contact for message in others if message.contact]
    bounces.bounced(gone.public_id, day=day_of(at, policy.zone), at=at, by="demo")
    for person in people[:2]:
        _object(person, policy, at)
    for person in people[2:]:
        _ask(person, policy, at)


def _object(person: Contact, policy: PolicyVersion, at: dt.datetime) -> None:
    objections.object_to_marketing(
        str(person.address_hash),
        public_id=person.public_id,
        channels=[Channel.EMAIL],
        reason="unsubscribed on our page",
        policy=policy,
        at=at,
        by="visitor",
    )


def _ask(person: Contact, policy: PolicyVersion, at: dt.datetime) -> None:
    wish = Wish.of_whitepaper(Whitepaper.objects.get(slug="logs-that-people-read"))
    typed = Typed(str(person.email), person.first_name, person.last_name, country=person.country)
    made = sign_ups.sign_up(wish, typed, policy=policy, source="form", at=at, by="visitor")
    proof.confirm(made.public_id, consent=False, policy=policy, at=at, by="visitor")
