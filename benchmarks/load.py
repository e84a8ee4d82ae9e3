"""Fill a database of its own with people, in SQL: about four rows hang on each."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from contacts.models import PolicyVersion

TODAY = dt.date(2026, 11, 24)
NOT_DUE = dt.date(2026, 6, 1)
PEOPLE_PER_ORGANISATION = 20

_ORGANISATIONS = """
    INSERT INTO contacts_organisation (name, country, reference, entered_on, agreement_state, may_be_vacant)
    SELECT 'Organisation ' || n, 'SE', '', DATE '2020-01-01',
        CASE WHEN n %% 3 = 0 THEN 'open' ELSE 'none' END, TRUE
    FROM generate_series(%(first)s, %(last)s) n"""

_CONTACTS = """
    INSERT INTO contacts_contact (id, public_id, email, address_hash, mailbox_hash, first_name, last_name, job_title,
        phone, address, postal_code, city, country, language, company, organisation_id, last_activity_on)
    OVERRIDING SYSTEM VALUE
    SELECT n, gen_random_uuid(), 'person' || n || '@bench.example',
        hashed, hashed, 'First' || n %% 997, 'Last' || n %% 9973, 'Clerk',
        '+46 8 465 00 ' || n %% 100, 'Storgatan ' || n %% 100, '111 22', 'Stockholm', 'SE', 'sv', '',
        (SELECT min(id) FROM contacts_organisation) + (n - 1) / %(people)s, DATE '2026-06-01'
    FROM generate_series(%(first)s, %(last)s) n, concat(repeat('0', 8), encode(sha256(n::text::bytea), 'hex')) hashed"""

_CHILDREN = (
    """INSERT INTO contacts_basis (contact_id, scenario, legal_basis, collected_on, source, source_kind,
           policy_shown_id, policy_shown_on, clock_from)
       SELECT n, (ARRAY['whitepaper', 'webinar', 'event', 'prospect'])[n %% 4 + 1], 'legitimate_interest',
           DATE '2026-06-01', 'website', 'person', %(policy)s, DATE '2026-06-01', DATE '2026-06-01'
       FROM generate_series(%(first)s, %(last)s) n""",
    """INSERT INTO contacts_activity (contact_id, kind, occurred_at, reference)
       SELECT n, k.kind, TIMESTAMPTZ '2026-06-01 10:00+00', 'guide-' || n %% 50
       FROM generate_series(%(first)s, %(last)s) n, (VALUES ('download'), ('reply')) k (kind)""",
    """INSERT INTO contacts_channelpermission (contact_id, channel, state, given_on, wording, source)
       SELECT n, 'email', 'consented', DATE '2026-06-01', 'Yes, write to me.', 'website'
       FROM generate_series(%(first)s, %(last)s) n""",
    """INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag,
           change_message)
       SELECT now(), (SELECT min(id) FROM auth_user),
           (SELECT id FROM django_content_type WHERE app_label = 'contacts' AND model = 'contact'),
           n::text, 'Contact', 2, '' FROM generate_series(%(first)s, %(last)s, 10) n""",
)


def people(first: int, last: int, policy: PolicyVersion) -> None:
    """Add the people numbered `first` to `last`, none of whom is due; `first` begins an organisation."""
    with connection.cursor() as cursor:
        organisations = {name: (n - 1) // PEOPLE_PER_ORGANISATION for name, n in (("first", first), ("last", last))}
        cursor.execute(_ORGANISATIONS, organisations)
        cursor.execute(_CONTACTS, {"people": PEOPLE_PER_ORGANISATION, "first": first, "last": last})
        for statement in _CHILDREN:
            cursor.execute(statement, {"first": first, "last": last, "policy": policy.pk})
        cursor.execute("SELECT setval(pg_get_serial_sequence('contacts_contact', 'id'), %(last)s)", {"last": last})


def clear() -> None:
    """Forget everybody, so that a part begins as if it were alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE contacts_contact, contacts_organisation, contacts_suppression, contacts_auditevent,"
            " django_admin_log CASCADE"
        )


def settle() -> None:
    """Leave the database as a quiet day would: statistics up to date, nothing waiting to be written."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def scattered(number: int, out_of: int, share: int) -> list[int]:
    """Return `number` ids spread over the table; different `share`s never meet."""
    step = out_of // number
    return [1 + n * step + share for n in range(number)]


_MAKE_DUE = """
    UPDATE contacts_basis SET clock_from = %(day)s, collected_on = %(day)s WHERE contact_id = ANY(%(people)s)"""


def make_due(ids: Iterable[int], day: dt.date) -> None:
    """Let the clocks of these people have run out on `day`'s anchor."""
    with connection.cursor() as cursor:
        values = {"day": day, "people": list(ids)}
        cursor.execute("UPDATE contacts_contact SET last_activity_on = %(day)s WHERE id = ANY(%(people)s)", values)
        cursor.execute(_MAKE_DUE, values)
