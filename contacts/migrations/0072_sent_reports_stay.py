"""What was reported, approved or published about a breach is never changed (Art. 33(5) GDPR)."""

from django.db import migrations

TABLES = ("affectedgroup", "breachreport", "breachletter", "breachnotice")

FUNCTION = """
CREATE FUNCTION contacts_breach_record_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said about a breach is not changed: add to it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'breach_record_is_immutable';
END $$;
"""
TRIGGER = """
CREATE TRIGGER breach_record_is_immutable BEFORE UPDATE OR DELETE ON contacts_{0}
    FOR EACH ROW EXECUTE FUNCTION contacts_breach_record_is_immutable();
"""
FREE = "DROP TRIGGER breach_record_is_immutable ON contacts_{0};"


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0071_breaches"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION contacts_breach_record_is_immutable();"),
        *(migrations.RunSQL(TRIGGER.format(table), FREE.format(table)) for table in TABLES),
    ]
