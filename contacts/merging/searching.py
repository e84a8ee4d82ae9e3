"""Search for records that may be one person: by the mailbox of their addresses, or by a like name at one company.

Nothing is merged by itself: a member of staff looks at both (`privacy_crm.merging`), or says that they are two people.
Names are compared in the order of the alphabet, each with its NEIGHBOURS alone, so that a company of 10,000 people
costs 10,000 times that and no more (the sorted neighbourhood of Hernández and Stolfo, 1995).

Neighbours share a mailbox or a company, and whatever shares one is in one part: a search goes on part by part, and
finds what one statement would.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base import audit, budgets, retry
from contacts.base.budgets import IsOver
from contacts.base.limits import limits
from contacts.models import Contact, DuplicatePair, DuplicateSearch
from contacts.words.vocabulary import Likeness

NEIGHBOURS = 6
ALIKE = 0.6  # of 1, by the trigrams that two names share
PART = 200_000  # people

# Google passes over dots as well.
_OF_GOOGLE = ("gmail.com", "googlemail.com")

_PERSON_GONE = "23503"  # foreign key violation
_HALF = 2**31  # a hash may be negative

_PEOPLE = sql.SQL("""
    SELECT id, split_part(email, '@', 1) AS local, split_part(email, '@', 2) AS domain,
        lower(first_name) AS first, lower(last_name) AS last,
        CASE WHEN organisation_id IS NOT NULL THEN organisation_id::text
             ELSE 'as typed ' || NULLIF(upper(btrim(company)), '') END AS place
    FROM contacts_contact
    WHERE minimised_on IS NULL AND (restricted_through IS NULL OR restricted_through < %(day)s)""")

_BY_MAILBOX = sql.SQL("""
    WITH person AS ({people}), mailbox AS MATERIALIZED (
        SELECT id, position('+' IN local) > 0 OR domain = ANY(%(google)s) AS is_spelled_freely,
            CASE WHEN domain = ANY(%(google)s) THEN replace(split_part(local, '+', 1), '.', '') || '@gmail.com'
                 ELSE split_part(local, '+', 1) || '@' || domain END AS key
        FROM person
    ), here AS MATERIALIZED (
        SELECT * FROM mailbox WHERE mod(hashtext(key)::bigint + %(half)s, %(parts)s) = %(part)s
    ), by_mailbox AS (
        SELECT id, array_agg(id) OVER next AS ids FROM here
        WHERE key IN (SELECT key FROM here WHERE is_spelled_freely)
        WINDOW next AS (PARTITION BY key ORDER BY id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    )
    SELECT id AS one, unnest(ids) AS other FROM by_mailbox""").format(people=_PEOPLE)

_BY_NAME = sql.SQL("""
    WITH person AS ({people}), named AS MATERIALIZED (
        SELECT id, place, first, last, first || ' ' || last AS name FROM person
        WHERE place IS NOT NULL AND last <> '' AND mod(hashtext(place)::bigint + %(half)s, %(parts)s) = %(part)s
    ), by_last AS (
        SELECT id, name, array_agg(id) OVER next AS ids, array_agg(name) OVER next AS names FROM named
        WINDOW next AS (
            PARTITION BY place ORDER BY last, first, id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    ), by_first AS (
        SELECT id, name, array_agg(id) OVER next AS ids, array_agg(name) OVER next AS names FROM named
        WINDOW next AS (
            PARTITION BY place ORDER BY first, last, id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    )
    SELECT here.id AS one, there.id AS other
    FROM (TABLE by_last UNION ALL TABLE by_first) here, unnest(here.ids, here.names) there (id, name)
    WHERE similarity(here.name, there.name) >= %(alike)s""").format(people=_PEOPLE)

# In this order: of a pair that both find, the first is why.
_RULES = ((Likeness.ADDRESS, _BY_MAILBOX), (Likeness.NAME, _BY_NAME))

# What was there already has `xmax`, the number of the transaction that marks it.
_NOTE = sql.SQL("""
    WITH alike AS ({alike}), found AS (
        SELECT DISTINCT LEAST(one, other) AS one_id, GREATEST(one, other) AS other_id FROM alike
    ), noted AS (
        INSERT INTO contacts_duplicatepair (one_id, other_id, why, found_on, seen_in, dismissed_by)
        SELECT one_id, other_id, %(why)s, %(day)s, %(search)s, '' FROM found ORDER BY one_id, other_id
        ON CONFLICT (one_id, other_id) DO UPDATE SET seen_in = excluded.seen_in
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FROM noted WHERE is_new""")


def begin(*, at: dt.datetime, by: str, part: int = PART) -> None:
    """Begin a search, in parts of about so many people. Where one is under way, it goes on instead."""
    parts = max(1, -(-Contact.objects.count() // part))
    DuplicateSearch.objects.get_or_create(only=True, defaults={"began_at": at, "by": by, "parts": parts})


@limits(statement="1h")
def go_on(*, day: dt.date, at: dt.datetime, is_over: IsOver = budgets.endless) -> bool:
    """Search part by part, one at least, and return whether somebody has to go on, since `is_over` said so.

    Whoever was reduced to what a duty names, or is only stored, is not looked at. A pair that somebody dismissed stays
    dismissed. One whose reason is gone goes when all is searched, unless somebody named both.
    """
    part = partial(_search_part, day, at)
    while retry.persist(part, lost={*retry.LOST, _PERSON_GONE}):
        if is_over():
            return True
    return False


@transaction.atomic
def _search_part(day: dt.date, at: dt.datetime) -> bool:
    """Search the next part, and return whether there is another. A second worker, beside the first, does nothing."""
    search = DuplicateSearch.objects.select_for_update(skip_locked=True).first()
    if search is None:
        return False
    rule, part = divmod(search.done, search.parts)
    search.found += _note(search, *_RULES[rule], part, day)
    search.done += 1
    if search.done == len(_RULES) * search.parts:
        _end(search, at)
        return False
    search.save(update_fields=["done", "found"])
    return True


def _note(search: DuplicateSearch, why: Likeness, rule: sql.Composable, part: int, day: dt.date) -> int:
    """Write down whom a rule finds in a part, and return how many pairs are new."""
    values: dict[str, Any] = {
        "day": day,
        "google": list(_OF_GOOGLE),
        "neighbours": NEIGHBOURS,
        "alike": ALIKE,
        "why": why.value,
        "search": search.pk,
        "part": part,
        "parts": search.parts,
        "half": _HALF,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(alike=rule), values)
        (number,) = cursor.fetchone()
    return int(number)


def _end(search: DuplicateSearch, at: dt.datetime) -> None:
    """Only now is it known who is not found any more."""
    DuplicatePair.objects.open().exclude(why=Likeness.CHOSEN).exclude(seen_in=search.pk).delete()
    audit.record("duplicates.found", at=at, by=search.by, rule=f"pairs:{search.found}")
    search.delete()
