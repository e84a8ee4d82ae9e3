"""Who bounces already gets a bounce on record, so that a mass of them can be undone, too.

By what reply is not known. How far an address was trusted before is in the audit trail where it was said there last;
else it counts as not proven, which opens nothing.
"""

from django.db import migrations

RECORD = """
    INSERT INTO contacts_bounce (contact_id, at, reply, address_trust, address_trust_reason, address_trust_since)
    SELECT contact.id, COALESCE(came_back.at, contact.bounced_on::timestamptz), '',
        COALESCE(split_part(before.rule, ':', 1), 'unproven'), COALESCE(split_part(before.rule, ':', 2), 'not_known'),
        COALESCE(before.at::date, contact.bounced_on)
    FROM contacts_contact contact
    LEFT JOIN LATERAL (
        SELECT at FROM contacts_auditevent
        WHERE public_id = contact.public_id AND code = 'address.bounced' ORDER BY at DESC LIMIT 1
    ) came_back ON TRUE
    LEFT JOIN LATERAL (
        SELECT rule, at FROM contacts_auditevent
        WHERE public_id = contact.public_id AND code = 'address.trust' AND rule <> 'doubted:bounced'
            AND at <= COALESCE(came_back.at, contact.bounced_on::timestamptz) ORDER BY at DESC LIMIT 1
    ) before ON TRUE
    WHERE contact.bounced_on IS NOT NULL"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0035_refused_messages")]

    operations = [migrations.RunSQL(RECORD, migrations.RunSQL.noop)]
