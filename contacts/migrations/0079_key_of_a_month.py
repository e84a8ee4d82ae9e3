"""The key that a table divided by month needs, beside the work on it: the next migration makes it the primary one."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0078_homes_of_what_outlasts_the_trail")]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS audit_before_key ON contacts_auditevent (id, at)",
            "DROP INDEX CONCURRENTLY IF EXISTS audit_before_key",
        ),
    ]
