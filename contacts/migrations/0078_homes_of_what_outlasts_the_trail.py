"""What acts read of the audit trail for longer than its months has a home of its own, and comes over from the trail."""

from django.db import migrations

# Links, each from a record that has gone to the next; the last of them is held.
_MERGED = """
    WITH RECURSIVE way (number, holder) AS (
        SELECT public_id, split_part(rule, ':', 2)::uuid FROM contacts_auditevent
        WHERE code = 'contact.merged' AND starts_with(rule, 'into:')
        UNION
        SELECT way.number, split_part(event.rule, ':', 2)::uuid
        FROM way JOIN contacts_auditevent event ON event.public_id = way.holder
        WHERE event.code = 'contact.merged' AND starts_with(event.rule, 'into:')
    )
    INSERT INTO contacts_mergednumber (contact_id, public_id)
    SELECT contact.id, way.number FROM way JOIN contacts_contact contact ON contact.public_id = way.holder
    ORDER BY contact.id, way.number ON CONFLICT DO NOTHING"""

_LISTED = """
    INSERT INTO contacts_listedperson (audience_id, contact_id)
    SELECT DISTINCT audience.id, contact.id
    FROM contacts_auditevent event
        JOIN contacts_contact contact ON contact.public_id = event.public_id
        JOIN contacts_audience audience ON event.rule = 'audience:' || audience.id
    WHERE event.code = 'contact.exported' AND audience.confirmed_at IS NULL
    ON CONFLICT DO NOTHING"""

_WRITTEN = """
    UPDATE contacts_mailing mailing SET authors = ARRAY(
        SELECT DISTINCT event.by FROM contacts_auditevent event
        WHERE event.code IN ('mailing.drafted', 'mailing.edited') AND event.rule = 'mailing:' || mailing.id
        ORDER BY event.by
    )
    WHERE mailing.state NOT IN ('sent', 'stopped')"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0077_homes")]

    operations = [migrations.RunSQL(each, migrations.RunSQL.noop) for each in (_MERGED, _LISTED, _WRITTEN)]
