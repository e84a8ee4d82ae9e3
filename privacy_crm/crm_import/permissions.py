"""What people said about marketing: consents, and objections, which hold for an address whoever is held (P12)."""

from psycopg2 import sql

from contacts.base import audit
from contacts.journal import writing
from contacts.outbox import notices
from contacts.people import consent_records
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Channel, ConsentMethod, NoticeKind, Scenario
from privacy_crm.crm_import import people, stored_only
from privacy_crm.crm_import.columns import ALL_CHANNELS, CONSENTS, OBJECTIONS, File
from privacy_crm.crm_import.merging import LINES, Target, apply, changes, kept, last, named, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import
from retention.lapses import objections

_ROWS = sql.SQL("""(
        SELECT entry.*, each.channel AS about
        FROM {rows} entry
        JOIN (VALUES {channels}) each(channel) ON entry.channel IN (each.channel, {all_channels})
        WHERE fault IS NULL
    ) entry""")


def _rows(file: File) -> sql.Composed:
    """Return the rows of a file, once for each channel that they are about."""
    channels = sql.SQL(", ").join(sql.SQL("({})").format(sql.Literal(channel)) for channel in Channel)
    return _ROWS.format(rows=file.table, channels=channels, all_channels=sql.Literal(ALL_CHANNELS))


# The addresses of people whose records were merged, those that they gave up as well: an objection under one holds for
# all of them.
_MERGED = sql.SQL("""
    SELECT contact_id, given_up.address_hash, given_up.mailbox_hash
    FROM contacts_mergedaddress given_up JOIN import_known USING (contact_id)
    UNION
    SELECT contact_id, person.address_hash, person.mailbox_hash
    FROM contacts_mergedaddress JOIN import_known USING (contact_id)
    JOIN contacts_contact person ON person.id = contact_id""")

# Whose they are, by the address that the list names or its mailbox (L16).
_HEIRS = sql.SQL("""
    SELECT objection.address_hash, contact_id FROM import_objections objection JOIN import_merged USING (address_hash)
    UNION
    SELECT objection.address_hash, contact_id FROM import_objections objection JOIN import_merged USING (mailbox_hash)
    """)

# Which address an objection holds for, by the one that the list names.
_SAME = sql.SQL("""(
        SELECT address_hash, address_hash AS theirs, mailbox_hash AS their_mailbox FROM import_objections
        UNION
        SELECT heir.address_hash, each.address_hash, each.mailbox_hash
        FROM import_heirs heir JOIN import_merged each USING (contact_id)
    ) same""")

# Who objects, by the address that the list names.
_OBJECTORS = sql.SQL("""(
        SELECT address_hash, contact_id FROM import_objections JOIN import_known USING (email)
        UNION
        SELECT objection.address_hash, contact_id FROM import_objections objection
        JOIN contacts_contact person USING (mailbox_hash) JOIN import_known ON contact_id = person.id
        UNION
        SELECT address_hash, contact_id FROM import_heirs
    ) objector USING (address_hash)""")

SUPPRESSIONS = Target(
    name="suppressions",
    table="contacts_suppression",
    keys=["address_hash", "channel"],
    given=sql.SQL("""
        SELECT theirs AS address_hash, min(their_mailbox) AS mailbox_hash, about AS channel,
            min(objected_on) AS objected_on, {lines}
        FROM {rows} JOIN {same} USING (address_hash)
        GROUP BY theirs, about""").format(rows=_rows(OBJECTIONS), same=_SAME, lines=LINES),
    becomes={
        "since": sql.SQL("COALESCE(LEAST(stored.since, given.objected_on), %(day)s)"),
        "mailbox_hash": sql.SQL("""
            CASE WHEN stored.mailbox_hash <> stored.address_hash THEN stored.mailbox_hash
                 ELSE given.mailbox_hash END"""),
    },
    fresh={"reason": sql.Literal("objection")},
)


_LATER = sql.SQL("CASE WHEN stored.given_on > given.given_on THEN stored.{name} ELSE given.{name} END")

OBJECTED = Target(
    name=OBJECTIONS.name,
    table="contacts_channelpermission",
    keys=["contact_id", "channel", "state"],
    given=sql.SQL("""
        SELECT contact_id, about AS channel, 'objected' AS state, {last}, {lines}
        FROM {rows} JOIN {objectors} GROUP BY contact_id, about""").format(
        last=last("objected_on", "source"), lines=LINES, rows=_rows(OBJECTIONS), objectors=_OBJECTORS
    ),
    becomes={
        "given_on": sql.SQL("COALESCE(given.objected_on, stored.given_on, %(day)s)"),
        **kept("source"),
    },
    fresh={"wording": sql.Literal("")},
)

# What the ledger has of them; the day where the list names it.
_STOPPED = sql.SQL("""
    SELECT contact_id, channel, source, CASE WHEN dated THEN given_on END AS said_on
    FROM merged_objections LEFT JOIN (
        SELECT heard.contact_id, heard.channel, bool_or(entry.objected_on IS NOT NULL) AS dated
        FROM merged_objections heard CROSS JOIN LATERAL unnest(lines) AS mentioned(line)
        JOIN {rows} entry ON entry.line = mentioned.line GROUP BY heard.contact_id, heard.channel
    ) named USING (contact_id, channel)
    WHERE status < 3""").format(rows=OBJECTIONS.table)

_OBJECTED_NOW = sql.SQL("SELECT contact_id FROM merged_objections WHERE status < 3")

# Each consent is a record of its own, which another adds to and never replaces.
RECORDED = Target(
    name=CONSENTS.name,
    table="contacts_consentrecord",
    keys=["contact_id", "channel", "state", "said_on", "wording", "source"],
    given=sql.SQL("""
        SELECT contact_id, about AS channel, 'given' AS state, given_on AS said_on, wording, source, {lines}
        FROM {rows} JOIN import_known USING (email) GROUP BY contact_id, about, given_on, wording, source""").format(
        rows=_rows(CONSENTS), lines=LINES
    ),
    fresh={
        "public_id": sql.SQL("gen_random_uuid()"),
        "method": sql.Literal(ConsentMethod.IMPORT.value),
        "controller": sql.SQL("COALESCE({}, '')").format(consent_records.CONTROLLER),
        "recorded_at": sql.SQL("%(at)s"),
        "withdraw_at": sql.SQL("%(withdraw_at)s"),
    },
)

# A channel stands by the latest of them, unless it is stopped: no list opens it, whatever its day.
CONSENTED = Target(
    name="consented",
    table="contacts_channelpermission",
    keys=["contact_id", "channel", "state"],
    given=sql.SQL("""
        SELECT DISTINCT ON (contact_id, channel) contact_id, channel, 'consented' AS state,
            said_on AS given_on, wording, source, lines, first_line
        FROM merged_consents consent WHERE status = 1 AND NOT EXISTS (
            SELECT 1 FROM contacts_channelpermission said
            WHERE said.contact_id = consent.contact_id AND said.channel = consent.channel AND said.state = 'objected')
        ORDER BY contact_id, channel, said_on DESC, first_line DESC"""),
    becomes={name: named(_LATER, name) for name in ("given_on", "wording", "source")},
)


# Of whom the list brings an objection that was not on record with them, and to which channels.
_HEARD = sql.SQL("""
    SELECT contact_id, string_agg(channel, ',' ORDER BY channel) AS channels
    FROM merged_objections WHERE status = 1 GROUP BY contact_id""")

_OF_THESE = sql.SQL("""
    SELECT public_id FROM import_heard JOIN contacts_contact person ON person.id = contact_id
    WHERE channels = %(channels)s""")


# What is new or earlier than before, for the journal: the list's own words for it stay here.
_SUPPRESSED = sql.SQL("""
    SELECT address_hash, max(mailbox_hash) AS mailbox_hash,
        jsonb_build_object('channels', jsonb_agg(channel ORDER BY channel), 'day', min(since)) AS details
    FROM merged_suppressions WHERE status < 3 GROUP BY address_hash, since ORDER BY address_hash""")


def suppress(work: Import) -> None:
    """Write the keyed hashes, before anybody is judged: an export read again is judged as it was the first time."""
    work.keep(sql.Identifier("import_merged"), _MERGED)
    work.keep(sql.Identifier("import_heirs"), _HEIRS)
    apply(work, SUPPRESSIONS)
    how = ConsentMethod.IMPORT
    writing.write_found(JournalAct.OBJECTED, _SUPPRESSED, at=work.at, reason="objection", how=how)


def judge(work: Import) -> None:
    work.refuse(CONSENTS, "email", "unknown person", people.UNKNOWN)


def write(work: Import) -> None:
    """Write what the people who are held said, and have those hear of objections who were given their data."""
    apply(work, OBJECTED)
    work.keep(sql.Identifier("import_heard"), _HEARD)
    for channels in next(work.chunks("SELECT DISTINCT channels FROM import_heard"), []):
        heard = {"channels": channels}
        for ids in work.chunks("SELECT contact_id FROM import_heard WHERE channels = %(channels)s", **heard):
            notices.enqueue(NoticeKind.OBJECTED, ids, details=channels.split(","), at=work.at)
        audit.record_found("objection.recorded", _OF_THESE, values=heard, at=work.at, by=work.by, rule=channels)
    work.do(consent_records.stopped(_STOPPED, ConsentMethod.IMPORT))
    work.do(consent_records.ENDED.format(people=_OBJECTED_NOW))
    stored_only.apply(work, CONSENTS, RECORDED)
    apply(work, CONSENTED)


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
    return count(work, CONSENTS, outcomes(CONSENTS, RECORDED))
