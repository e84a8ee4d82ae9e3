"""Whom a segment's filters find, asked anew each time: the list of contacts, audiences and mailings read it here.

A filter is a name and a value, both from closed lists. This stands on top of the apps, since some need the clocks.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from contacts.models import Basis, Contact, Interest, Organisation, PolicyVersion, Segment, Topic
from contacts.words.vocabulary import Scenario
from retention.forecasts import deletion_forecast

DAYS_AHEAD = (30, 60, 90)

NOBODY = Q(pk__in=[])

type Options = list[tuple[str, Any]]
type Find = Callable[[str, PolicyVersion, dt.date], Q]


class FilterError(ValueError):
    """There is no such filter, or it has no such value; the message says which."""


@dataclass(frozen=True)
class Filter:
    """One way to narrow people: whom a value finds, the values to choose from, and what a value is called.

    A value that is none finds nobody, and is called nothing: what was saved may be gone by now.
    """

    label: Any
    find: Find
    options: Callable[[], Options]
    names: Callable[[Collection[str]], dict[str, str]]


def people(filters: Mapping[str, str], *, policy: PolicyVersion, day: dt.date) -> QuerySet[Contact]:
    """Return everyone who is held whole and whom all of these filters find; without filters, everyone.

    Raises KeyError on a filter that does not exist: whoever takes filters from outside checks them first.
    """
    found: QuerySet[Contact] = Contact.objects.whole()
    for name, value in filters.items():
        found = found.filter(FILTERS[name].find(value, policy, day))
    return found


def checked(filters: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that have a value, in our order. Raises FilterError on what is on none of the lists."""
    given = {name: value for name, value in filters.items() if value}
    if unknown := given.keys() - FILTERS.keys():
        raise FilterError(_("There is no filter of this name: %s.") % ", ".join(sorted(unknown)))
    for name, value in given.items():
        if value not in FILTERS[name].names([value]):
            raise FilterError(_("This is not on record, or not any more: %s.") % FILTERS[name].label)
    return ordered(given)


def ordered(filters: Mapping[str, str]) -> dict[str, str]:
    """Return filters in our order, which the database does not keep."""
    return {name: filters[name] for name in FILTERS if name in filters}


def described(filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each filter in words: what it asks, and for what. A value that is gone is said to be."""
    return described_each([filters])[0]


def described_each(listed: Iterable[Mapping[str, str]]) -> list[list[tuple[str, str]]]:
    """Return the same for each of several, with a query for each kind of filter that has to be looked up."""
    values: dict[str, set[str]] = {name: set() for name in FILTERS}
    for filters in (told := list(listed)):
        for name, value in filters.items():
            values[name].add(value)
    names = {name: FILTERS[name].names(asked) for name, asked in values.items() if asked}
    return [
        [(str(FILTERS[name].label), names[name].get(value, gone())) for name, value in ordered(filters).items()]
        for filters in told
    ]


def in_words(described: Iterable[tuple[str, str]]) -> str:
    """Return what `described` says of filters in one line."""
    return ", ".join(_("%(filter)s %(value)s") % {"filter": label, "value": value} for label, value in described)


def named(segment: Segment) -> str:
    """Return what a segment is called and what it asks for, since it may be its owner's alone."""
    return f"{segment.name} ({in_words(described(segment.filters))})"


def gone() -> str:
    return _("not on record any more")


def _scenario(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(Exists(Basis.objects.filter(contact=OuterRef("pk"), scenario=value)))


def _organisation(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(organisation=value) if value.isdecimal() else NOBODY


def _country(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    return Q(country=value)


def _topic(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    # The planner knows how many are interested in a topic by its key, not by what a join would find.
    topic = Topic.objects.filter(slug=value).values_list("pk", flat=True).first()
    return Q(Exists(Interest.objects.filter(contact=OuterRef("pk"), topic=topic, wanted=True))) if topic else NOBODY


def _due(value: str, policy: PolicyVersion, day: dt.date) -> Q:
    if value not in dict(_ahead()):
        return NOBODY
    return deletion_forecast.by(day + dt.timedelta(days=int(value)), policy=policy, day=day)


def _ahead() -> Options:
    return [(str(days), ngettext("%d day", "%d days", days) % days) for days in DAYS_AHEAD]


def _topics() -> Options:
    return [(topic.slug, topic.named("en")) for topic in Topic.objects.all()]


def _organisations(values: Collection[str]) -> dict[str, str]:
    """Return their names. They are too many to list: the box in the list of contacts asks for what is typed."""
    found = Organisation.objects.filter(pk__in=[value for value in values if value.isdecimal()])
    return {str(pk): name for pk, name in found.values_list("pk", "name")}


def _chosen_from(label: Any, find: Find, options: Callable[[], Options]) -> Filter:
    return Filter(
        label, find, options, lambda values: {value: str(words) for value, words in options() if value in values}
    )


FILTERS: dict[str, Filter] = {
    "scenario": _chosen_from(gettext_lazy("held as"), _scenario, lambda: list(Scenario.choices)),
    "organisation": Filter(gettext_lazy("organisation"), _organisation, list, _organisations),
    "country": _chosen_from(gettext_lazy("country"), _country, lambda: list(countries)),
    "topic": _chosen_from(gettext_lazy("interested in"), _topic, _topics),
    "due": _chosen_from(gettext_lazy("deleted within"), _due, _ahead),
}
