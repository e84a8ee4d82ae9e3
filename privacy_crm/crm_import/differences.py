"""Where rows and records say different things, field by field: found by what the import writes, before it does (L15).

What somebody reviewed is what is written. What they left out of the update stays, and so does a difference that came up
after they looked, since the record has changed; one that is gone needs nothing.
"""

from typing import Any

from psycopg2 import sql

from contacts.words.differences import ListField, Stays
from privacy_crm.crm_import.existing import reason
from privacy_crm.crm_import.merging import Target
from privacy_crm.crm_import.staging import Import

TABLE = sql.Identifier("import_differences")

# Whoever's details are only stored is for the officer's eyes, and is not changed.
_FOUND = sql.SQL("""
    SELECT stored.id AS contact_id, said.detail, said.old, said.new, said.reason
    FROM ({given}) given
    JOIN contacts_contact stored ON {match}
    JOIN {merged} merged ON merged.stored_id = stored.id
    LEFT JOIN contacts_organisation here ON here.id = stored.organisation_id
    LEFT JOIN contacts_organisation there ON there.id = given.organisation_id
    CROSS JOIN LATERAL (VALUES {fields}) said (detail, old, new, reason)
    WHERE said.new <> '' AND said.old <> said.new AND COALESCE(stored.restricted_through < %(day)s, TRUE)""")

_FIELD = sql.SQL("({detail}, COALESCE({old}, ''), {new}, CASE WHEN {moved} THEN '' ELSE {reason} END)")

_WAS_SHOWN = sql.SQL("""
    EXISTS (
        SELECT 1 FROM contacts_uploadeddifference shown
        WHERE shown.upload_id = %(review)s AND shown.contact_id = found.contact_id AND shown.detail = found.detail
            AND {how}
    )""")
_TO_CHANGE = _WAS_SHOWN.format(how=sql.SQL("shown.reason = ''"))
_AS_IT_IS = _WAS_SHOWN.format(how=sql.SQL("shown.reason = '' AND shown.old = found.old AND shown.new = found.new"))
_LEFT = _WAS_SHOWN.format(how=sql.SQL("shown.reason = {}").format(sql.Literal(Stays.LEFT.value)))

_WITHHOLD = sql.SQL("""
    UPDATE {table} found SET reason = CASE WHEN {left_out} THEN {left} ELSE {since} END
    WHERE reason = '' AND NOT {as_it_is}""").format(
    table=TABLE,
    left_out=_LEFT,
    left=sql.Literal(Stays.LEFT.value),
    since=sql.Literal(Stays.SINCE.value),
    as_it_is=_AS_IT_IS,
)

_STAY = sql.SQL("""
    UPDATE {merged} merged SET {column} = stored.{column}, {moved} = FALSE
    FROM {table} found JOIN contacts_contact stored ON stored.id = found.contact_id
    WHERE found.reason IN ({left}, {since}) AND found.detail = {detail} AND merged.stored_id = found.contact_id""")

_AS_IT_WAS = sql.SQL("UPDATE {} SET status = 3 WHERE status = 2 AND NOT TRUE = ANY(moved)")

_COUNTED = sql.SQL("""
    SELECT reason, count(*) FROM {} found JOIN contacts_contact contact ON contact.id = contact_id
    GROUP BY reason ORDER BY reason""").format(TABLE)

# Those of which nobody was shown anything.
_UNSHOWN = sql.SQL("SELECT count(*) FROM {} found WHERE reason = {} AND NOT {}").format(
    TABLE, sql.Literal(Stays.SINCE.value), _TO_CHANGE
)


def review(work: Import, target: Target) -> None:
    """Note each difference of a list that is reviewed; when it is written, leave out what nobody has seen or wants."""
    if work.mode.review is None:
        return
    fields = sql.SQL(", ").join(_field(field, target) for field in ListField)
    work.keep(TABLE, _FOUND.format(given=target.given, match=target.match, merged=target.merged, fields=fields))
    if not work.mode.dry_run and work.do(_WITHHOLD):
        _leave_out(work, target)


def numbers(work: Import) -> dict[str, Any]:
    """Count the differences that are written, and by reason those that stay; of people who go with the list, none.

    `unshown` are those that came up since, where the preview had none of the kind.
    """
    if work.mode.review is None:
        return {}
    work.do(_COUNTED)
    stays: dict[str, int] = dict(work.cursor.fetchall())
    counted = {"differences": stays.pop("", 0), "stays": stays}
    if work.mode.dry_run:
        return counted
    work.do(_UNSHOWN)
    (unshown,) = work.cursor.fetchone() or (0,)
    return counted | {"unshown": unshown}


def _field(field: ListField, target: Target) -> sql.Composed:
    organisation = field is ListField.ORGANISATION
    old, new = ("here.name", "there.name") if organisation else (f"stored.{field}", f"given.{field}")
    return _FIELD.format(
        detail=sql.Literal(field.value),
        old=sql.Identifier(*old.split(".")),
        new=sql.Identifier(*new.split(".")),
        moved=target.moved(field.column),
        reason=reason(field.column),
    )


def _leave_out(work: Import, target: Target) -> None:
    """Have the records keep what is not to change."""
    reasons = {"left": sql.Literal(Stays.LEFT.value), "since": sql.Literal(Stays.SINCE.value)}
    for field in ListField:
        names = {"merged": target.merged, "table": TABLE, "moved": target.moved(field.column)}
        column, detail = sql.Identifier(field.column), sql.Literal(field.value)
        work.do(_STAY.format(column=column, detail=detail, **names, **reasons))
    work.do(_AS_IT_WAS.format(target.merged))
