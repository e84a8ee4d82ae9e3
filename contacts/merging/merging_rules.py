"""What becomes of each row that hangs on one of two records that are merged: statements by table and column.

Every column that names a person has its rule here, or in the app whose table it is; a test walks them all. What no
statement moves goes with the record.
"""

import datetime as dt

from django.db import connection
from psycopg2 import sql

from contacts.merging import uploaded
from contacts.people import consent_records

type Rules = dict[str, tuple[sql.Composable, ...]]  # "contacts.Activity.contact" → statements, in their order

GOES: tuple[sql.Composable, ...] = ()


def carry(rules: Rules, keep_id: int, gone_id: int, *, at: dt.datetime) -> None:
    """Do what these rules say. Call it while both records are locked, and before the one goes."""
    with connection.cursor() as cursor:
        for statement in (statement for statements in rules.values() for statement in statements):
            cursor.execute(statement, {"keep": keep_id, "gone": gone_id, "at": at})


_ALWAYS, _NEVER = sql.SQL("TRUE"), sql.SQL("FALSE")

_MOVED = sql.SQL("""
    UPDATE {table} its SET contact_id = %(keep)s WHERE its.contact_id = %(gone)s
        AND NOT EXISTS (SELECT 1 FROM {table} kept WHERE kept.contact_id = %(keep)s AND {there})""")

_MET = sql.SQL("""
    UPDATE {table} kept SET {sets} FROM {table} its
    WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND {same} AND {only}""")


def moved(table: str, *, unless: sql.Composable = _NEVER) -> sql.Composed:
    """Return the statement that hands a table's rows over, but for those that are there already.

    `unless` says which: it compares the row that would move, `its`, with one of the record that stays, `kept`.
    """
    return _MOVED.format(table=sql.Identifier(table), there=unless)


def met(table: str, same: sql.Composable, sets: sql.Composable, only: sql.Composable = _ALWAYS) -> sql.Composed:
    """Return the statement that has `kept` say what two rows say together, of which `its` will go."""
    return _MET.format(table=sql.Identifier(table), same=same, sets=sets, only=only)


# Drops turns in mailings, and counts them there as not sent.
_WITHHELD = sql.SQL("""
    WITH dropped AS ({} RETURNING dropping.mailing_id)
    UPDATE contacts_mailing mailing SET withheld = withheld + counted.number
    FROM (SELECT mailing_id, count(*) AS number FROM dropped GROUP BY mailing_id) counted
    WHERE mailing.id = counted.mailing_id""")

_SAME_SCENARIO = sql.SQL("kept.scenario = its.scenario")
_SAID = {
    "sources": sql.SQL("concat_ws('; ', NULLIF(kept.source, ''), NULLIF(its.source, ''))"),
    "kept_untold": sql.SQL("(kept.informed_on IS NULL AND kept.source_kind <> 'person')"),
    "its_untold": sql.SQL("(its.informed_on IS NULL AND its.source_kind <> 'person')"),
}
_STILL_OWED = sql.SQL("({kept_untold} AND NOT {its_untold})").format(**_SAID)

# Of two reasons of one scenario the earlier says when and from where the person came in. Where the later came from
# elsewhere and they have not been told so, that is owed to them all the same (Art. 14 GDPR). The policy that they were
# shown is the one that they were shown last, on whichever record.
_BASES = (
    # How they were told of a later version goes along with what they were shown, before that is settled (L13).
    sql.SQL("""
        UPDATE contacts_policytelling telling SET basis_id = kept.id
        FROM contacts_basis kept JOIN contacts_basis its ON {same}
        WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND telling.basis_id = its.id""").format(
        same=_SAME_SCENARIO
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        sql.SQL("source = {sources}").format(**_SAID),
        sql.SQL("{kept_untold} AND {its_untold} AND kept.source <> its.source").format(**_SAID),
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        sql.SQL("""
            collected_on = its.collected_on, legal_basis = its.legal_basis,
            source = CASE WHEN {still_owed} THEN {sources} WHEN {kept_untold} THEN kept.source ELSE its.source END,
            source_kind = CASE WHEN {still_owed} THEN kept.source_kind ELSE its.source_kind END,
            informed_on = CASE WHEN {still_owed} THEN NULL ELSE its.informed_on END""").format(
            still_owed=_STILL_OWED, **_SAID
        ),
        sql.SQL("its.collected_on < kept.collected_on"),
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        sql.SQL("source = {sources}, source_kind = its.source_kind, informed_on = NULL").format(**_SAID),
        sql.SQL("{its_untold} AND NOT {kept_untold}").format(**_SAID),
    ),
    met(
        "contacts_basis",
        _SAME_SCENARIO,
        sql.SQL("policy_shown_id = its.policy_shown_id, policy_shown_on = its.policy_shown_on"),
        sql.SQL("""its.policy_shown_id IS NOT NULL AND (kept.policy_shown_id IS NULL
            OR (its.policy_shown_on, its.policy_shown_id) > (kept.policy_shown_on, kept.policy_shown_id))"""),
    ),
    moved("contacts_basis", unless=_SAME_SCENARIO),
)

# Of two places at one event one is left, which stands where either stands.
_SAME_EVENT = sql.SQL("kept.event_id = its.event_id")
_PLACES = (
    met(
        "contacts_registration",
        _SAME_EVENT,
        sql.SQL("""
            registered_at = LEAST(kept.registered_at, its.registered_at),
            attended_at = LEAST(kept.attended_at, its.attended_at),
            active_before = GREATEST(kept.active_before, its.active_before),
            cancelled_at = CASE WHEN kept.cancelled_at IS NOT NULL
                THEN CASE WHEN its.cancelled_at IS NOT NULL THEN GREATEST(kept.cancelled_at, its.cancelled_at) END
            END"""),
    ),
    # What a guest eats goes along where nothing is noted at the place that is left; otherwise it goes (P8).
    sql.SQL("""
        UPDATE contacts_foodpreference food SET registration_id = kept.id
        FROM contacts_registration kept JOIN contacts_registration its ON {same_event}
        WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s AND food.registration_id = its.id
            AND NOT EXISTS (
                SELECT 1 FROM contacts_foodpreference noted WHERE noted.registration_id = kept.id)""").format(
        same_event=_SAME_EVENT
    ),
    sql.SQL("""
        UPDATE contacts_message message SET registration_id = kept.id
        FROM contacts_registration kept JOIN contacts_registration its ON {same_event}
        WHERE kept.contact_id = %(keep)s AND its.contact_id = %(gone)s
            AND message.registration_id = its.id""").format(same_event=_SAME_EVENT),
    moved("contacts_registration", unless=_SAME_EVENT),
)

_SAME_SAYING = sql.SQL("kept.channel = its.channel AND kept.state = its.state")
_SAYINGS = (
    # Since the first objection nothing may be sent; the last consent has the wording that they saw last.
    met(
        "contacts_channelpermission",
        _SAME_SAYING,
        sql.SQL("given_on = its.given_on, wording = its.wording, source = its.source"),
        sql.SQL("""
            CASE kept.state WHEN 'objected' THEN its.given_on < kept.given_on ELSE its.given_on > kept.given_on END"""),
    ),
    moved("contacts_channelpermission", unless=_SAME_SAYING),
    consent_records.ENDED.format(people=sql.SQL("%(keep)s")),
)

_SAME_TOPIC = sql.SQL("kept.topic_id = its.topic_id")
_INTERESTS = (
    # A no to a topic counts, whenever it was said.
    met(
        "contacts_interest",
        _SAME_TOPIC,
        sql.SQL("""
            wanted = kept.wanted AND its.wanted,
            since = CASE WHEN kept.wanted = its.wanted THEN LEAST(kept.since, its.since)
                WHEN its.wanted THEN kept.since ELSE its.since END"""),
    ),
    moved("contacts_interest", unless=_SAME_TOPIC),
)

# A turn in a mailing goes where the other has one, or has had it.
_TURNS = (
    _WITHHELD.format(
        sql.SQL("""
        DELETE FROM contacts_addressee dropping
        WHERE (dropping.contact_id = %(gone)s AND EXISTS (
                SELECT 1 FROM contacts_addressee kept
                WHERE kept.contact_id = %(keep)s AND kept.mailing_id = dropping.mailing_id))
            OR (dropping.contact_id IN (%(keep)s, %(gone)s) AND EXISTS (
                SELECT 1 FROM contacts_message message
                WHERE message.contact_id IN (%(keep)s, %(gone)s) AND message.mailing_id = dropping.mailing_id))""")
    ),
    moved("contacts_addressee"),
)

# Who has had a mail, or whose mail is in somebody's hands, is not sent it again; of two that wait one is enough.
_SAME_MAIL = sql.SQL("kept.template = its.template AND kept.once = its.once AND its.once <> ''")
_MAILS = (
    _WITHHELD.format(
        sql.SQL("""
        UPDATE contacts_message dropping SET ended_at = %(at)s, "end" = 'skipped', reason = 'merged',
            address = '', written = NULL, forget_at = NULL
        FROM contacts_message other
        WHERE dropping.contact_id IN (%(keep)s, %(gone)s) AND other.contact_id IN (%(keep)s, %(gone)s)
            AND dropping.contact_id <> other.contact_id
            AND dropping.template = other.template AND dropping.once = other.once AND dropping.once <> ''
            AND dropping.sent_at IS NULL AND dropping.ended_at IS NULL AND dropping.claimed_until IS NULL
            AND other.ended_at IS NULL
            AND (other.sent_at IS NOT NULL OR other.claimed_until IS NOT NULL OR other.contact_id = %(keep)s)""")
    ),
    # Both stay on record as written; `once` is one mail's alone, and that of one which ended stops nobody.
    met("contacts_message", _SAME_MAIL, sql.SQL("once = ''"), sql.SQL("kept.ended_at IS NOT NULL")),
    sql.SQL("""
        UPDATE contacts_message its SET once = '' FROM contacts_message kept
        WHERE its.contact_id = %(gone)s AND kept.contact_id = %(keep)s AND {}""").format(_SAME_MAIL),
    moved("contacts_message"),
)

# Who is said to be somebody else than the one is somebody else than the other, too.
_PAIRS = (
    sql.SQL("""
        INSERT INTO contacts_duplicatepair (one_id, other_id, why, found_on, seen_in, dismissed_at, dismissed_by)
        SELECT LEAST(third, %(keep)s), GREATEST(third, %(keep)s), why, found_on, seen_in, dismissed_at, dismissed_by
        FROM (
            SELECT pair.*, CASE one_id WHEN %(gone)s THEN other_id ELSE one_id END AS third
            FROM contacts_duplicatepair pair WHERE %(gone)s IN (one_id, other_id)
        ) pair
        WHERE third <> %(keep)s ORDER BY third
        ON CONFLICT (one_id, other_id) DO NOTHING"""),
)

# One letter about a breach is enough, and what one of the two was told, the person was told.
_SAME_BREACH = sql.SQL("kept.breach_id = its.breach_id")
_AFFECTED = (
    met(
        "contacts_affectedperson",
        _SAME_BREACH,
        sql.SQL("told_at = its.told_at, fate = its.fate"),
        sql.SQL("kept.told_at IS NULL AND its.told_at IS NOT NULL"),
    ),
    moved("contacts_affectedperson", unless=_SAME_BREACH),
)

_SAME_DEED = sql.SQL("kept.kind = its.kind AND kept.occurred_at = its.occurred_at AND kept.reference = its.reference")
_SAME_BATCH = sql.SQL("kept.batch = its.batch")
_SAME_DETAIL = sql.SQL("kept.detail = its.detail")
_SAME_ADDRESS = sql.SQL("kept.address_hash = its.address_hash")

RULES: Rules = {
    "contacts.Basis.contact": _BASES,
    "contacts.Activity.contact": (moved("contacts_activity", unless=_SAME_DEED),),
    "contacts.Registration.contact": _PLACES,
    "contacts.ChannelPermission.contact": _SAYINGS,
    "contacts.ConsentRecord.contact": (moved("contacts_consentrecord"),),
    "contacts.Interest.contact": _INTERESTS,
    "contacts.SignUp.contact": (moved("contacts_signup"),),
    "contacts.ProposedDetail.contact": (moved("contacts_proposeddetail", unless=_SAME_DETAIL),),
    "contacts.Addressee.contact": _TURNS,
    "contacts.Message.contact": _MAILS,
    "contacts.AffectedPerson.contact": _AFFECTED,
    "contacts.Disclosure.contact": (moved("contacts_disclosure", unless=_SAME_BATCH),),
    "contacts.Bounce.contact": GOES,  # unless its address is chosen: `merging` knows
    "contacts.UploadedPerson.contact": uploaded.PEOPLE,
    "contacts.UploadedDifference.contact": uploaded.DIFFERENCES,
    "contacts.EarlierHash.contact": GOES,  # of the address that stays they are written anew
    "contacts.MergedAddress.contact": (moved("contacts_mergedaddress", unless=_SAME_ADDRESS),),
    "contacts.LookAgain.contact": (moved("contacts_lookagain", unless=sql.SQL("kept.why = its.why")),),
    "contacts.DuplicatePair.one": _PAIRS,
    "contacts.DuplicatePair.other": GOES,  # moved together with the other end
}
