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
PERSONAL = {
    "contacts_contact": ("email", "first_name", "last_name", "phone", "address", "postal_code"),
    "contacts_foodpreference": ("preference",),
    "contacts_channelpermission": ("wording", "source"),
}
NO_SAMPLES = ";".join(
    f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0" for table, columns in PERSONAL.items() for column in columns
)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("admin", "0003_logentry_add_action_flag_choices")]

    operations = [
        migrations.RunSQL(IMMUTABLE, MUTABLE),
        migrations.RunSQL(NO_SAMPLES, migrations.RunSQL.noop),
        # The purge looks up a person's entries; without this it would read the whole log for each batch.
        migrations.RunSQL(
            "CREATE INDEX admin_log_of_an_object ON django_admin_log (content_type_id, object_id)",
            "DROP INDEX admin_log_of_an_object",
        ),
    ]
