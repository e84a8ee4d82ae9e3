import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_recipients"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="corrected",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(),
                blank=True,
                db_default=[],
                default=list,
                editable=False,
                help_text="Fields put right on the person's word, which no import overwrites.",
                size=None,
            ),
        ),
    ]
