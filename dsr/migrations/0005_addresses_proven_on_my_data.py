"""Who opened "My data" by the button in our mail has proven their address, as far as requests of theirs say so.

Not where the officer had to find them, nor where the address was changed or the record merged since.
"""

from django.db import migrations

PROVEN = """
    UPDATE contacts_contact contact
    SET address_trust = 'proven', address_trust_reason = 'my_data', address_trust_since = (
        proof.at AT TIME ZONE COALESCE(
            (SELECT time_zone FROM contacts_policyversion ORDER BY number DESC LIMIT 1), 'UTC'
        )
    )::date
    FROM (
        SELECT subject.contact_id, request.address_hash, max(entry.at) AS at
        FROM dsr_request request
        JOIN dsr_subject subject ON subject.request_id = request.id
        JOIN dsr_entry entry ON entry.request_id = request.id AND entry.step = 'proven' AND entry.by = 'visitor'
        WHERE request.source IN ('form', 'my_data') AND NOT EXISTS (
            SELECT 1 FROM dsr_entry found WHERE found.request_id = request.id AND found.step = 'identified'
        )
        GROUP BY subject.contact_id, request.address_hash
    ) proof
    WHERE proof.contact_id = contact.id AND proof.address_hash = contact.address_hash
        AND contact.address_trust = 'unproven'
        AND NOT EXISTS (
            SELECT 1 FROM contacts_auditevent later
            WHERE later.public_id = contact.public_id AND later.at >= proof.at
                AND later.code IN ('contact.merged', 'address.changed')
        )"""


class Migration(migrations.Migration):
    dependencies = [
        ("dsr", "0004_certificates_name_the_letter"),
        ("contacts", "0018_address_trust"),
    ]

    operations = [migrations.RunSQL(PROVEN, migrations.RunSQL.noop)]
