"""Mailings under way: those whose time has come begin, and each sends what its rate lets it send in a minute.

This stands on top, since a mailing goes to a segment, and segments may ask any app.
"""

import datetime as dt

from django.db.models import QuerySet

from contacts.base.days import day_of
from contacts.mailings import people as mailing_people
from contacts.mailings import sending
from contacts.mailings.people import Ahead
from contacts.models import Contact, Mailing, PolicyVersion
from privacy_crm import segments


def tick(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Do for all mailings what a minute asks for, and return how many mails are owed now."""
    sending.tidy(at=at)
    for mailing in Mailing.objects.startable(at).select_related("segment"):
        sending.start(mailing, people(mailing, policy, at), policy=policy, at=at)
    return sum(sending.release(mailing, policy=policy, at=at) for mailing in Mailing.objects.under_way())


def preview(mailing: Mailing, *, policy: PolicyVersion, at: dt.datetime) -> Ahead:
    """Return whom a mailing would reach now. Raises DisclosureError where the register lets it reach nobody."""
    return mailing_people.preview(mailing, people(mailing, policy, at), policy=policy, at=at)


def people(mailing: Mailing, policy: PolicyVersion, at: dt.datetime) -> QuerySet[Contact]:
    """Return whom the segment of a mailing finds, before anybody is asked whether they may be written to."""
    filters = mailing.segment.filters if mailing.segment else {}
    return segments.people(filters, policy=policy, day=day_of(at, policy.zone))
