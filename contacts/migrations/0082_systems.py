"""The register of other systems that hold people (L18), and keys that open the tasks of one."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0081_seals'),
    ]

    operations = [
        migrations.CreateModel(
            name='System',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(unique=True)),
                ('holds', models.CharField(help_text='What it holds of people, in the words of the letter.')),
                ('scenarios', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('customer', 'customer'), ('partner', 'partner'), ('whitepaper', 'whitepaper'), ('webinar', 'webinar'), ('event', 'event'), ('prospect', 'prospect')]), help_text='It may hold those who are held as one.')),
                ('owner_email', models.EmailField(help_text='Who looks after it: tasks and reminders go there.', max_length=254)),
                ('reached_by', models.CharField(choices=[('mail', 'a task to its owner, by e-mail'), ('webhook', 'signed webhook'), ('api', 'its server fetches tasks by API')], default='mail')),
                ('webhook_url', models.CharField(blank=True)),
                ('days', models.PositiveSmallIntegerField(default=14, help_text='How many days it has to do what it is asked.')),
                ('ended_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='system',
            name='recipient',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='system', to='contacts.recipient'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('reached_by__in', ['mail', 'webhook', 'api'])), name='system_reached_by'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('scenarios__contained_by', ['customer', 'partner', 'whitepaper', 'webinar', 'event', 'prospect']), ('scenarios__len__gt', 0)), name='system_scenarios', violation_error_message='Say whose data it may hold.'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reached_by', 'webhook'), _negated=True), ('webhook_url', '')), models.Q(('reached_by', 'webhook'), models.Q(('webhook_url', ''), _negated=True)), _connector='OR'), name='system_webhook_has_its_address', violation_error_message='A webhook needs the address that it is sent to, and nothing else does.'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('days__gt', 0)), name='system_has_days', violation_error_message='Give it a day at least.'),
        ),
    ]
