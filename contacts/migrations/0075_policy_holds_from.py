"""A version of the policy is proposed, announced for a day to come, and immutable from then on unless it is taken back."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

ANNOUNCED = """
CREATE TRIGGER policy_announced_is_immutable BEFORE UPDATE ON contacts_policyversion
    FOR EACH ROW WHEN (
        OLD.announced_at IS NOT NULL AND OLD.published_at IS NULL AND NEW.announced_at IS NOT NULL
        AND to_jsonb(NEW) - 'published_at' <> to_jsonb(OLD) - 'published_at'
    ) EXECUTE FUNCTION contacts_policy_is_immutable();

CREATE OR REPLACE FUNCTION contacts_rule_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    affected contacts_scenariorule := COALESCE(NEW, OLD);
BEGIN
    IF EXISTS (
        SELECT 1 FROM contacts_policyversion
        WHERE id = affected.version_id AND (published_at IS NOT NULL OR announced_at IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'a rule of a published policy is not changed: publish a new version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_published_is_immutable';
    END IF;
    RETURN affected;
END $$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION contacts_rule_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    affected contacts_scenariorule := COALESCE(NEW, OLD);
BEGIN
    IF EXISTS (
        SELECT 1 FROM contacts_policyversion WHERE id = affected.version_id AND published_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'a rule of a published policy is not changed: publish a new version'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_published_is_immutable';
    END IF;
    RETURN affected;
END $$;
DROP TRIGGER policy_announced_is_immutable ON contacts_policyversion;
"""

DRAFT = Q(proposed_at__isnull=True, proposed_by="", holds_from__isnull=True)
PROPOSED = Q(proposed_at__isnull=False, holds_from__isnull=False) & ~Q(proposed_by="")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0074_told_of_longer_periods")]

    operations = [
        migrations.AddField("policyversion", "proposed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("policyversion", "proposed_by", models.CharField(blank=True, db_default="")),
        migrations.AddField("policyversion", "announced_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "policyversion",
            "holds_from",
            models.DateField(blank=True, help_text="The day on which it is to come into force.", null=True),
        ),
        migrations.AddField(
            "policyversion",
            "summary",
            models.JSONField(
                blank=True, db_default={}, default=dict, help_text="Language → what changes, for the public page."
            ),
        ),
        AddConstraintNotValid(
            "policyversion", models.CheckConstraint(condition=DRAFT | PROPOSED, name="policy_proposed_whole")
        ),
        AddConstraintNotValid(
            "policyversion",
            models.CheckConstraint(
                condition=Q(announced_at__isnull=True) | Q(proposed_at__isnull=False), name="policy_announced_proposed"
            ),
        ),
        ValidateConstraint("policyversion", "policy_proposed_whole"),
        ValidateConstraint("policyversion", "policy_announced_proposed"),
        migrations.RunSQL(ANNOUNCED, AS_BEFORE),
    ]
