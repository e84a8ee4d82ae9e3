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
    """How an import is done: a dry run takes it back; `move` lets an update move people under an agreement."""

    dry_run: bool = False
    existing: Existing = Existing.UPDATE
    move: bool = False


_TEXT = sql.SQL("""
    CASE WHEN stored.id IS NULL OR %(existing)s = 'update' THEN COALESCE(given.{name}, stored.{name}, '')
         WHEN %(existing)s = 'fill' THEN COALESCE(NULLIF(stored.{name}, ''), given.{name}, '')
         ELSE stored.{name} END""")

_RIGHT = sql.SQL("CASE WHEN {word} = ANY(stored.corrected) THEN stored.{name} ELSE {value} END")

# A country that nobody knows counts as missing, and to fill in what is missing is no move.
_MOVES = {
    "country": sql.SQL("stored.country <> given.country AND stored.country = ANY(%(countries)s)"),
    "organisation_id": sql.SQL("stored.organisation_id <> given.organisation_id"),
}

# Held as a customer or partner of an organisation with an agreement in force.
_UNDER_AGREEMENT = sql.SQL("""
    EXISTS (
        SELECT 1 FROM contacts_basis basis JOIN contacts_organisation employer ON employer.id = stored.organisation_id
        WHERE basis.contact_id = stored.id AND basis.scenario = ANY(%(agreement_scenarios)s)
            AND (employer.agreement_state = 'open' OR employer.agreements_ended_on > %(day)s)
    )""")

_STAYS = sql.SQL("CASE WHEN NOT %(move)s AND {moves} AND {agreement} THEN stored.{name} ELSE {value} END")

_ORGANISATION = sql.SQL("""
    CASE WHEN %(existing)s = 'update' THEN COALESCE(given.organisation_id, stored.organisation_id)
         ELSE COALESCE(stored.organisation_id, given.organisation_id) END""")


def texts(*columns: str) -> dict[str, sql.Composable]:
    """Return what texts of a record become. An empty cell never erases."""
    return {name: _TEXT.format(name=sql.Identifier(name)) for name in columns}


def of_person(*columns: str) -> dict[str, sql.Composable]:
    """Return what texts of a person become, and their organisation."""
    values = texts(*columns)
    values["country"] = _stays("country", values["country"])
    found: dict[str, sql.Composable] = {name: _right(name, name, value) for name, value in values.items()}
    return found | {"organisation_id": _right("company", "organisation_id", _stays("organisation_id", _ORGANISATION))}


def facts(mode: Mode) -> dict[str, Any]:
    """Return what the statements above have names for."""
    return {"existing": mode.existing.value, "move": mode.move, "countries": sorted(codes())}


def _right(word: str, name: str, value: sql.Composable) -> sql.Composed:
    return _RIGHT.format(word=sql.Literal(word), name=sql.Identifier(name), value=value)


def _stays(name: str, value: sql.Composable) -> sql.Composed:
    return _STAYS.format(moves=_MOVES[name], agreement=_UNDER_AGREEMENT, name=sql.Identifier(name), value=value)


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
    ORDER BY entry.line""").format(agreement=_UNDER_AGREEMENT)
