from django.db import migrations

_SETTLE = """
    UPDATE contacts_contact contact
    SET frozen_through = fresh.frozen, restricted_through = fresh.restricted
    FROM (
        SELECT contact_id,
            max(COALESCE(until, DATE '9999-12-31')) FILTER (WHERE kind = 'freeze') AS frozen,
            max(COALESCE(until, DATE '9999-12-31')) FILTER (WHERE reason = 'restriction') AS restricted
        FROM retention_hold GROUP BY contact_id
    ) fresh
    WHERE contact.id = fresh.contact_id"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("contacts", "0005_addresses_have_hashes")]

    operations = [migrations.RunSQL(_SETTLE, migrations.RunSQL.noop)]
