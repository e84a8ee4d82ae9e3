"""Who sends our mail has everybody's data (P15): an entry of the register that said so by half says all of it now."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0015_strikes")]

    operations = [
        migrations.RunSQL("UPDATE contacts_recipient SET standing = TRUE WHERE sends_our_mail", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "recipient",
            models.CheckConstraint(
                condition=models.Q(("sends_our_mail", False), ("standing", True), _connector="OR"),
                name="recipient_of_our_mail_is_standing",
                violation_error_message="Who sends our mail has everybody's data.",
            ),
        ),
    ]
