"""Hold back the moves that would open a channel: no list stands for the person's word on where they work (L15, P11).

Of country and organisation no more stays than has to: the country alone, else the organisation alone, else both.
"""

from django.db.models import Q
from django.db.models.expressions import RawSQL
from psycopg2 import sql

from contacts.permission import loosening
from privacy_crm.crm_import.merging import Target
from privacy_crm.crm_import.staging import Import

_COLUMNS = ("country", "organisation_id")

_MOVING, _OPENING, _STAYING = map(sql.Identifier, ("import_moving", "import_opening", "import_staying"))
_WITH_COUNTRY, _WITH_ORGANISATION = map(sql.Identifier, ("import_with_country", "import_with_organisation"))

_FOUND = sql.SQL("""
    SELECT stored_id AS contact_id, merged.country, merged.organisation_id,
        stored.country AS here, stored.organisation_id AS employer
    FROM {merged} merged JOIN contacts_contact stored ON stored.id = stored_id
    WHERE status = 2 AND ({country} OR {organisation})""")

_PLACES = sql.SQL("SELECT contact_id, {country} AS country, {organisation} AS organisation_id FROM {moving}")
_MAY_NOT = sql.SQL(" WHERE contact_id IN (SELECT contact_id FROM {})").format(_OPENING)

# Which rows make somebody a customer is written later; with an agreement that may open a channel as well.
_CUSTOMERS = RawSQL(
    "SELECT contact_id FROM import_contacts JOIN import_known USING (email)"
    " WHERE fault IS NULL AND scenario = 'customer'",
    (),
)

_STAYS = sql.SQL("""
    SELECT contact_id, NOT the_country_not_enough OR the_organisation_not_enough AS country,
        the_country_not_enough AS organisation_id
    FROM (
        SELECT contact_id, contact_id IN (SELECT contact_id FROM {with_country}) AS the_country_not_enough,
            contact_id IN (SELECT contact_id FROM {with_organisation}) AS the_organisation_not_enough
        FROM (SELECT DISTINCT contact_id FROM {opening}) opening
    ) tried""").format(with_country=_WITH_COUNTRY, with_organisation=_WITH_ORGANISATION, opening=_OPENING)

_AS_STORED = sql.SQL("""
    UPDATE {merged} merged SET {column} = stored.{column}, {moved} = FALSE
    FROM {staying} staying JOIN contacts_contact stored ON stored.id = staying.contact_id
    WHERE merged.stored_id = staying.contact_id AND staying.{column}""")

_AS_IT_WAS = sql.SQL("UPDATE {} SET status = 3 WHERE status = 2 AND NOT TRUE = ANY(moved)")

_LINES = sql.SQL("""
    SELECT entry.line FROM import_contacts entry
    JOIN {merged} merged USING (email)
    JOIN {staying} staying ON staying.contact_id = merged.stored_id
    JOIN contacts_contact stored ON stored.id = staying.contact_id
    LEFT JOIN contacts_organisation named ON named.name = entry.organisation
    WHERE fault IS NULL AND (
        (staying.country AND stored.country <> entry.country)
        OR (staying.organisation_id AND stored.organisation_id <> named.id)
    )
    ORDER BY entry.line""")


def hold_back(work: Import, target: Target) -> None:
    """Have the people stay where the law protects them, and note the lines of the rows that say otherwise.

    Call it before `target`, the people, is written.
    """
    moved = {column: target.moved(column) for column in _COLUMNS}
    moving = _FOUND.format(merged=target.merged, country=moved["country"], organisation=moved["organisation_id"])
    work.keep(_MOVING, moving)
    _opened(work, _OPENING, _places("country", "organisation_id"))
    _opened(work, _WITH_COUNTRY, _places("here", "organisation_id") + _MAY_NOT)
    _opened(work, _WITH_ORGANISATION, _places("country", "employer") + _MAY_NOT)
    work.keep(_STAYING, _STAYS)
    for column in _COLUMNS:
        names = {"merged": target.merged, "staying": _STAYING, "moved": moved[column]}
        work.do(_AS_STORED.format(column=sql.Identifier(column), **names))
    work.do(_AS_IT_WAS.format(target.merged))
    lines = work.chunks(_LINES.format(merged=target.merged, staying=_STAYING))
    work.unconfirmed = [line for chunk in lines for line in chunk]


def _places(country: str, organisation: str) -> sql.Composed:
    named = {"country": sql.Identifier(country), "organisation": sql.Identifier(organisation)}
    return _PLACES.format(moving=_MOVING, **named)


def _opened(work: Import, table: sql.Identifier, places: sql.Composed) -> None:
    """Put into a table to whom these places would open a channel, as what they are held for now, or as customers."""
    query, values = loosening.opened(places, day=work.facts["day"])
    work.keep(table, query, **values)
    query, values = loosening.opened(places, day=work.facts["day"], customers=Q(pk__in=_CUSTOMERS))
    work.do(sql.SQL("INSERT INTO {} {}").format(table, query), **values)
