"""What people said about marketing becomes a ledger beside how each channel stands: nothing in it is ever changed."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

KEPT_AS_IT_IS = """
CREATE FUNCTION contacts_consent_record_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a record of a consent is not changed: add another'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_record_is_immutable';
END $$;

CREATE TRIGGER consent_record_is_immutable BEFORE UPDATE ON contacts_consentrecord
    FOR EACH ROW WHEN ((to_jsonb(OLD) - 'contact_id') IS DISTINCT FROM (to_jsonb(NEW) - 'contact_id'))
    EXECUTE FUNCTION contacts_consent_record_is_immutable();
"""

FREE = """
DROP TRIGGER consent_record_is_immutable ON contacts_consentrecord;
DROP FUNCTION contacts_consent_record_is_immutable();
"""

# As in 0005_guards: no statistics keep what was typed.
NO_SAMPLES = """
ALTER TABLE contacts_consentrecord
    ALTER COLUMN wording SET STATISTICS 0,
    ALTER COLUMN source SET STATISTICS 0;
"""

# What is on record, and no more: nobody knows how it was said, under which policy or at which hour. An objection took
# a consent back where one of its day or earlier stood.
RECORD = """
INSERT INTO contacts_consentrecord (public_id, contact_id, channel, state, said_on, method, source, wording)
SELECT gen_random_uuid(), contact_id, channel,
    CASE WHEN state = 'consented' THEN 'given' WHEN EXISTS (
        SELECT 1 FROM contacts_channelpermission consented
        WHERE consented.contact_id = said.contact_id AND consented.channel = said.channel
            AND consented.state = 'consented' AND consented.given_on <= said.given_on
    ) THEN 'withdrawn' ELSE 'refused' END,
    given_on, 'not_known', source, wording
FROM contacts_channelpermission said ORDER BY given_on, state, id;

-- No wording or source is no consent: its record says what is known, and the channel rests on it no longer.
DELETE FROM contacts_channelpermission WHERE state = 'consented' AND (wording = '' OR source = '');

-- A stop beats every consent.
DELETE FROM contacts_channelpermission consented USING contacts_channelpermission objected
WHERE consented.state = 'consented' AND objected.state = 'objected'
    AND consented.contact_id = objected.contact_id AND consented.channel = objected.channel;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0012_policy_shown'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='digest',
            field=models.CharField(blank=True, db_default='', default='', help_text='SHA-256 of a mail that asks for a consent.', max_length=64),
        ),
        migrations.CreateModel(
            name='ConsentRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('controller', models.CharField(blank=True, db_default='', default='')),
                ('purpose', models.CharField(choices=[('service', 'service'), ('information', 'information that the law asks for'), ('important', 'important message'), ('marketing', 'marketing')], db_default='marketing', default='marketing')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('phone', 'phone'), ('post', 'post')])),
                ('state', models.CharField(choices=[('given', 'consent given'), ('refused', 'objected'), ('withdrawn', 'consent withdrawn'), ('expired', 'consent expired')])),
                ('said_on', models.DateField(null=True)),
                ('method', models.CharField(choices=[('double_opt_in', 'ticked a box, then confirmed by e-mail'), ('online', 'on our website or by the link in a mail'), ('staff', 'told our staff'), ('provider', 'reported by the mail provider'), ('import', 'in an imported list'), ('address', 'said earlier under the same address'), ('not_known', 'not known')])),
                ('source', models.CharField(blank=True, db_default='', default='')),
                ('wording', models.CharField(blank=True, db_default='', default='')),
                ('language', models.CharField(blank=True, db_default='', default='')),
                ('ticked_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('withdraw_at', models.CharField(blank=True, db_default='', default='', help_text='Where it can be withdrawn.')),
                ('message_id', models.CharField(blank=True, db_default='', default='', help_text='Of the mail that asked.')),
                ('message_digest', models.CharField(blank=True, db_default='', default='', help_text='SHA-256.', max_length=64)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.DB_CASCADE, related_name='consent_records', to='contacts.contact')),
                ('policy_version', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contacts.policyversion')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'phone', 'post'])), name='consent_record_channel'), models.CheckConstraint(condition=models.Q(('state__in', ['given', 'refused', 'withdrawn', 'expired'])), name='consent_record_state'), models.CheckConstraint(condition=models.Q(('method__in', ['double_opt_in', 'online', 'staff', 'provider', 'import', 'address', 'not_known'])), name='consent_record_method'), models.CheckConstraint(condition=models.Q(('said_on__isnull', False), ('recorded_at__isnull', False), _connector='OR'), name='consent_record_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'given'), _negated=True), ('method', 'not_known'), models.Q(models.Q(('wording', ''), _negated=True), models.Q(('source', ''), _negated=True), ('said_on__isnull', False)), _connector='OR'), name='consent_record_says_to_what_when_and_how')],
            },
        ),
        migrations.RunSQL(KEPT_AS_IT_IS, FREE),
        migrations.RunSQL(NO_SAMPLES, migrations.RunSQL.noop),
        migrations.RunSQL(RECORD, migrations.RunSQL.noop),
    ]
