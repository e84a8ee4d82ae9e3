"""Mailings under way: those whose time has come begin, and each sends what its rate lets it send in a minute.

This stands on top, since a mailing goes to a segment, and segments may ask any app.
"""

import datetime as dt
from collections.abc import Callable

from django.db.models import QuerySet

from contacts.base import held
from contacts.base.days import day_of
from contacts.mailings import people as mailing_people
from contacts.mailings import sending
from contacts.mailings.people import Ahead
from contacts.models import Contact, Mailing, PolicyVersion
from privacy_crm import segments


def tick(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Do for all mailings what a minute asks for, and return how many mails are owed now.

    One of which somebody holds something waits for the next tick, and no other with it.
    """

    def start(mailing: Mailing) -> None:
        sending.start(mailing, people(mailing, policy, at), policy=policy, at=at)

    def release(mailing: Mailing) -> None:
        owed.append(sending.release(mailing, policy=policy, at=at))

    owed: list[int] = []
    held.sweep("mailings tidied", [[at]], lambda _: sending.tidy(at=at))
    _each("mailings begun", Mailing.objects.startable(at).select_related("segment"), start)
    _each("mailings released", Mailing.objects.under_way(), release)
    return sum(owed)


def _each(what: str, mailings: QuerySet[Mailing], act: Callable[[Mailing], None]) -> None:
    held.sweep(what, ([mailing] for mailing in list(mailings)), lambda one: act(one[0]))


def preview(mailing: Mailing, *, policy: PolicyVersion, at: dt.datetime) -> Ahead:
    """Return whom a mailing would reach now. Raises DisclosureError where the register lets it reach nobody."""
    return mailing_people.preview(mailing, people(mailing, policy, at), policy=policy, at=at)


def people(mailing: Mailing, policy: PolicyVersion, at: dt.datetime) -> QuerySet[Contact]:
    """Return whom the segment of a mailing finds, before anybody is asked whether they may be written to."""
    filters = mailing.segment.filters if mailing.segment else {}
    return segments.people(filters, policy=policy, day=day_of(at, policy.zone))
