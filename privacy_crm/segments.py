"""Whom a segment's filters find, asked anew each time: the list of contacts, audiences and mailings read it here.

A filter is a name and a value, both from closed lists. This stands on top of the apps, since some need the clocks.
"""

import datetime as dt
from collections.abc import Callable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.models import Basis, Contact, Interest, PolicyVersion

type Filter = Callable[[str, PolicyVersion, dt.date], Q]


def _scenario(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(Exists(Basis.objects.filter(contact=OuterRef("pk"), scenario=value)))


def _organisation(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(organisation=value)


def _country(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(country=value)


def _topic(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(Exists(Interest.objects.filter(contact=OuterRef("pk"), topic__slug=value, wanted=True)))


FILTERS: dict[str, Filter] = {
    "scenario": _scenario,
    "organisation": _organisation,
    "country": _country,
    "topic": _topic,
}


def people(filters: Mapping[str, str], *, policy: PolicyVersion, day: dt.date) -> QuerySet[Contact]:
    """Return everyone who is held whole and whom all of these filters find; without filters, everyone.

    Raises KeyError on a filter that does not exist: whoever takes filters from outside checks them first.
    """
    found: QuerySet[Contact] = Contact.objects.whole()
    for name, value in filters.items():
        found = found.filter(FILTERS[name](value, policy, day))
    return found
