from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_addresses_have_hashes")]

    operations = [
        migrations.AddField(
            model_name="scenariorule",
            name="recipients",
            field=models.JSONField(default=dict, help_text="Language → list of who gets the data. May be empty."),
        ),
        migrations.AddField(
            model_name="scenariorule",
            name="transfers",
            field=models.JSONField(default=dict, help_text="Language → text on places outside the EEA. May be empty."),
        ),
    ]
