"""What models cannot say: a published policy never changes, and no statistics keep what was typed."""

from django.db import migrations

IMMUTABLE = """
CREATE FUNCTION contacts_policy_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published policy is not changed: publish a new version'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_published_is_immutable';
END $$;

CREATE TRIGGER policy_published_is_immutable BEFORE UPDATE OR DELETE ON contacts_policyversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION contacts_policy_is_immutable();

CREATE FUNCTION contacts_rule_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER rule_published_is_immutable BEFORE INSERT OR UPDATE OR DELETE ON contacts_scenariorule
    FOR EACH ROW EXECUTE FUNCTION contacts_rule_is_immutable();
"""

MUTABLE = """
DROP TRIGGER rule_published_is_immutable ON contacts_scenariorule;
DROP FUNCTION contacts_rule_is_immutable();
DROP TRIGGER policy_published_is_immutable ON contacts_policyversion;
DROP FUNCTION contacts_policy_is_immutable();
"""

# The planner's statistics keep sample values of each column, also of people who have gone, until the next ANALYZE.
NO_SAMPLES = """
ALTER TABLE contacts_contact
    ALTER COLUMN email SET STATISTICS 0,
    ALTER COLUMN first_name SET STATISTICS 0,
    ALTER COLUMN last_name SET STATISTICS 0,
    ALTER COLUMN phone SET STATISTICS 0,
    ALTER COLUMN address SET STATISTICS 0,
    ALTER COLUMN postal_code SET STATISTICS 0;
ALTER TABLE contacts_signup
    ALTER COLUMN email SET STATISTICS 0,
    ALTER COLUMN first_name SET STATISTICS 0,
    ALTER COLUMN last_name SET STATISTICS 0,
    ALTER COLUMN phone SET STATISTICS 0,
    ALTER COLUMN address SET STATISTICS 0,
    ALTER COLUMN postal_code SET STATISTICS 0;
ALTER TABLE contacts_foodpreference ALTER COLUMN preference SET STATISTICS 0;
ALTER TABLE contacts_channelpermission
    ALTER COLUMN wording SET STATISTICS 0,
    ALTER COLUMN source SET STATISTICS 0;
"""


class Migration(migrations.Migration):
    replaces = [
        ("contacts", "0002_guards"),
    ]

    dependencies = [
        ("contacts", "0004_mailings_and_lists"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunSQL(IMMUTABLE, MUTABLE),
        migrations.RunSQL(NO_SAMPLES, migrations.RunSQL.noop),
        # A deletion looks up a person's entries; without this it would read the whole log for each batch.
        migrations.RunSQL(
            "CREATE INDEX admin_log_of_an_object ON django_admin_log (content_type_id, object_id)",
            "DROP INDEX admin_log_of_an_object",
        ),
    ]
