"""Find records that may be one person: by the mailbox that their addresses lead to, or by a like name at one company.

Nothing is merged by itself: a member of staff looks at both (`privacy_crm.merging`), or says that they are two people.
Names are compared in the order of the alphabet, each with its NEIGHBOURS alone, so that a company of 10,000 people
costs 10,000 times that and no more (the sorted neighbourhood of Hernández and Stolfo, 1995).
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from contacts.base import audit, retry
from contacts.base.limits import limits
from contacts.models import Contact, DuplicatePair
from contacts.words.vocabulary import Likeness

NEIGHBOURS = 6
ALIKE = 0.6  # of 1, by the trigrams that two names share

# Google passes over dots as well.
_OF_GOOGLE = ("gmail.com", "googlemail.com")

_PERSON_GONE = "23503"  # foreign key violation


class PairError(ValueError):
    """What was asked for cannot be; the message says why."""


_FIND = """
    WITH person AS MATERIALIZED (
        SELECT id, split_part(email, '@', 1) AS local, split_part(email, '@', 2) AS domain,
            lower(first_name) AS first, lower(last_name) AS last,
            CASE WHEN organisation_id IS NOT NULL THEN organisation_id::text
                 ELSE 'as typed ' || NULLIF(upper(btrim(company)), '') END AS place
        FROM contacts_contact
        WHERE minimised_on IS NULL AND (restricted_through IS NULL OR restricted_through < %(day)s)
    ), mailbox AS (
        SELECT id, position('+' IN local) > 0 OR domain = ANY(%(google)s) AS is_spelled_freely,
            CASE WHEN domain = ANY(%(google)s) THEN replace(split_part(local, '+', 1), '.', '') || '@gmail.com'
                 ELSE split_part(local, '+', 1) || '@' || domain END AS key
        FROM person
    ), by_mailbox AS (
        SELECT id, array_agg(id) OVER next AS ids FROM mailbox
        WHERE key IN (SELECT key FROM mailbox WHERE is_spelled_freely)
        WINDOW next AS (PARTITION BY key ORDER BY id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    ), named AS (
        SELECT id, place, first, last, first || ' ' || last AS name FROM person WHERE place IS NOT NULL AND last <> ''
    ), by_last AS (
        SELECT id, name, array_agg(id) OVER next AS ids, array_agg(name) OVER next AS names FROM named
        WINDOW next AS (
            PARTITION BY place ORDER BY last, first, id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    ), by_first AS (
        SELECT id, name, array_agg(id) OVER next AS ids, array_agg(name) OVER next AS names FROM named
        WINDOW next AS (
            PARTITION BY place ORDER BY first, last, id ROWS BETWEEN 1 FOLLOWING AND %(neighbours)s FOLLOWING)
    ), alike AS (
        SELECT id AS one, unnest(ids) AS other, 'address' AS why FROM by_mailbox
        UNION ALL
        SELECT here.id, there.id, 'name'
        FROM (TABLE by_last UNION ALL TABLE by_first) here, unnest(here.ids, here.names) there (id, name)
        WHERE similarity(here.name, there.name) >= %(alike)s
    ), found AS MATERIALIZED (
        SELECT LEAST(one, other) AS one_id, GREATEST(one, other) AS other_id, min(why) AS why FROM alike GROUP BY 1, 2
    ), over AS (
        DELETE FROM contacts_duplicatepair pair WHERE dismissed_at IS NULL AND why <> 'chosen' AND NOT EXISTS (
            SELECT 1 FROM found WHERE found.one_id = pair.one_id AND found.other_id = pair.other_id)
    )
    INSERT INTO contacts_duplicatepair (one_id, other_id, why, found_on, dismissed_by)
    SELECT one_id, other_id, why, %(day)s, '' FROM found ORDER BY one_id, other_id
    ON CONFLICT (one_id, other_id) DO NOTHING"""


@limits(statement="1h")
def find(*, day: dt.date, at: dt.datetime, by: str) -> int:
    """Write down who may be one person, and return how many pairs are new.

    Whoever was reduced to what a duty names, or is only stored, is not looked at. A pair that somebody dismissed stays
    dismissed, and one whose reason is gone goes, unless somebody named both.
    """
    values: dict[str, Any] = {
        "day": day,
        "google": list(_OF_GOOGLE),
        "neighbours": NEIGHBOURS,
        "alike": ALIKE,
    }

    def whole() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FIND, values)
            number = int(cursor.rowcount)
            audit.record("duplicates.found", at=at, by=by, rule=f"pairs:{number}")
            return number

    return retry.persist(whole, lost={*retry.LOST, _PERSON_GONE})


@transaction.atomic
def choose(contact_id: int, email: str, *, day: dt.date, at: dt.datetime, by: str) -> DuplicatePair:
    """Say that a person may be the one who is held under another address, and return the pair, to be looked at.

    Raises PairError where nobody else is held under it, or either of the two is only stored.
    """
    free = Contact.objects.whole().unrestricted(day)
    others = free.by_typed_address(email).exclude(pk=contact_id)
    people = list(free.filter(pk=contact_id).union(others).order_by("pk").values_list("pk", "public_id"))
    if len(people) < 2:
        raise PairError("Nobody else is on file under this address.")
    (one, _), (other, _) = people
    pair, _ = DuplicatePair.objects.get_or_create(
        one_id=one, other_id=other, defaults={"why": Likeness.CHOSEN, "found_on": day}
    )
    audit.record_each("contact.paired", [public_id for _, public_id in people], at=at, by=by, rule=f"pair:{pair.pk}")
    return pair


def dismiss(pair_id: int, *, at: dt.datetime, by: str) -> None:
    """Say that the two are two people. Raises PairError where somebody has decided already."""
    _decide(DuplicatePair.objects.open(), pair_id, "contact.told_apart", at, by, dismissed_at=at, dismissed_by=by)


def reopen(pair_id: int, *, at: dt.datetime, by: str) -> None:
    """Take that back. Raises PairError where nobody has said so."""
    said = DuplicatePair.objects.exclude(dismissed_at=None)
    _decide(said, pair_id, "contact.told_apart_taken_back", at, by, dismissed_at=None, dismissed_by="")


@transaction.atomic
def _decide(pairs: Any, pair_id: int, code: str, at: dt.datetime, by: str, **decision: Any) -> None:
    if not pairs.filter(pk=pair_id).update(**decision):
        raise PairError("Somebody has decided about these two meanwhile. Load the page again.")
    pair = DuplicatePair.objects.select_related("one", "other").get(pk=pair_id)
    both = [pair.one.public_id, pair.other.public_id]
    audit.record_each(code, both, at=at, by=by, rule=f"pair:{pair_id}")
