"""A key opens forms, or the tasks of one system; nobody waits while keys are checked."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0082_systems")]

    operations = [
        migrations.RemoveConstraint(
            model_name='apikey',
            name='api_key_opens_a_form',
        ),
        migrations.AlterField(
            model_name='apikey',
            name='forms',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('customer', 'customer'), ('partner', 'partner'), ('whitepaper', 'whitepaper'), ('webinar', 'webinar'), ('event', 'event'), ('prospect', 'prospect')]), blank=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='system',
            field=models.ForeignKey(blank=True, null=True, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='keys', to='contacts.system'),
        ),
        AddConstraintNotValid(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('forms__len__gt', 0), ('system__isnull', True)), models.Q(('forms__len', 0), ('system__isnull', False)), _connector='OR'), name='api_key_opens_forms_or_tasks'),
        ),
        ValidateConstraint(model_name='apikey', name='api_key_opens_forms_or_tasks'),
    ]
