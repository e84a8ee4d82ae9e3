"""The row of the journal's number is there from the start: a database without it was restored, and not to the end."""

from django.db import migrations

ENTER = "INSERT INTO contacts_journalnumber (id, last) VALUES (1, 0) ON CONFLICT DO NOTHING"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0054_left_mails")]

    operations = [migrations.RunSQL(ENTER, migrations.RunSQL.noop)]
