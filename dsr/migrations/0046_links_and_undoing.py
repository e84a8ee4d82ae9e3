"""Which owner of a system a task was told to, and which link opens it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0087_owners_of_systems"), ("dsr", "0045_steps_of_representatives")]

    operations = [
        migrations.AddField(
            model_name='systemtask',
            name='link_number',
            field=models.PositiveIntegerField(db_default=1, default=1, help_text='Which link opens its page.'),
        ),
        migrations.AddField(
            model_name='systemtask',
            name='link_until',
            field=models.DateField(help_text='Its last day, where it was sent later than at first.', null=True),
        ),
        migrations.AddField(
            model_name='systemtask',
            name='owner_number',
            field=models.PositiveIntegerField(db_default=1, default=1, help_text='Which owner was told last; 0: a new link is owed.'),
        ),
        migrations.AlterField(
            model_name='systemtask',
            name='sought',
            field=models.JSONField(default=dict, help_text='Whom it is about, once the request does not say it.'),
        ),
    ]
