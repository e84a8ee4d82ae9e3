"""What a person was shown becomes a record of that, or empty: until now it named the version that was in force.

Proven, as far as records go: a sign-up that stands names the version of its form and its day; a door of ours that showed
the note showed a version published by the day of collection; and a mail that told a person where their details come from
showed the version in force when it left. The latest of these stands.
"""

import django.db.models.deletion
from django.db import migrations, models

FORGET = """
    UPDATE contacts_basis basis SET policy_shown_id = NULL
    WHERE NOT (
        source_kind = 'person'
        AND (source IN ('form', 'embed', 'api', 'check-in') OR source LIKE 'api:%')
        AND EXISTS (
            SELECT 1 FROM contacts_policyversion version
            WHERE version.id = basis.policy_shown_id
                AND (version.published_at AT TIME ZONE version.time_zone)::date <= basis.collected_on
        )
    )"""

DATE = "UPDATE contacts_basis SET policy_shown_on = collected_on WHERE policy_shown_id IS NOT NULL"

SHOWN_BY_A_FORM = """
    UPDATE contacts_basis basis SET policy_shown_id = form.policy_version_id, policy_shown_on = form.shown_on
    FROM (
        SELECT DISTINCT ON (contact_id, scenario) contact_id, scenario, policy_version_id,
            (created_at AT TIME ZONE version.time_zone)::date AS shown_on
        FROM contacts_signup JOIN contacts_policyversion version ON version.id = policy_version_id
        WHERE contact_id IS NOT NULL AND scenario <> ''
        ORDER BY contact_id, scenario, created_at DESC, contacts_signup.id DESC
    ) form
    WHERE form.contact_id = basis.contact_id AND form.scenario = basis.scenario"""

# A day on which such a mail left is the day on which they were told, or it was told by another.
SHOWN_BY_A_MAIL = """
    UPDATE contacts_basis basis SET policy_shown_id = mail.version_id, policy_shown_on = mail.sent_on
    FROM (
        SELECT DISTINCT message.contact_id, version.id AS version_id,
            (message.sent_at AT TIME ZONE version.time_zone)::date AS sent_on
        FROM contacts_message message
        CROSS JOIN LATERAL (
            SELECT id, time_zone FROM contacts_policyversion WHERE published_at <= message.sent_at
            ORDER BY number DESC LIMIT 1
        ) version
        WHERE message.template = 'inform' AND message.sent_at IS NOT NULL AND message.contact_id IS NOT NULL
        ORDER BY message.contact_id, sent_on, version.id
    ) mail
    WHERE mail.contact_id = basis.contact_id AND basis.informed_on = mail.sent_on AND basis.source_kind <> 'person'
        AND (basis.policy_shown_on IS NULL OR basis.policy_shown_on <= mail.sent_on)"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0011_legal_forms")]

    operations = [
        migrations.RenameField("basis", "policy_version", "policy_shown"),
        migrations.AlterField(
            model_name="basis",
            name="policy_shown",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The version that a form or a mail of ours showed them last; empty where that is not known.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="contacts.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="basis",
            name="policy_shown_on",
            field=models.DateField(blank=True, null=True),
        ),
        # The last statement checks what the foreign key puts off, since a table with such checks open cannot be altered.
        migrations.RunSQL(
            [FORGET, DATE, SHOWN_BY_A_FORM, SHOWN_BY_A_MAIL, "SET CONSTRAINTS ALL IMMEDIATE"],
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="basis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("policy_shown__isnull", True),
                    ("policy_shown_on__isnull", True),
                )
                | models.Q(
                    ("policy_shown__isnull", False),
                    ("policy_shown_on__isnull", False),
                ),
                name="basis_policy_was_shown_on_a_day",
            ),
        ),
    ]
