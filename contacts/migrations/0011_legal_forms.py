"""Organisations get their legal form, which the rules for e-mail to people in Great Britain ask for (P11), and where
somebody's details come from can be unknown (L5).

Where the product's own rule for Great Britain holds, the new one takes its place from today on; a rule of the officer's
own stays. Who was written to before was judged by what was in force then.
"""

from django.db import migrations, models

BRITAIN = """
INSERT INTO contacts_countryrule (country, channel, existing_customers, ground, valid_from, source, note)
SELECT 'GB', 'email', FALSE, 'corporate', CURRENT_DATE, 'PECR, regulations 2 and 22',
    'Sole traders and other partnerships must consent, and everybody with an address at a public mail provider.'
FROM (
    SELECT ground, source FROM contacts_countryrule
    WHERE country = 'GB' AND channel = 'email' AND NOT existing_customers AND valid_from <= CURRENT_DATE
    ORDER BY valid_from DESC LIMIT 1
) in_force
WHERE ground = 'legitimate_interest' AND source = 'PECR, regulation 22'
ON CONFLICT DO NOTHING
"""
NOT_BRITAIN = "DELETE FROM contacts_countryrule WHERE ground = 'corporate'"

GROUNDS = [
    ("consent", "consent"),
    ("legitimate_interest", "legitimate interest"),
    ("corporate", "legitimate interest at companies and public bodies, otherwise consent"),
]
FORMS = [
    ("company", "company"),
    ("llp", "limited liability partnership (LLP)"),
    ("scottish_partnership", "Scottish partnership"),
    ("public_body", "public body"),
    ("sole_trader", "sole trader"),
    ("partnership", "other partnership"),
]
SOURCES = [
    ("person", "the person"),
    ("organisation", "the person's organisation"),
    ("public", "a public source"),
    ("third_party", "somebody else"),
    ("unknown", "not known"),
]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0010_tombstones")]

    operations = [
        migrations.RemoveConstraint(model_name="countryrule", name="country_rule_ground"),
        migrations.AlterField(model_name="countryrule", name="ground", field=models.CharField(choices=GROUNDS)),
        migrations.AddConstraint(
            model_name="countryrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground__in", ["consent", "legitimate_interest", "corporate"])),
                name="country_rule_ground",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="legal_form",
            field=models.CharField(
                blank=True, choices=FORMS, db_default="", default="", help_text="Empty where nobody has said it."
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "legal_form__in",
                        ["", "company", "llp", "scottish_partnership", "public_body", "sole_trader", "partnership"],
                    )
                ),
                name="organisation_legal_form",
            ),
        ),
        migrations.RunSQL(BRITAIN, NOT_BRITAIN),
        migrations.RemoveConstraint(model_name="basis", name="basis_source_kind"),
        migrations.AlterField(
            model_name="basis", name="source_kind", field=models.CharField(choices=SOURCES, default="person")
        ),
        migrations.AddConstraint(
            model_name="basis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source_kind__in", ["person", "organisation", "public", "third_party", "unknown"])
                ),
                name="basis_source_kind",
            ),
        ),
        migrations.AlterField(
            model_name="upload", name="source_kind", field=models.CharField(blank=True, choices=SOURCES)
        ),
    ]
