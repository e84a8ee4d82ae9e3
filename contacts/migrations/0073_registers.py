"""Registers: the record of processing as it was on a day, papers of agreements, what was done for safety, evidence."""

import django.db.models.deletion
from django.db import migrations, models


KEPT_AS_IT_IS = """
CREATE FUNCTION contacts_snapshot_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a record of processing of a past day is not changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'snapshot_is_immutable';
END $$;

CREATE TRIGGER snapshot_is_immutable BEFORE UPDATE OR DELETE ON contacts_processingsnapshot
    FOR EACH ROW EXECUTE FUNCTION contacts_snapshot_is_immutable();
"""

FREE = """
DROP TRIGGER snapshot_is_immutable ON contacts_processingsnapshot;
DROP FUNCTION contacts_snapshot_is_immutable();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("contacts", "0072_sent_reports_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name='recipient',
            name='reminded_of',
            field=models.DateField(blank=True, help_text='The last day of the agreement that officers were reminded of by mail.', null=True),
        ),
        migrations.AddField(
            model_name='reviewoutcome',
            name='evidence',
            field=models.JSONField(help_text='What the records said at that moment: codes, ids and numbers.', null=True),
        ),
        migrations.CreateModel(
            name='Maintenance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('restore_drill', 'restore drill'), ('key_rotation', 'key rotation')])),
                ('done_on', models.DateField()),
                ('worked', models.BooleanField(default=True)),
                ('note', models.CharField(blank=True, help_text='What was restored, or the fingerprint of the key; no secret.')),
                ('at', models.DateTimeField(help_text='When it was put on record.')),
                ('by', models.CharField()),
            ],
            options={
                'ordering': ['-done_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['restore_drill', 'key_rotation'])), name='maintenance_kind')],
            },
        ),
        migrations.CreateModel(
            name='ProcessingSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('reason', models.CharField(choices=[('policy', 'a policy was published'), ('quarter', 'a new quarter')])),
                ('quarter', models.CharField(blank=True, help_text='Such as 2026-Q4, of one that a quarter asked for.')),
                ('said', models.JSONField(help_text='Language → the record.')),
                ('policy_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.policyversion')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quarter', ''), ('reason', 'policy')), models.Q(('reason', 'quarter'), models.Q(('quarter', ''), _negated=True)), _connector='OR'), name='snapshot_of_a_quarter_names_it'), models.UniqueConstraint(condition=models.Q(('reason', 'policy')), fields=('policy_version',), name='snapshot_once_a_policy'), models.UniqueConstraint(condition=models.Q(('reason', 'quarter')), fields=('quarter',), name='snapshot_once_a_quarter')],
            },
        ),
        migrations.CreateModel(
            name='RecipientDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('agreement', 'agreement'), ('annex', 'annex'), ('assessment', 'transfer assessment')])),
                ('title', models.CharField()),
                ('file', models.FileField(max_length=300, upload_to='agreements/')),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.CharField()),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='documents', to='contacts.recipient')),
            ],
            options={
                'ordering': ['kind', '-added_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['agreement', 'annex', 'assessment'])), name='recipient_document_kind')],
            },
        ),
        migrations.CreateModel(
            name='SubProcessor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField()),
                ('service', models.CharField()),
                ('country', models.CharField(help_text='ISO 3166-1 alpha-2.', max_length=2)),
                ('safeguard', models.CharField(blank=True, choices=[('adequacy', 'adequacy decision'), ('clauses', 'standard contractual clauses'), ('binding_rules', 'binding corporate rules'), ('code', 'approved code of conduct')])),
                ('since', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='sub_processors', to='contacts.recipient')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='sub_processor_country'), models.CheckConstraint(condition=models.Q(('safeguard__in', ['', 'adequacy', 'clauses', 'binding_rules', 'code'])), name='sub_processor_safeguard'), models.CheckConstraint(condition=models.Q(models.Q(('country__in', ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI', 'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK')), ('safeguard', '')), models.Q(models.Q(('safeguard', ''), _negated=True), models.Q(('country__in', ('AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI', 'LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK')), _negated=True)), _connector='OR'), name='sub_processor_safeguard_outside_the_eea'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('since')), _connector='OR'), name='sub_processor_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='TransferAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessed_on', models.DateField()),
                ('allowed', models.BooleanField(help_text='Whether the data is protected there as it is here.')),
                ('conclusion', models.TextField()),
                ('review_on', models.DateField()),
                ('by', models.CharField()),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='transfer_assessments', to='contacts.recipient')),
            ],
            options={
                'ordering': ['-assessed_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('review_on__gt', models.F('assessed_on'))), name='transfer_assessment_is_reviewed')],
            },
        ),
        migrations.RunSQL(KEPT_AS_IT_IS, FREE),
    ]
