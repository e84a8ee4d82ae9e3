from django.db import migrations, models

# Events that visitors could sign up for once: the audit trail tells of it, for as long as there is one.
_WERE_OPEN = """
    UPDATE contacts_event event SET was_open = TRUE
    WHERE event.signup_open
        OR EXISTS (SELECT 1 FROM contacts_signup asked WHERE asked.event_id = event.id)
        OR EXISTS (
            SELECT 1 FROM contacts_auditevent done
            WHERE done.code = 'event.sign_up_opened' AND done.rule = 'event:' || event.id)"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0015_workplace"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="was_open",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Whether visitors could ever sign up: from then on its page tells them how things stand.",
            ),
        ),
        migrations.RunSQL(_WERE_OPEN, migrations.RunSQL.noop),
    ]
