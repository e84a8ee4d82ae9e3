"""Keys of the API end, and say which forms they open how often.

A key from before opens what it did for a year from the day of this migration: no server stops with it.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

SCENARIOS = [
    ("customer", "customer"),
    ("partner", "partner"),
    ("whitepaper", "whitepaper"),
    ("webinar", "webinar"),
    ("event", "event"),
    ("prospect", "prospect"),
]
FORMS = [name for name, _label in SCENARIOS if name != "prospect"]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0039_earlier_hashes")]

    operations = [
        migrations.AddField(
            "apikey",
            "forms",
            django.contrib.postgres.fields.ArrayField(models.CharField(choices=SCENARIOS), default=FORMS, size=None),
            preserve_default=False,
        ),
        migrations.AddField("apikey", "posts_an_hour", models.PositiveIntegerField(default=1000), preserve_default=False),
        migrations.AddField("apikey", "used_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("apikey", "ends_at", models.DateTimeField(null=True)),
        migrations.RunSQL("UPDATE contacts_apikey SET ends_at = now() + interval '365 days'", migrations.RunSQL.noop),
        migrations.AlterField("apikey", "ends_at", models.DateTimeField()),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(condition=models.Q(("forms__len__gt", 0)), name="api_key_opens_a_form"),
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(condition=models.Q(("posts_an_hour__gt", 0)), name="api_key_may_post"),
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("created_at"))), name="api_key_lasts"
            ),
        ),
    ]
