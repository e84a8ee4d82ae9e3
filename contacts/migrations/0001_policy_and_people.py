import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    # Each old migration is replaced once, by one of these five: a new database that stops between two goes on (ADR 0028).
    replaces = [
        ("contacts", "0001_initial"),
        ("contacts", "0004_address_hashes"),
        ("contacts", "0005_addresses_have_hashes"),
        ("contacts", "0006_recipients_and_transfers_of_a_rule"),
        ("contacts", "0007_trigrams"),
        ("contacts", "0008_untold"),
        ("contacts", "0011_corrected"),
        ("contacts", "0012_see_restricted"),
        ("contacts", "0018_merged_addresses"),
    ]

    initial = True

    dependencies = []

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "controller",
                    models.JSONField(help_text="Name, number, addresses, contact points, authority, links, languages."),
                ),
                ("time_zone", models.CharField(default="Europe/Stockholm")),
                ("texts", models.JSONField(help_text="Section name → language → text.")),
                (
                    "digest",
                    models.CharField(
                        editable=False, help_text="SHA-256 of the source, so that the same is not published twice."
                    ),
                ),
            ],
            options={
                "permissions": [("publish_policy", "Can publish a version of the policy")],
            },
        ),
        migrations.CreateModel(
            name="ScenarioRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="rules",
                        to="contacts.policyversion",
                    ),
                ),
                (
                    "scenario",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                        ]
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            ("agreement_end", "end of the organisation's last agreement"),
                            ("last_activity", "last activity"),
                            ("collection", "day of collection"),
                        ]
                    ),
                ),
                ("months", models.PositiveSmallIntegerField()),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            (
                                "contract_and_legitimate_interest",
                                "contract with the organisation, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)",
                            ),
                            (
                                "attendance_and_legitimate_interest",
                                "needed to attend, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)",
                            ),
                            ("legitimate_interest", "our legitimate interest (Art. 6(1)(f) GDPR)"),
                        ]
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("name", "name"),
                                ("email", "work e-mail"),
                                ("postal_address", "postal address"),
                                ("phone", "phone"),
                                ("company", "company"),
                                ("city", "city"),
                                ("country", "country"),
                                ("job_title", "professional role"),
                                ("food_preferences", "food preferences"),
                            ]
                        )
                    ),
                ),
                ("title", models.JSONField()),
                ("purposes", models.JSONField()),
                ("note", models.JSONField()),
                ("text", models.JSONField()),
                (
                    "recipients",
                    models.JSONField(default=dict, help_text="Language → list of who gets the data. May be empty."),
                ),
                (
                    "transfers",
                    models.JSONField(
                        default=dict, help_text="Language → text on places outside the EEA. May be empty."
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "scenario"), name="rule_once_per_scenario"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scenario__in", ["customer", "partner", "whitepaper", "webinar", "event", "prospect"])
                        ),
                        name="rule_scenario",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("clock__in", ["agreement_end", "last_activity", "collection"])),
                        name="rule_clock",
                    ),
                    models.CheckConstraint(condition=models.Q(("months__gt", 0)), name="rule_months"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(help_text="user:ID, or the job that acted, such as purge:RUN.")),
                ("code", models.CharField()),
                ("public_id", models.UUIDField(blank=True, null=True)),
                ("rule", models.CharField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["public_id", "at"], name="audit_of_a_record"),
                    models.Index(fields=["by", "at"], name="audit_of_an_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(unique=True)),
                ("country", models.CharField(blank=True)),
                ("reference", models.CharField(blank=True)),
                ("entered_on", models.DateField()),
                (
                    "agreement_state",
                    models.CharField(
                        choices=[
                            ("none", "no agreement on record"),
                            ("open", "agreement in force"),
                            ("ended", "all agreements ended"),
                        ],
                        default="none",
                    ),
                ),
                ("agreements_ended_on", models.DateField(blank=True, null=True)),
                (
                    "may_be_vacant",
                    models.BooleanField(
                        default=True,
                        editable=False,
                        help_text="Nobody has looked since somebody may have left: the next run does.",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("agreements_ended_on__isnull", False)),
                        fields=["agreements_ended_on"],
                        name="organisation_ended",
                    ),
                    models.Index(
                        condition=models.Q(("agreement_state", "ended"), ("may_be_vacant", True)),
                        fields=["agreements_ended_on"],
                        name="organisation_vacant_ended",
                    ),
                    models.Index(
                        condition=models.Q(("agreement_state", "none"), ("may_be_vacant", True)),
                        fields=["entered_on"],
                        name="organisation_vacant_none",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                        ),
                        name="organisation_searched",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreement_state", "ended"), ("agreements_ended_on__isnull", False)),
                            models.Q(("agreement_state__in", ["none", "open"]), ("agreements_ended_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="organisation_ended_has_its_day",
                        violation_error_message="An organisation whose agreements have all ended needs the day they ended.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="agreements",
                        to="contacts.organisation",
                    ),
                ),
                ("kind", models.CharField(choices=[("customer", "customer"), ("partner", "partner")])),
                ("reference", models.CharField(blank=True)),
                ("started_on", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "kind", "reference"), name="agreement_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("started_on__isnull", True),
                            ("ended_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="agreement_ends_after_it_started",
                        violation_error_message="The agreement ended before it started.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["customer", "partner"])), name="agreement_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.CharField(blank=True, null=True, unique=True)),
                ("first_name", models.CharField(blank=True)),
                ("last_name", models.CharField(blank=True)),
                ("job_title", models.CharField(blank=True)),
                ("phone", models.CharField(blank=True)),
                ("address", models.CharField(blank=True)),
                ("postal_code", models.CharField(blank=True)),
                ("city", models.CharField(blank=True)),
                ("country", models.CharField(blank=True)),
                ("language", models.CharField(blank=True)),
                (
                    "company",
                    models.CharField(
                        blank=True, help_text="As typed by the person; the organisation once it is matched."
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="contacts",
                        to="contacts.organisation",
                    ),
                ),
                (
                    "address_hash",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Keyed hash, by which suppressions are found.",
                        max_length=64,
                        null=True,
                    ),
                ),
                (
                    "unconfirmed_since",
                    models.DateField(blank=True, help_text="Nobody has proven this address yet.", null=True),
                ),
                (
                    "bounced_on",
                    models.DateField(blank=True, help_text="The address did not exist on that day.", null=True),
                ),
                (
                    "left_on",
                    models.DateField(
                        blank=True, help_text="When we heard that they left their organisation.", null=True
                    ),
                ),
                (
                    "frozen_through",
                    models.DateField(blank=True, editable=False, help_text="Kept by retention.holds.", null=True),
                ),
                (
                    "restricted_through",
                    models.DateField(blank=True, editable=False, help_text="Kept by retention.holds.", null=True),
                ),
                ("last_activity_on", models.DateField(blank=True, null=True)),
                ("minimised_on", models.DateField(blank=True, null=True)),
                (
                    "corrected",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(),
                        blank=True,
                        db_default=[],
                        default=list,
                        editable=False,
                        help_text="Fields put right on the person's word, which no import overwrites.",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("see_reduced", "Can see people reduced to what a duty names"),
                    ("see_restricted", "Can see people whose details are only stored"),
                    ("import_contacts", "Can import contacts"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("minimised_on__isnull", False)),
                        fields=["minimised_on"],
                        name="contact_reduced",
                    ),
                    models.Index(fields=["address_hash"], name="contact_by_hash"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper(
                                django.db.models.functions.text.Concat(
                                    models.F("first_name"),
                                    models.Value(" "),
                                    models.F("last_name"),
                                    models.Value(" "),
                                    django.db.models.functions.comparison.Coalesce(models.F("email"), models.Value("")),
                                    models.Value(" "),
                                    models.F("company"),
                                    output_field=models.TextField(),
                                )
                            ),
                            name="gin_trgm_ops",
                        ),
                        name="contact_searched",
                    ),
                    models.Index(fields=["country", "-id"], name="contact_by_country"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email__isnull", False), ("minimised_on__isnull", True)),
                            models.Q(("email__isnull", True), ("minimised_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_reduced_has_no_address",
                        violation_error_message="A contact has an e-mail address, unless it was reduced to what a duty names.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address_hash__isnull", True), ("email__isnull", True)),
                            models.Q(("address_hash__isnull", False), ("email__isnull", False)),
                            _connector="OR",
                        ),
                        name="contact_address_has_its_hash",
                        violation_error_message="An address stands with its keyed hash, or a suppression would not find it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__isnull", True),
                            ("email", django.db.models.functions.text.Lower(models.F("email"))),
                            _connector="OR",
                        ),
                        name="contact_address_without_case",
                        violation_error_message="Addresses are stored in lower case, so that no two differ by case alone.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Basis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="bases",
                        to="contacts.contact",
                    ),
                ),
                (
                    "scenario",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                        ]
                    ),
                ),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            (
                                "contract_and_legitimate_interest",
                                "contract with the organisation, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)",
                            ),
                            (
                                "attendance_and_legitimate_interest",
                                "needed to attend, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)",
                            ),
                            ("legitimate_interest", "our legitimate interest (Art. 6(1)(f) GDPR)"),
                        ]
                    ),
                ),
                ("collected_on", models.DateField()),
                ("source", models.CharField(blank=True)),
                (
                    "source_kind",
                    models.CharField(
                        choices=[
                            ("person", "the person"),
                            ("organisation", "the person's organisation"),
                            ("public", "a public source"),
                            ("third_party", "somebody else"),
                        ],
                        default="person",
                    ),
                ),
                ("informed_on", models.DateField(blank=True, null=True)),
                (
                    "policy_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.policyversion",
                    ),
                ),
                ("clock_from", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "bases",
                "permissions": [
                    ("inform_by_letter", "Can note that a letter told a person where we have their details from")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("clock_from__isnull", False)),
                        fields=["scenario", "clock_from", "contact"],
                        name="basis_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("informed_on__isnull", True), models.Q(("source_kind", "person"), _negated=True)
                        ),
                        fields=["collected_on"],
                        name="basis_untold",
                    ),
                    models.Index(fields=["scenario", "-contact"], name="basis_by_scenario"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "scenario"), name="basis_once_per_scenario"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scenario__in", ["customer", "partner", "whitepaper", "webinar", "event", "prospect"])
                        ),
                        name="basis_scenario",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source_kind__in", ["person", "organisation", "public", "third_party"])),
                        name="basis_source_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="activities",
                        to="contacts.contact",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("download", "download"),
                            ("registration", "registration"),
                            ("attendance", "attendance"),
                            ("reply", "reply"),
                            ("call", "call"),
                            ("meeting", "meeting"),
                        ]
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("reference", models.CharField(blank=True)),
            ],
            options={
                "verbose_name_plural": "activities",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contact", "kind", "occurred_at", "reference"), name="activity_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["download", "registration", "attendance", "reply", "call", "meeting"])
                        ),
                        name="activity_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "one",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("address", "their addresses lead to one mailbox"),
                            ("name", "a like name in the same organisation"),
                            ("chosen", "somebody named both"),
                        ]
                    ),
                ),
                ("found_on", models.DateField()),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("dismissed_by", models.CharField(blank=True)),
            ],
            options={
                "ordering": ["pk"],
                "permissions": [("merge_contacts", "Can merge two records of one person")],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="duplicate_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="duplicate_pair_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["address", "name", "chosen"])), name="duplicate_pair_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dismissed_at__isnull", True), ("dismissed_by", "")),
                            models.Q(("dismissed_at__isnull", False), models.Q(("dismissed_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="duplicate_pair_dismissed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
                ("address_hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("address_hash", "contact"), name="merged_address_once")
                ],
            },
        ),
    ]
