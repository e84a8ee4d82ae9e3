"""Mailings under way: those whose time has come begin, and each sends what its rate lets it send in a minute.

This stands on top, since a mailing goes to a segment, and segments may ask any app.
"""

import datetime as dt
from functools import partial

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

    One of which somebody holds something waits for the next tick, and no other with it. The caller limits how long it
    is waited for.
    """
    held.passed_over("mailings", partial(sending.tidy, at=at))
    for mailing in Mailing.objects.startable(at).select_related("segment"):
        held.passed_over("mailings", partial(_start, mailing, policy, at))
    under_way = list(Mailing.objects.under_way())
    released = [partial(sending.release, mailing, policy=policy, at=at) for mailing in under_way]
    return sum(held.passed_over("mailings", release) or 0 for release in released)


def _start(mailing: Mailing, policy: PolicyVersion, at: dt.datetime) -> None:
    sending.start(mailing, people(mailing, policy, at), policy=policy, at=at)


def preview(mailing: Mailing, *, policy: PolicyVersion, at: dt.datetime) -> Ahead:
    """Return whom a mailing would reach now. Raises DisclosureError where the register lets it reach nobody."""
    return mailing_people.preview(mailing, people(mailing, policy, at), policy=policy, at=at)


def people(mailing: Mailing, policy: PolicyVersion, at: dt.datetime) -> QuerySet[Contact]:
    """Return whom the segment of a mailing finds, before anybody is asked whether they may be written to."""
    filters = mailing.segment.filters if mailing.segment else {}
    return segments.people(filters, policy=policy, day=day_of(at, policy.zone))
