"""Would another country or organisation open a channel on which the law now asks for consent? (L15)

Whose law holds hangs on the country, the organisation and its agreements, and the address. What the person said, yes or
no, is left out: it stays, whatever becomes of these. A blank that is filled is no change.

The law is asked as `permission` asks it, of the same people at another place: under the name of their table, a
statement has them as they would be.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product, starmap
from typing import Any

from django.db import connection
from django.db.models import Case, Q, Value, When
from psycopg2 import sql

from contacts.base.queries import composed
from contacts.models import Contact
from contacts.permission import consent_law
from contacts.permission.consent_law import laws
from contacts.permission.customers import is_customer, with_open_agreement
from contacts.words.country_codes import codes
from contacts.words.vocabulary import Channel

type Values = dict[str, Any]

NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Place:
    """Where somebody works, as far as the law of marketing asks."""

    country: str
    organisation_id: int | None


_PLACED = sql.SQL("WITH contacts_contact AS ({people}) {asked}")

# One of each kind of organisation that the law tells apart: a company or none, with an open customer agreement or none.
_KINDS = (-1, -2, -3, -4)

# People and organisations as they would be: the tables' names have them for one statement.
_SUPPOSED = sql.SQL("""
    WITH contacts_contact AS (
        SELECT %(contact)s::bigint AS id, %(email)s::varchar AS email, country, organisation_id
        FROM unnest(%(countries)s::varchar[], %(organisations)s::bigint[]) AS place (country, organisation_id)),
    contacts_organisation AS NOT MATERIALIZED (
        SELECT id, legal_form FROM contacts_organisation
        UNION ALL VALUES (-1, 'company'), (-2, ''), (-3, 'company'), (-4, '')),
    contacts_agreement AS NOT MATERIALIZED (
        SELECT organisation_id, kind, started_on, ended_on FROM contacts_agreement
        UNION ALL VALUES (-3, 'customer', NULL::date, NULL::date), (-4, 'customer', NULL, NULL))
    {asked}""")

# What was emptied on the person's word is no blank.
_NOW = sql.SQL("""
    SELECT person.id, person.email, COALESCE(person.organisation_id, place.organisation_id) AS organisation_id,
        CASE WHEN person.country = ANY(%(countries)s) OR 'country' = ANY(person.corrected)
            THEN person.country ELSE place.country END AS country
    FROM contacts_contact person JOIN ({places}) place ON place.contact_id = person.id""")

_THEN = sql.SQL("""
    SELECT person.id, person.email, place.country, place.organisation_id
    FROM contacts_contact person JOIN ({places}) place ON place.contact_id = person.id""")

_OPENED = sql.SQL("""
    SELECT now.contact_id FROM ({now}) now (contact_id, {channels})
    JOIN ({placed}) placed (contact_id, {channels}) USING (contact_id) WHERE {opened}""")
_OPENS = sql.SQL("(now.{channel} AND NOT placed.{channel})")


def opened(places: sql.Composable, *, day: dt.date, customers: Q = NOBODY) -> tuple[sql.Composed, Values]:
    """Return the query, with its values, for those of people to whom a place would open a channel: contact_id.

    `places` is a query for contact_id, country and organisation_id. `customers` tells who will be held as a customer
    besides those who are: by the place, that may open a channel, too.
    """
    asked, values = _asked(day, customers, "pk")
    now, placed = (_PLACED.format(people=each.format(places=places), asked=asked) for each in (_NOW, _THEN))
    query = _OPENED.format(
        now=now,
        placed=placed,
        channels=sql.SQL(", ").join(map(sql.Identifier, Channel.values)),
        opened=sql.SQL(" OR ").join(_OPENS.format(channel=sql.Identifier(channel)) for channel in Channel.values),
    )
    return query, values | {"countries": sorted(codes())}


def opens(person: Contact, place: Place, *, day: dt.date) -> bool:
    """Tell whether a place would open a channel to a person."""
    now = filled(person, place)
    told = asked(person, {now, place}, day=day)
    return bool(told[now] - told[place])


def may_be(place: Place, *, day: dt.date) -> Iterator[Place]:
    """Yield what a place may turn out to be where it has blanks: one of each country's law and kind of organisation."""
    countries = [place.country] if place.country in codes() else ["", *consent_law.countries(laws(day))]
    organisations = (place.organisation_id,) if place.organisation_id else (None, *_KINDS)
    yield from starmap(Place, product(countries, organisations))


def filled(person: Contact, place: Place) -> Place:
    """Return where a person works, with the blanks filled from another place."""
    known = person.country in codes() or "country" in person.corrected
    return Place(person.country if known else place.country, person.organisation_id or place.organisation_id)


def asked(
    person: Contact, places: Collection[Place], *, day: dt.date, email: str | None = None, customers: Q = NOBODY
) -> dict[Place, frozenset[Channel]]:
    """Return on which channels the law would ask for the consent of a person at each place, under their own address."""
    query, values = _asked(day, customers, "country", "organisation_id")
    values |= {"contact": person.pk, "email": email or person.email}
    values |= {"countries": [place.country for place in places]}
    values |= {"organisations": [place.organisation_id for place in places]}
    with connection.cursor() as cursor:
        cursor.execute(_SUPPOSED.format(asked=query), values)
        return {Place(country, organisation): _those(told) for country, organisation, *told in cursor.fetchall()}


def _those(told: Iterable[bool]) -> frozenset[Channel]:
    return frozenset(channel for channel, asks in zip(Channel, told, strict=True) if asks)


def _asked(day: dt.date, customers: Q, *keys: str) -> tuple[sql.SQL, Values]:
    in_force, held = laws(day), is_customer(day) | (customers & with_open_agreement(day))
    answers = {
        f"asked_{channel}": Case(When(in_force[channel].asks(held), then=Value(True)), default=Value(False))
        for channel in Channel
    }
    people = Contact.objects.order_by().annotate(**answers)
    return composed(people.values_list(*keys, *answers))
