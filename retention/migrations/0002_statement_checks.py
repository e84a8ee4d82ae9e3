from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_runs_and_holds")]

    operations = [
        migrations.CreateModel(
            name="StatementCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(help_text="The moment for which the records were read.")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("found", models.JSONField(default=dict, help_text="Code → number, of what was found.")),
                ("failure", models.CharField(blank=True, help_text="The class of the error that ended it.")),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
