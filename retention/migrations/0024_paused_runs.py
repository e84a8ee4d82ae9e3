from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """A run that was left to the next tick. Without a transaction: what is validated locks nobody out."""

    atomic = False

    dependencies = [
        ('retention', '0023_claimed_warnings'),
    ]

    operations = [
        migrations.AddField(
            model_name='purgerun',
            name='paused_at',
            field=models.DateTimeField(blank=True, help_text='When its time was over; the next tick goes on with it.', null=True),
        ),
        AddConstraintNotValid(
            model_name='purgerun',
            constraint=models.CheckConstraint(condition=models.Q(('paused_at__isnull', True), ('status', 'running'), _connector='OR'), name='run_paused_is_running'),
        ),
        ValidateConstraint(model_name='purgerun', name='run_paused_is_running'),
    ]
