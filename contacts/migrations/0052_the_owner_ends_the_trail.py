"""The application may not delete from the audit trail. It asks this function, which acts with its owner's rights.

It takes no entry of the last eleven months, whatever it is told: AUDIT_MONTHS is twelve or more. What its body names
is found when it is made, not when it is called: a temporary table of the trail's name is not taken for the trail.
"""

from django.db import migrations

END = """
CREATE FUNCTION contacts_end_entries(entries bigint[], before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
    WITH old AS (
        SELECT id FROM contacts_auditevent
        WHERE id = ANY(entries) AND at < LEAST(before, clock_timestamp() - interval '11 months')
        FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM contacts_auditevent WHERE id IN (SELECT id FROM old) RETURNING id
    )
    SELECT count(*) FROM gone;
END;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0051_job_runs")]

    operations = [
        migrations.RunSQL(END, "DROP FUNCTION contacts_end_entries(bigint[], timestamptz)"),
    ]
