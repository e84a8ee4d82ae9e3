"""Sealed evidence names who asked, so that they hear of it when the request is gone (P20)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0084_notices_taken_down'),
        ('dsr', '0047_steps_of_undoing'),
    ]

    operations = [
        migrations.AddField(
            model_name='evidence',
            name='contact',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DB_SET_NULL, related_name='evidence', to='contacts.contact'),
        ),
    ]
