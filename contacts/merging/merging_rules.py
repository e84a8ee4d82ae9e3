"""What becomes of each row that hangs on one of two records that are merged: statements by table and column.

Every column that names a person has its rule here, or in the app whose table it is; a test walks them all. What no
statement moves goes with the record.
"""

import datetime as dt

from django.db import connection

type Rules = dict[str, tuple[str, ...]]  # "contacts.Activity.contact" → statements, in their order

GOES: tuple[str, ...] = ()


def carry(rules: Rules, keep_id: int, gone_id: int, *, at: dt.datetime) -> None:
    """Do what these rules say. Call it while both records are locked, and before the one goes."""
    with connection.cursor() as cursor:
        for statement in (statement for statements in rules.values() for statement in statements):
            cursor.execute(statement, {"keep": keep_id, "gone": gone_id, "at": at})


def moved(table: str, *, unless: str = "FALSE") -> str:
    """Return the statement that hands a table's rows over, but for those that are there already.

    `unless` says which: it compares the row that would move, `its`, with one of the record that stays, `kept`.
    """
    there = f"SELECT 1 FROM {table} kept WHERE kept.contact_id = %(keep)s AND {unless}"
    return f"UPDATE {table} its SET contact_id = %(keep)s WHERE its.contact_id = %(gone)s AND NOT EXISTS ({there})"


def met(table: str, same: str, sets: str, only: str = "TRUE") -> str:
    """Return the statement that has `kept` say what two rows say together, of which `its` will go."""
    return (
        f"UPDATE {table} kept SET {sets} FROM {table} its"
        f" WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND {same} AND {only}"
    )


def _withheld(dropping: str) -> str:
    """Return the statement that drops turns in mailings, and counts them there as not sent."""
    return f"""
        WITH dropped AS ({dropping} RETURNING dropping.mailing_id)
        UPDATE contacts_mailing mailing SET withheld = withheld + counted.number
        FROM (SELECT mailing_id, count(*) AS number FROM dropped GROUP BY mailing_id) counted
        WHERE mailing.id = counted.mailing_id"""


_SAME_SCENARIO = "kept.scenario = its.scenario"
_BOTH_SOURCES = "concat_ws('; ', NULLIF(kept.source, ''), NULLIF(its.source, ''))"
_KEPT_UNTOLD = "(kept.informed_on IS NULL AND kept.source_kind <> 'person')"
_ITS_UNTOLD = "(its.informed_on IS NULL AND its.source_kind <> 'person')"
_STILL_OWED = f"({_KEPT_UNTOLD} AND NOT {_ITS_UNTOLD})"

# Of two reasons of one scenario the earlier says when, from where and under which policy the person came in. Where the
# later came from elsewhere and they have not been told so, that is owed to them all the same (Art. 14 GDPR).
_BASES = (
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        f"source = {_BOTH_SOURCES}",
        f"{_KEPT_UNTOLD} AND {_ITS_UNTOLD} AND kept.source <> its.source",
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        f"""collected_on = its.collected_on, legal_basis = its.legal_basis, policy_version_id = its.policy_version_id,
            source = CASE WHEN {_STILL_OWED} THEN {_BOTH_SOURCES} WHEN {_KEPT_UNTOLD} THEN kept.source
                ELSE its.source END,
            source_kind = CASE WHEN {_STILL_OWED} THEN kept.source_kind ELSE its.source_kind END,
            informed_on = CASE WHEN {_STILL_OWED} THEN NULL ELSE its.informed_on END""",
        "its.collected_on < kept.collected_on",
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        f"source = {_BOTH_SOURCES}, source_kind = its.source_kind, informed_on = NULL",
        f"{_ITS_UNTOLD} AND NOT {_KEPT_UNTOLD}",
    ),
    moved("contacts_basis", unless=_SAME_SCENARIO),
)

# Of two places at one event one is left, which stands where either stands.
_SAME_EVENT = "kept.event_id = its.event_id"
_PLACES = (
    met(
        "contacts_registration",
        _SAME_EVENT,
        """registered_at = LEAST(kept.registered_at, its.registered_at),
            attended_at = LEAST(kept.attended_at, its.attended_at),
            active_before = GREATEST(kept.active_before, its.active_before),
            cancelled_at = CASE WHEN kept.cancelled_at IS NOT NULL
                THEN CASE WHEN its.cancelled_at IS NOT NULL THEN GREATEST(kept.cancelled_at, its.cancelled_at) END
            END""",
    ),
    # What a guest eats goes along where nothing is noted at the place that is left; otherwise it goes (P8).
    f"""
        UPDATE contacts_foodpreference food SET registration_id = kept.id
        FROM contacts_registration kept JOIN contacts_registration its ON {_SAME_EVENT}
        WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND food.registration_id = its.id
            AND NOT EXISTS (SELECT 1 FROM contacts_foodpreference noted WHERE noted.registration_id = kept.id)""",
    f"""
        UPDATE contacts_message message SET registration_id = kept.id
        FROM contacts_registration kept JOIN contacts_registration its ON {_SAME_EVENT}
        WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND message.registration_id = its.id""",
    moved("contacts_registration", unless=_SAME_EVENT),
)

_SAME_SAYING = "kept.channel = its.channel AND kept.state = its.state"
_SAYINGS = (
    # Since the first objection nothing may be sent; the last consent has the wording that they saw last.
    met(
        "contacts_channelpermission",
        _SAME_SAYING,
        "given_on = its.given_on, wording = its.wording, source = its.source",
        "CASE kept.state WHEN 'objected' THEN its.given_on < kept.given_on ELSE its.given_on > kept.given_on END",
    ),
    moved("contacts_channelpermission", unless=_SAME_SAYING),
)

_SAME_TOPIC = "kept.topic_id = its.topic_id"
_INTERESTS = (
    # A no to a topic counts, whenever it was said.
    met(
        "contacts_interest",
        _SAME_TOPIC,
        """wanted = kept.wanted AND its.wanted,
            since = CASE WHEN kept.wanted = its.wanted THEN LEAST(kept.since, its.since)
                WHEN its.wanted THEN kept.since ELSE its.since END""",
    ),
    moved("contacts_interest", unless=_SAME_TOPIC),
)

# A turn in a mailing goes where the other has one, or has had it.
_TURNS = (
    _withheld("""
        DELETE FROM contacts_addressee dropping
        WHERE (dropping.contact_id = %(gone)s AND EXISTS (
                SELECT 1 FROM contacts_addressee kept
                WHERE kept.contact_id = %(keep)s AND kept.mailing_id = dropping.mailing_id))
            OR (dropping.contact_id IN (%(keep)s, %(gone)s) AND EXISTS (
                SELECT 1 FROM contacts_message message
                WHERE message.contact_id IN (%(keep)s, %(gone)s) AND message.mailing_id = dropping.mailing_id))"""),
    moved("contacts_addressee"),
)

# Who has had a mail, or whose mail is in somebody's hands, is not sent it again; of two that wait one is enough.
_SAME_MAIL = "kept.template = its.template AND kept.once = its.once AND its.once <> ''"
_MAILS = (
    _withheld("""
        UPDATE contacts_message dropping SET ended_at = %(at)s, "end" = 'skipped', reason = 'merged',
            address = '', written = NULL, forget_at = NULL
        FROM contacts_message other
        WHERE dropping.contact_id IN (%(keep)s, %(gone)s) AND other.contact_id IN (%(keep)s, %(gone)s)
            AND dropping.contact_id <> other.contact_id
            AND dropping.template = other.template AND dropping.once = other.once AND dropping.once <> ''
            AND dropping.sent_at IS NULL AND dropping.ended_at IS NULL AND dropping.claimed_until IS NULL
            AND other.ended_at IS NULL
            AND (other.sent_at IS NOT NULL OR other.claimed_until IS NOT NULL OR other.contact_id = %(keep)s)"""),
    # Both stay on record as written; `once` is one mail's alone, and that of one which ended stops nobody.
    met("contacts_message", _SAME_MAIL, "once = ''", "kept.ended_at IS NOT NULL"),
    f"""
        UPDATE contacts_message its SET once = '' FROM contacts_message kept
        WHERE its.contact_id = %(gone)s AND kept.contact_id = %(keep)s AND {_SAME_MAIL}""",
    moved("contacts_message"),
)

# An import that is taken back deletes whom it created alone: whoever was held besides it stays.
_UPLOADED = (
    """
        DELETE FROM contacts_uploadedperson kept WHERE kept.contact_id = %(keep)s AND NOT EXISTS (
            SELECT 1 FROM contacts_uploadedperson its
            WHERE its.contact_id = %(gone)s AND its.upload_id = kept.upload_id)""",
)

# Who is said to be somebody else than the one is somebody else than the other, too.
_PAIRS = (
    """
        INSERT INTO contacts_duplicatepair (one_id, other_id, why, found_on, dismissed_at, dismissed_by)
        SELECT LEAST(third, %(keep)s), GREATEST(third, %(keep)s), why, found_on, dismissed_at, dismissed_by
        FROM (
            SELECT pair.*, CASE one_id WHEN %(gone)s THEN other_id ELSE one_id END AS third
            FROM contacts_duplicatepair pair WHERE %(gone)s IN (one_id, other_id)
        ) pair
        WHERE third <> %(keep)s ORDER BY third
        ON CONFLICT (one_id, other_id) DO NOTHING""",
)

_SAME_DEED = "kept.kind = its.kind AND kept.occurred_at = its.occurred_at AND kept.reference = its.reference"

RULES: Rules = {
    "contacts.Basis.contact": _BASES,
    "contacts.Activity.contact": (moved("contacts_activity", unless=_SAME_DEED),),
    "contacts.Registration.contact": _PLACES,
    "contacts.ChannelPermission.contact": _SAYINGS,
    "contacts.Interest.contact": _INTERESTS,
    "contacts.SignUp.contact": (moved("contacts_signup"),),
    "contacts.Addressee.contact": _TURNS,
    "contacts.Message.contact": _MAILS,
    "contacts.Disclosure.contact": (moved("contacts_disclosure", unless="kept.batch = its.batch"),),
    "contacts.UploadedPerson.contact": _UPLOADED,
    "contacts.MergedAddress.contact": (moved("contacts_mergedaddress", unless="kept.address_hash = its.address_hash"),),
    "contacts.DuplicatePair.one": _PAIRS,
    "contacts.DuplicatePair.other": GOES,  # moved together with the other end
}
