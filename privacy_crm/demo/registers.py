"""What the demo company's registers hold: papers of agreements, a drill, a review of today, records of processing."""

import datetime as dt

import typst
from django.core.files.base import ContentFile
from django.test import override_settings

from contacts.base.days import day_of
from contacts.disclosure import documents, recipients, sub_processors
from contacts.disclosure.recipients import Terms
from contacts.disclosure.sub_processors import Company
from contacts.information import maintenance, reviews
from contacts.models import DocumentKind, PolicyVersion, Recipient
from privacy_crm.registers import evidence, snapshots
from retention.holds import holds
from retention.models import Hold, HoldReason

BY = "demo"
_A_DAY = dt.timedelta(days=1)

_AGREEMENT = b"""
#set document(title: "Data processing agreement", author: "Nordvik Software AB")
#set page(paper: "a4")
= Data processing agreement
DPA 2023-11, between Nordvik Software AB and Molnhalli Palvelut Oy. A made-up paper of a made-up company."""


def fill(policy: PolicyVersion, at: dt.datetime) -> int:
    """Fill the registers, and return how many records of processing were kept."""
    day = day_of(at, policy.zone)
    _papers(day, at)
    _ending(day, at)
    _safety(day, at)
    _books(day, at)
    with override_settings(SECOND_FACTOR=False):  # as it is for the processes that serve the demo
        return snapshots.tick(policy=policy, at=at)


def _papers(day: dt.date, at: dt.datetime) -> None:
    host, sender, partner = map(_named, ("Molnhalli", "Brevduva", "Ridgeline"))
    file = ContentFile(bytes(typst.compile(_AGREEMENT, ignore_system_fonts=True)), "agreement.pdf")
    documents.attach(host, DocumentKind.AGREEMENT, "DPA 2023-11", file, at=at, by=BY)
    since = day - 400 * _A_DAY
    under = Company("Konesali Kotka Oy", "Runs the machines of our host", "FI", since)
    sub_processors.add(host, under, at=at, by=BY)
    abroad = Company("Inbox Health Labs Inc.", "Tells which mailboxes take our mail", "US", since, "clauses")
    sub_processors.add(sender, abroad, at=at, by=BY)
    found = "Orders of authorities there are rare and were never made. It gets names and work addresses alone."
    dates = {"on": day - 345 * _A_DAY, "review_on": day + 20 * _A_DAY}
    sub_processors.assess(partner, found, allowed=True, **dates, at=at - 345 * _A_DAY, by=BY)


def _ending(day: dt.date, at: dt.datetime) -> None:
    """One agreement ends in six weeks, and its successor is not signed yet."""
    desk = _named("Kundlots")
    terms = Terms(desk.agreement_reference, day - 600 * _A_DAY, desk.purposes, day + 42 * _A_DAY)
    recipients.agree(desk.pk, terms, at=at, by=BY)


def _safety(day: dt.date, at: dt.datetime) -> None:
    drilled = at - 96 * _A_DAY
    note = "The backup of the night before, whole within 41 minutes"
    maintenance.drilled(note, worked=True, on=day - 96 * _A_DAY, at=drilled, by=BY)
    question = "Read what the records say: roles, unused accounts, drills, keys, contradictions. Is anything missing?"
    review = reviews.add("Safety of the data", question, every_months=6, first_on=day, at=at, by=BY)
    outcome = "The roles fit. The next drill is planned. No key was changed yet: a day for it is set."
    reviews.record(review, outcome, on=day, evidence=evidence.gather(at=at), at=at, by=BY)


def _books(day: dt.date, at: dt.datetime) -> None:
    """Of somebody whose invoice is in the books, the last day follows from the financial year."""
    held = Hold.objects.filter(reason=HoldReason.BOOKKEEPING, closed_on=None).order_by("pk").first()
    if held is not None:
        law, ended_on = held.legal_reference, dt.date(day.year - 1, 12, 31)
        holds.keep_for_bookkeeping(held.contact, ended_on, legal_reference=law, keeps=held.keeps, at=at, by=BY)


def _named(begins: str) -> Recipient:
    return Recipient.objects.get(name__startswith=begins)
