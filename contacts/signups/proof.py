"""Somebody proves an address: what they asked for comes about, and what they typed becomes a contact's (path 1).

Until then nothing on file is overwritten, no basis is added and no clock moves.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from contacts.base import audit
from contacts.base.days import day_of
from contacts.journal import writing
from contacts.models import Basis, Contact, Event, FoodPreference, Interest, PolicyVersion, Registration, SignUp
from contacts.outbox import counts, outbox
from contacts.people import activities, attendance, clocks, details, tellings
from contacts.permission import consents
from contacts.signups import recognising
from contacts.signups.sign_ups import SignUpRefusedError, is_full, is_published, over
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import (
    ActivityKind,
    AddressTrust,
    Channel,
    MailTemplate,
    SignUpKind,
    SourceKind,
    TellingWay,
)


class SignUpGoneError(LookupError):
    """There is no such sign-up, or not any more: 30 days have passed, or the person was deleted."""


@dataclass(frozen=True)
class Proven:
    """Who proved their address, with what they asked for; `again` where they had done so before."""

    sign_up: SignUp
    contact: Contact
    again: bool


@transaction.atomic
def confirm(
    public_id: uuid.UUID,
    *,
    consent: bool,
    answers: details.Answers | None = None,
    own: bool = True,
    anyway: bool = False,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Proven:
    """Take the proof of an address, by its owner, by attendance or by staff, and do what was asked for, once.

    `consent` says whether the boxes that were ticked are confirmed with it, and `answers`, what is right where it
    differs from what is on file; `own`, whether the owner of the address pressed the button themselves. `anyway` gives
    a place at a full event: the guest stands at its door. Raises SignUpGoneError, SignUpRefusedError where what was
    asked for is not to be had any more, and ErasedError where the person was erased at their request and it is not they
    who prove the address: then everything stays as it was.
    """
    made = _lock(public_id, at)
    if made.contact:
        return Proven(made, made.contact, again=True)
    _check_again(made, anyway, at)
    contact = recognising.person(made, answers or {}, own=own, policy=policy, at=at, by=by)
    if made.scenario:
        _hold(contact, made, policy, at)
    _do(contact, made, policy, at, by)
    not_taken = _consent(contact, made, policy, at, by) if consent else {}
    _move(made, contact, not_taken, at)
    audit.record("sign_up.proven", at=at, by=by, public_id=contact.public_id, rule=made.scenario or made.kind)
    if about := made.whitepaper or made.event:
        counts.signed_up(contact.pk, about, at=at)
    return Proven(made, contact, again=False)


@transaction.atomic
def answer(proven: Proven, answers: details.Answers, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Take the person's word on what came with a sign-up that they have proven.

    While a request or a claim of theirs is open, and where nobody knows whether the record is theirs, nothing changes,
    and what was proposed waits on.
    """
    contact = Contact.objects.whole().select_for_update().filter(pk=proven.contact.pk).first()
    if contact is None:
        raise SignUpGoneError
    if contact.address_trust == AddressTrust.PROVEN and not recognising.is_frozen(contact, at, policy):
        details.settle(contact.pk, answers, sign_up=proven.sign_up, at=at, by=by)


def find(public_id: uuid.UUID, *, at: dt.datetime) -> SignUp:
    """Return a sign-up to look at, proven or not. Raises SignUpGoneError."""
    found = (
        SignUp.objects.select_related("contact", "event", "whitepaper", "policy_version")
        .filter(public_id=public_id)
        .exclude(pk__in=SignUp.objects.overdue(at).values("pk"))
        .first()
    )
    if found is None:
        raise SignUpGoneError
    return found


def check(made: SignUp, *, at: dt.datetime) -> None:
    """Raise SignUpRefusedError where what was asked for is over; whether an event is full, only `confirm` finds out.

    Who signed up in time may prove it after sign-up has closed, and who came, after the event.
    """
    if made.event and made.arrived_at is None and (code := over(made.event, at)):
        raise SignUpRefusedError(code)
    if made.whitepaper and not is_published(made.whitepaper, at):
        raise SignUpRefusedError("withdrawn")


def _lock(public_id: uuid.UUID, at: dt.datetime) -> SignUp:
    """Lock first and look afterwards: what is joined to a row that was waited for is as old as the wait.

    A wish for news comes after its person, as for whoever deletes them together.
    """
    made = SignUp.objects.filter(public_id=public_id)
    news = made.waiting().filter(kind=SignUpKind.CONSENT)
    Contact.objects.select_for_update().filter(email__in=news.values("email")).values_list("pk").first()
    made.select_for_update().values_list("pk").first()
    return find(public_id, at=at)


def _check_again(made: SignUp, anyway: bool, at: dt.datetime) -> None:
    """Look again at what was asked for; guests wait for each other, so that no place is given twice.

    A wish for news alone is no reason to hold anybody: it ends with the person who had it.
    """
    if not made.scenario and not Contact.objects.select_for_update().filter(email=made.email):
        raise SignUpGoneError
    if made.event_id:
        made.event = Event.objects.select_for_update(no_key=True).get(pk=made.event_id)
        taken = Registration.objects.filter(event=made.event, contact__email=made.email, cancelled_at__isnull=True)
        is_in = anyway or made.arrived_at is not None
        if not is_in and is_full(made.event) and not taken.exists():
            raise SignUpRefusedError("full")
    check(made, at=at)


def _hold(contact: Contact, made: SignUp, policy: PolicyVersion, at: dt.datetime) -> None:
    """Give the person the reason that they are held for from now on, with the version that they were shown (P1)."""
    shown_on = day_of(made.created_at, policy.zone)
    basis, fresh = Basis.objects.get_or_create(
        contact=contact,
        scenario=made.scenario,
        defaults={
            "legal_basis": policy.rule(made.scenario).legal_basis,
            "collected_on": day_of(at, policy.zone),
            "source": made.source,
            "source_kind": SourceKind.PERSON,
            "policy_shown": made.policy_version,
            "policy_shown_on": shown_on,
        },
    )
    if not fresh:
        tellings.record([basis.pk], made.policy_version, TellingWay.FORM, on=shown_on)
    clocks.refresh_contacts([contact.pk])


def _do(contact: Contact, made: SignUp, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    if made.whitepaper:
        activities.record(contact.pk, ActivityKind.DOWNLOAD, at, made.whitepaper.slug, policy=policy, at=at, by=by)
        _interested(contact, (topic.pk for topic in made.whitepaper.topics.all()), day_of(at, policy.zone))
    if made.event:
        _interested(contact, (topic.pk for topic in made.event.topics.all()), day_of(at, policy.zone))
        _take_part(contact, made, made.event, policy, at, by)


def _take_part(contact: Contact, made: SignUp, event: Event, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Give the person their place; whoever came without one did so when they came, and needs no mail about it."""
    since = made.arrived_at or at
    activities.record(contact.pk, ActivityKind.REGISTRATION, since, event.slug, policy=policy, at=at, by=by)
    if Registration.objects.filter(contact=contact, event=event, cancelled_at__isnull=False).exists():
        writing.write(JournalAct.PLACE_TAKEN, [contact.public_id], at=at, event=event.slug)
    place = _register(contact, made, since)
    if made.arrived_at:
        attendance.note(place, since, policy=policy, at=at, by=by)
    else:
        outbox.enqueue(MailTemplate.REGISTERED, contact=contact, registration=place, event=event, at=at)


def _register(contact: Contact, made: SignUp, at: dt.datetime) -> Registration:
    """Give the person their place, and the food that they consented to have noted."""
    registration, _ = Registration.objects.update_or_create(
        contact=contact, event=made.event, defaults={"registered_at": at, "cancelled_at": None}
    )
    told = FoodPreference.objects.filter(sign_up=made)
    if told.exists():
        FoodPreference.objects.filter(registration=registration).delete()
        told.update(registration=registration, sign_up=None)
    return registration


def _interested(contact: Contact, topics: Iterable[int], day: dt.date) -> None:
    """Note the topics of what was asked for; a no to a topic stays a no."""
    Interest.objects.bulk_create(
        [Interest(contact=contact, topic_id=topic, since=day) for topic in topics], ignore_conflicts=True
    )


def _consent(contact: Contact, made: SignUp, policy: PolicyVersion, at: dt.datetime, by: str) -> dict[str, str]:
    """Take the yes to each box that counts, and return those that do not."""
    day = day_of(at, policy.zone)
    taken = recognising.countable(made.consents, theirs=contact.address_trust == AddressTrust.PROVEN)
    for channel, wording in taken.items():
        consents.give(contact, Channel(channel), wording, source=made.source, asked=made, day=day, at=at, by=by)
    return {channel: wording for channel, wording in made.consents.items() if channel not in taken}


def _move(made: SignUp, contact: Contact, not_taken: dict[str, str], at: dt.datetime) -> None:
    """Leave with the sign-up only what was asked for: what was typed is the contact's now.

    Its page goes on saying which consents were not taken.
    """
    for name in ("email", *OPTIONAL_FIELDS):
        setattr(made, name, "")
    made.consents, made.confirmed_at, made.contact = not_taken, at, contact
    made.save()
