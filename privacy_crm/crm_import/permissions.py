"""What people said about marketing: consents, and objections, which hold for an address whoever is held (P12)."""

from contacts.base import audit
from contacts.outbox import notices
from contacts.words.vocabulary import Channel, NoticeKind, PermissionState, Scenario
from privacy_crm.crm_import import people, stored_only
from privacy_crm.crm_import.columns import ALL_CHANNELS, CONSENTS, OBJECTIONS, File
from privacy_crm.crm_import.merging import LINES, Target, apply, changes, kept, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import
from retention import objections


def _rows(file: File) -> str:
    """Return the rows of a file, once for each channel that they are about."""
    channels = ", ".join(f"('{channel.value}')" for channel in Channel)
    return f"""(
        SELECT entry.*, each.channel AS about
        FROM {file.table} entry
        JOIN (VALUES {channels}) each(channel) ON entry.channel IN (each.channel, '{ALL_CHANNELS}')
        WHERE {ACCEPTED}
    ) entry"""


# The addresses of people whose records were merged, those that they gave up as well: an objection under one holds for
# all of them.
_MERGED = """
    SELECT contact_id, given_up.address_hash FROM contacts_mergedaddress given_up JOIN import_known USING (contact_id)
    UNION
    SELECT contact_id, person.address_hash FROM contacts_mergedaddress JOIN import_known USING (contact_id)
    JOIN contacts_contact person ON person.id = contact_id"""

# Which address an objection holds for, by the one that the list names.
_SAME = f"""(
        SELECT address_hash, address_hash AS theirs FROM {OBJECTIONS.table}
        UNION
        SELECT named.address_hash, each.address_hash
        FROM import_merged named JOIN import_merged each USING (contact_id)
    ) same"""

# Who objects, by the address that the list names.
_OBJECTORS = f"""(
        SELECT address_hash, contact_id FROM {OBJECTIONS.table} JOIN import_known USING (email)
        UNION
        SELECT address_hash, contact_id FROM import_merged
    ) objector USING (address_hash)"""

SUPPRESSIONS = Target(
    name="suppressions",
    table="contacts_suppression",
    keys=["address_hash", "channel"],
    given=f"""
        SELECT theirs AS address_hash, about AS channel, min(objected_on) AS objected_on, {LINES}
        FROM {_rows(OBJECTIONS)} JOIN {_SAME} USING (address_hash) GROUP BY theirs, about""",
    becomes={"since": "COALESCE(LEAST(stored.since, given.objected_on), %(day)s)"},
    fresh={"reason": "'objection'"},
)


def _permissions(file: File, whose: str, state: PermissionState, day: str, *texts: str) -> Target:
    return Target(
        name=file.name,
        table="contacts_channelpermission",
        keys=["contact_id", "channel", "state"],
        given=f"""
            SELECT contact_id, about AS channel, '{state.value}' AS state, {last(day, *texts)}, {LINES}
            FROM {_rows(file)} JOIN {whose} GROUP BY contact_id, about""",
        becomes={"given_on": f"COALESCE(given.{day}, stored.given_on, %(day)s)"} | kept(*texts),
        fresh={name: "''" for name in ("wording", "source") if name not in texts},
    )


OBJECTED = _permissions(OBJECTIONS, _OBJECTORS, PermissionState.OBJECTED, "objected_on", "source")
CONSENTED = _permissions(
    CONSENTS, "import_known USING (email)", PermissionState.CONSENTED, "given_on", "wording", "source"
)


# Of whom the list brings an objection that was not on record with them, and to which channels.
_HEARD = f"""
    SELECT contact_id, string_agg(channel, ',' ORDER BY channel) AS channels
    FROM {OBJECTED.merged} WHERE status = 1 GROUP BY contact_id"""

_OF_THESE = "FROM import_heard JOIN contacts_contact person ON person.id = contact_id WHERE channels = '{channels}'"


def suppress(work: Import) -> None:
    """Write the keyed hashes, before anybody is judged: an export read again is judged as it was the first time."""
    work.keep("import_merged", _MERGED)
    apply(work, SUPPRESSIONS)


def judge(work: Import) -> None:
    work.refuse(CONSENTS, "email", "unknown person", people.UNKNOWN)


def write(work: Import) -> None:
    """Write what the people who are held said, and have those hear of objections who were given their data."""
    apply(work, OBJECTED)
    work.keep("import_heard", _HEARD)
    for channels in next(work.chunks("SELECT DISTINCT channels FROM import_heard"), []):
        these = _OF_THESE.format(channels=channels)
        for contact_ids in work.chunks(f"SELECT contact_id {these}"):
            notices.owe(NoticeKind.OBJECTED, contact_ids, details=channels.split(","), at=work.at)
        audit.record_found("objection.recorded", f"SELECT public_id {these}", at=work.at, by=work.by, rule=channels)
    stored_only.apply(work, CONSENTS, CONSENTED)


def part(work: Import) -> None:
    """Part with the prospects who have said no to everything now; the night does it with the others (P12)."""
    for contact_ids in work.chunks("SELECT contact_id FROM import_heard"):
        done = objections.part_with(
            contact_ids, policy=work.policy, at=work.at, by=work.by, scenarios=[Scenario.PROSPECT]
        )
        work.deleted += done.deleted


def counts_of_objections(work: Import) -> Counts:
    return count(work, OBJECTIONS, outcomes(OBJECTIONS, SUPPRESSIONS), changes(OBJECTED))


def counts_of_consents(work: Import) -> Counts:
    return count(work, CONSENTS, outcomes(CONSENTS, CONSENTED))
