"""Who acts for the person of a request (L17)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0083_keys_of_systems'),
        ('dsr', '0043_steps_of_systems'),
    ]

    operations = [
        migrations.CreateModel(
            name='Representative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('lawyer', 'lawyer'), ('parent', 'parent'), ('guardian', 'guardian'), ('colleague', 'colleague with authority')])),
                ('name', models.CharField()),
                ('email', models.CharField(blank=True, help_text='Where the answers go; empty where they go by post.')),
                ('post', models.TextField(blank=True, help_text='The postal address, line by line.')),
                ('proof', models.CharField(choices=[('power', 'power of attorney'), ('court', 'court order'), ('birth', 'birth certificate'), ('mandate', "the employer's authorisation")])),
                ('issued_by', models.CharField()),
                ('issued_on', models.DateField()),
                ('seen_by', models.CharField(help_text='user:ID of who saw the proof.')),
                ('seen_on', models.DateField()),
                ('scope', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('access', 'access to their details'), ('rectification', 'correction'), ('erasure', 'deletion'), ('restriction', 'restriction'), ('portability', 'their details to take along'), ('marketing_objection', 'objection to marketing'), ('objection', 'objection to other use'), ('withdrawal', 'withdrawal of a consent'), ('complaint', 'complaint'), ('leaver', 'has left the organisation')]), help_text='What they may ask for.')),
                ('ends_on', models.DateField(help_text='The last day of the proof, where it has one.', null=True)),
                ('entered_at', models.DateTimeField()),
                ('untold', models.TextField(blank=True, help_text='Why the person could not be told.')),
                ('agreed_on', models.DateField(help_text='The day on which the person said yes.', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end', models.CharField(blank=True, choices=[('objected', 'the person objected'), ('ended', 'ended by us'), ('lapsed', 'the proof has ended')])),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='representative',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='representatives', to='contacts.contact'),
        ),
        migrations.AddField(
            model_name='representative',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='representatives', to='dsr.request'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('request',), name='representative_once'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', ''), ('ended_at__isnull', True)), models.Q(('end__in', ['objected', 'ended', 'lapsed']), ('ended_at__isnull', False)), _connector='OR'), name='representative_ended_says_how'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('post', ''), _negated=True), _connector='OR'), name='representative_has_an_address'),
        ),
    ]
