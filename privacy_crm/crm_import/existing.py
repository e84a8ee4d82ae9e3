"""What becomes of a field that both a row and the record have: that depends on the mode of the import (L15).

Nobody is changed by another's hand: only the company's own CRM replaces, in its mode `update`. What was put right on
the person's word stays in every mode, blanks among them. Whoever is held for an agreement in force moves to another
organisation or country only where that was asked for: which law protects them hangs on it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg2 import sql

from contacts.words.country_codes import codes
from contacts.words.differences import Stays


class Existing(StrEnum):
    """What an import does with what is held already.

    `update` replaces what a row has another value for, `fill` fills blanks, `skip` passes over the rows about people
    who are held, and leaves the details of organisations as they are.
    """

    UPDATE = "update"
    FILL = "fill"
    SKIP = "skip"


@dataclass(frozen=True)
class Mode:
    """How an import is done: a dry run takes it back; `move` lets an update move people under an agreement.

    `review` is the key of the upload whose differences somebody reviews: a dry run finds them, and only those of them
    that were shown are written.
    """

    dry_run: bool = False
    existing: Existing = Existing.UPDATE
    move: bool = False
    review: int | None = None


_TEXT = sql.SQL("""
    CASE WHEN stored.id IS NULL OR %(existing)s = 'update' THEN COALESCE(given.{name}, stored.{name}, '')
         WHEN %(existing)s = 'fill' THEN COALESCE(NULLIF(stored.{name}, ''), given.{name}, '')
         ELSE stored.{name} END""")

# A country that nobody knows counts as missing, and to fill in what is missing is no move.
_MOVES = {
    "country": sql.SQL("stored.country <> given.country AND stored.country = ANY(%(countries)s)"),
    "organisation_id": sql.SQL("stored.organisation_id <> given.organisation_id"),
}

# They are held as a customer or partner, and their organisation has an agreement in force.
UNDER_AGREEMENT = sql.SQL("""
    EXISTS (
        SELECT 1 FROM contacts_basis basis JOIN contacts_organisation employer ON employer.id = stored.organisation_id
        WHERE basis.contact_id = stored.id AND basis.scenario = ANY(%(agreement_scenarios)s)
            AND (employer.agreement_state = 'open' OR employer.agreements_ended_on > %(day)s)
    )""")

_WHEN = sql.SQL("WHEN {} THEN {}")

_ORGANISATION = sql.SQL("""
    CASE WHEN %(existing)s = 'update' THEN COALESCE(given.organisation_id, stored.organisation_id)
         ELSE COALESCE(stored.organisation_id, given.organisation_id) END""")


def texts(*columns: str) -> dict[str, sql.Composable]:
    """Return what texts of a record become. An empty cell never erases."""
    return {name: _TEXT.format(name=sql.Identifier(name)) for name in columns}


def of_person(*columns: str) -> dict[str, sql.Composable]:
    """Return what texts of a person become, and their organisation."""
    values = texts(*columns) | {"organisation_id": _ORGANISATION}
    return {name: _unless(name, value) for name, value in values.items()}


def reason(column: str) -> sql.Composed:
    """Return the expression of why a field stays that a row says otherwise; where nothing else does, it is the law."""
    whens = [_WHEN.format(condition, sql.Literal(stays.value)) for stays, condition in _stays(column).items()]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), sql.Literal(Stays.OPENS.value))


def facts(mode: Mode) -> dict[str, Any]:
    """Return what the statements above have names for."""
    reviewed = mode.review is not None
    return {
        "existing": mode.existing.value,
        "reasons": (Existing.FILL if reviewed else mode.existing).value,
        "review": mode.review,
        "reviewed": reviewed,
        "move": mode.move,
        "countries": sorted(codes()),
    }


def _unless(column: str, value: sql.Composable) -> sql.Composed:
    conditions = sql.SQL(" OR ").join(sql.SQL("({})").format(condition) for condition in _stays(column).values())
    return sql.SQL("CASE WHEN {} THEN stored.{} ELSE {} END").format(conditions, sql.Identifier(column), value)


def _stays(column: str) -> dict[Stays, sql.Composable]:
    """Return under which conditions a field of a person stays, the cheapest to ask first."""
    word = "company" if column == "organisation_id" else column
    found: dict[Stays, sql.Composable] = {
        Stays.CORRECTED: sql.SQL("{} = ANY(stored.corrected)").format(sql.Literal(word)),
        Stays.FROZEN: sql.SQL("%(reviewed)s AND stored.frozen_through >= %(day)s"),
    }
    if column in _MOVES:
        found[Stays.AGREEMENT] = sql.SQL("NOT %(move)s AND {} AND {}").format(_MOVES[column], UNDER_AGREEMENT)
    if column == "country":
        found[Stays.COUNTRY] = sql.SQL("%(reviewed)s AND {}").format(_MOVES[column])
    return found


# The rows whose person would have moved: their record has another country or organisation than they say, and keeps it.
NOT_MOVED = sql.SQL("""
    SELECT entry.line FROM import_contacts entry
    JOIN merged_people given USING (email)
    JOIN contacts_contact stored ON stored.id = given.stored_id
    LEFT JOIN contacts_organisation named ON named.name = entry.organisation
    WHERE fault IS NULL AND %(existing)s = 'update' AND NOT %(move)s AND {agreement} AND (
        (NOT 'country' = ANY(stored.corrected) AND stored.country <> entry.country
            AND stored.country = ANY(%(countries)s))
        OR (NOT 'company' = ANY(stored.corrected) AND stored.organisation_id <> named.id)
    )
    ORDER BY entry.line""").format(agreement=UNDER_AGREEMENT)
