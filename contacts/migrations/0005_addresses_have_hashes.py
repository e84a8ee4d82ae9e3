from django.db import migrations, models

# As in 0002: no sample of what was typed outlives its row in the planner's statistics.
PERSONAL = ("email", "first_name", "last_name", "phone", "address", "postal_code")
NO_SAMPLES = ";".join(f"ALTER TABLE contacts_signup ALTER COLUMN {column} SET STATISTICS 0" for column in PERSONAL)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_address_hashes")]

    operations = [
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address_hash__isnull', True), ('email__isnull', True)), models.Q(('address_hash__isnull', False), ('email__isnull', False)), _connector='OR'), name='contact_address_has_its_hash', violation_error_message='An address stands with its keyed hash, or a suppression would not find it.'),
        ),
        migrations.RunSQL(NO_SAMPLES, migrations.RunSQL.noop),
    ]
