"""The ledger of consents, as sets: what people said about marketing is added to it, and nothing in it is changed (L14).

An objection is a record, too: "withdrawn" where a consent of that day or earlier stood, and "refused" where none did.
"""

from django.urls import reverse
from psycopg2 import sql

from contacts.outbox import links
from contacts.words.vocabulary import ConsentMethod

# Who asks for consent, by the policy in force: NULL where none is.
CONTROLLER = sql.SQL("""(
        SELECT controller ->> 'name' FROM contacts_policyversion
        WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1)""")

_STOPPED = sql.SQL("""
    INSERT INTO contacts_consentrecord
        (public_id, contact_id, controller, channel, state, said_on, method, source, recorded_at)
    SELECT gen_random_uuid(), contact_id, COALESCE({controller}, ''), channel,
        CASE WHEN EXISTS (
            SELECT 1 FROM contacts_channelpermission consented
            WHERE consented.contact_id = said.contact_id AND consented.channel = said.channel
                AND consented.state = 'consented' AND consented.given_on <= COALESCE(said.said_on, 'infinity')
        ) THEN 'withdrawn' ELSE 'refused' END,
        said_on, {method}, source, %(at)s
    FROM ({found}) said ORDER BY contact_id, channel""")

_NOTED = sql.SQL("""
    WITH noted AS (
        INSERT INTO contacts_channelpermission (contact_id, channel, state, given_on, wording, source)
        SELECT contact_id, channel, 'objected', said_on, '', source FROM ({found}) said
        ON CONFLICT (contact_id, channel, state) DO NOTHING RETURNING contact_id, channel, given_on AS said_on, source
    ), ended AS (
        DELETE FROM contacts_channelpermission consented USING noted
        WHERE consented.contact_id = noted.contact_id AND consented.channel = noted.channel
            AND consented.state = 'consented'
    ){recorded}""")

# A stop beats every consent, whatever their days: for what two records, or a list, said of one channel.
ENDED = sql.SQL("""
    DELETE FROM contacts_channelpermission consented USING contacts_channelpermission objected
    WHERE consented.state = 'consented' AND objected.state = 'objected'
        AND consented.contact_id = objected.contact_id AND consented.channel = objected.channel
        AND consented.contact_id IN ({people})""")

_NOTHING = sql.SQL("FALSE")
_NOTED_NOW = sql.SQL("SELECT * FROM noted WHERE NOT ({known})")


def withdraw_at() -> str:
    """Return the address of the page on which whoever gives a consent can withdraw it."""
    return links.absolute(reverse("my_data"))


def stopped(found: sql.Composable, method: ConsentMethod) -> sql.Composed:
    """Return the statement that records objections: `found` selects contact_id, channel, said_on and source.

    It needs the value `at`.
    """
    return _STOPPED.format(found=found, method=sql.Literal(method.value), controller=CONTROLLER)


def noted(found: sql.Composable, method: ConsentMethod, *, known: sql.Composable = _NOTHING) -> sql.Composed:
    """Return the statement that has channels stand as objected to, whatever was consented to, and records the new ones.

    Its number of rows is that of the records. `known` tells which of `noted` are on record already.
    """
    return _NOTED.format(found=found, recorded=stopped(_NOTED_NOW.format(known=known), method))
