"""What a request asks of other systems, what they answer, and the files that they send (L18)."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0082_systems'),
        ('dsr', '0041_sealed_evidence'),
    ]

    operations = [
        migrations.CreateModel(
            name='Enclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField()),
                ('content', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SystemTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('opened_at', models.DateTimeField()),
                ('due_on', models.DateField(help_text='The day by which the system is to have answered.')),
                ('not_before', models.DateTimeField()),
                ('claimed_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='That failed since it was last sent.')),
                ('reason', models.CharField(blank=True, help_text='A code: why the last attempt failed.')),
                ('told_at', models.DateTimeField(null=True)),
                ('reminded_on', models.DateField(null=True)),
                ('answer', models.CharField(blank=True, choices=[('done', 'done'), ('nothing', 'holds nothing'), ('kept', 'keeps it, or a part')])),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.CharField(blank=True, help_text='system:ID, or user:ID of the officer who noted it.')),
                ('called_off_at', models.DateTimeField(null=True)),
                ('called_off_by', models.CharField(blank=True, help_text='user:ID, or what ended it: the request, or a mistake.')),
                ('called_off_told_at', models.DateTimeField(null=True)),
                ('lifted_told_at', models.DateTimeField(help_text='When it heard that it may use the details again.', null=True)),
                ('sought', models.JSONField(default=dict, help_text='Whom it is about, once they are deleted here.')),
                ('sought_until', models.DateField(null=True)),
            ],
            options={
                'ordering': ['system__name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='enclosure',
            name='contact',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.DB_CASCADE, related_name='enclosures', to='contacts.contact'),
        ),
        migrations.AddField(
            model_name='enclosure',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='enclosures', to='dsr.request'),
        ),
        migrations.AddField(
            model_name='systemtask',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='system_tasks', to='dsr.request'),
        ),
        migrations.AddField(
            model_name='systemtask',
            name='system',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='tasks', to='contacts.system'),
        ),
        migrations.AddField(
            model_name='enclosure',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='files', to='dsr.systemtask'),
        ),
        migrations.AddIndex(
            model_name='systemtask',
            index=models.Index(condition=models.Q(('told_at__isnull', True)), fields=['not_before'], name='system_task_to_send'),
        ),
        migrations.AddIndex(
            model_name='systemtask',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['due_on'], name='system_task_due'),
        ),
        migrations.AddConstraint(
            model_name='systemtask',
            constraint=models.UniqueConstraint(condition=models.Q(('called_off_at__isnull', True)), fields=('request', 'system'), name='system_task_once'),
        ),
        migrations.AddConstraint(
            model_name='systemtask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by', '')), models.Q(('answer__in', ['done', 'nothing', 'kept']), ('answered_at__isnull', False), models.Q(('answered_by', ''), _negated=True)), _connector='OR'), name='system_task_answered_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='systemtask',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('called_off_at__isnull', True), _connector='OR'), name='system_task_answered_or_called_off'),
        ),
        migrations.AddConstraint(
            model_name='systemtask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sought', {}), ('sought_until__isnull', True)), models.Q(models.Q(('sought', {}), _negated=True), ('answered_at__isnull', True), ('sought_until__isnull', False)), _connector='OR'), name='system_task_seeks_until_a_day'),
        ),
    ]
