import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("contacts", "0010_recipients"), ("contacts", "0014_sends_our_mail")]

    dependencies = [
        ("contacts", "0001_policy_and_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=100, unique=True)),
                ("name", models.JSONField()),
                ("sentence", models.JSONField()),
            ],
            options={
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="interests",
                        to="contacts.contact",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.topic"
                    ),
                ),
                ("wanted", models.BooleanField(default=True)),
                ("since", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("contact", "topic"), name="interest_once")],
            },
        ),
        migrations.CreateModel(
            name="ChannelPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="permissions",
                        to="contacts.contact",
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("phone", "phone"), ("post", "post")])),
                ("state", models.CharField(choices=[("objected", "objected"), ("consented", "consented")])),
                ("given_on", models.DateField()),
                ("wording", models.CharField(blank=True)),
                ("source", models.CharField(blank=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "channel", "state"), name="permission_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "phone", "post"])), name="permission_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["objected", "consented"])), name="permission_state"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.CharField(max_length=64)),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("phone", "phone"), ("post", "post")])),
                ("reason", models.CharField(default="objection")),
                ("since", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("address_hash", "channel"), name="suppression_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "phone", "post"])), name="suppression_channel"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "country",
                    models.CharField(blank=True, help_text="ISO 3166-1 alpha-2; empty for all others.", max_length=2),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("phone", "phone"), ("post", "post")])),
                ("existing_customers", models.BooleanField(default=False)),
                (
                    "ground",
                    models.CharField(choices=[("consent", "consent"), ("legitimate_interest", "legitimate interest")]),
                ),
                ("valid_from", models.DateField()),
                ("source", models.CharField(help_text="The law or the authority's word on it.")),
                ("note", models.CharField(blank=True)),
            ],
            options={
                "ordering": ["country", "channel", "existing_customers", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "channel", "existing_customers", "valid_from"),
                        name="country_rule_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "phone", "post"])), name="country_rule_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["consent", "legitimate_interest"])),
                        name="country_rule_ground",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                        name="country_rule_country",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(unique=True)),
                ("kind", models.CharField(choices=[("processor", "processor"), ("reseller", "reseller partner")])),
                ("service", models.CharField(help_text="What it does with the data.")),
                ("agreement_reference", models.CharField(blank=True)),
                ("agreement_from", models.DateField(blank=True, null=True)),
                ("agreement_until", models.DateField(blank=True, null=True)),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("customer", "customer"),
                                ("partner", "partner"),
                                ("whitepaper", "whitepaper"),
                                ("webinar", "webinar"),
                                ("event", "event"),
                                ("prospect", "prospect"),
                            ]
                        ),
                        blank=True,
                        default=list,
                    ),
                ),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                (
                    "safeguard",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adequacy", "adequacy decision"),
                            ("clauses", "standard contractual clauses"),
                            ("binding_rules", "binding corporate rules"),
                            ("code", "approved code of conduct"),
                        ],
                    ),
                ),
                ("safeguard_reference", models.CharField(blank=True)),
                ("contact_email", models.EmailField(help_text="The organisation's point of contact.", max_length=254)),
                (
                    "told_by",
                    models.CharField(choices=[("mail", "e-mail"), ("webhook", "signed webhook")], default="mail"),
                ),
                ("webhook_url", models.CharField(blank=True)),
                ("sends_our_mail", models.BooleanField(default=False, help_text="Mailings go out through it.")),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["processor", "reseller"])), name="recipient_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="recipient_country",
                        violation_error_message="A country is named by its code of two letters (ISO 3166-1).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agreement_from__isnull", True),
                                ("agreement_reference", ""),
                                ("agreement_until__isnull", True),
                            ),
                            ("agreement_from__isnull", False),
                            _connector="OR",
                        ),
                        name="recipient_agreement_begins",
                        violation_error_message="An agreement has a first day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreement_until__isnull", True),
                            ("agreement_until__gte", models.F("agreement_from")),
                            _connector="OR",
                        ),
                        name="recipient_agreement_ends_after_it_begins",
                        violation_error_message="The agreement cannot end before it begins.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purposes__contained_by",
                                ["customer", "partner", "whitepaper", "webinar", "event", "prospect"],
                            )
                        ),
                        name="recipient_purposes",
                        violation_error_message="An agreement covers purposes that the policy names.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("safeguard__in", ["", "adequacy", "clauses", "binding_rules", "code"])),
                        name="recipient_safeguard",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("safeguard", ""), ("safeguard_reference", "")),
                            models.Q(
                                models.Q(("safeguard", ""), _negated=True),
                                models.Q(
                                    (
                                        "country__in",
                                        (
                                            "AT",
                                            "BE",
                                            "BG",
                                            "CY",
                                            "CZ",
                                            "DE",
                                            "DK",
                                            "EE",
                                            "ES",
                                            "FI",
                                            "FR",
                                            "GR",
                                            "HR",
                                            "HU",
                                            "IE",
                                            "IS",
                                            "IT",
                                            "LI",
                                            "LT",
                                            "LU",
                                            "LV",
                                            "MT",
                                            "NL",
                                            "NO",
                                            "PL",
                                            "PT",
                                            "RO",
                                            "SE",
                                            "SI",
                                            "SK",
                                        ),
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="recipient_safeguard_outside_the_eea",
                        violation_error_message="A safeguard belongs to a recipient outside the EEA; inside, none is needed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("told_by", "mail"), ("webhook_url", "")),
                            models.Q(("told_by", "webhook"), models.Q(("webhook_url", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="recipient_webhook_has_its_address",
                        violation_error_message="A webhook needs the address that it is sent to, and e-mail needs none.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sends_our_mail", True)),
                        fields=("sends_our_mail",),
                        name="recipient_one_sends_our_mail",
                        violation_error_message="Another recipient sends our mail already: take that off its details first.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="disclosures",
                        to="contacts.contact",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="disclosures",
                        to="contacts.recipient",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "export"), ("mailing", "mailing"), ("share", "share with a partner")]
                    ),
                ),
                (
                    "purpose",
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
                ("batch", models.UUIDField()),
            ],
            options={
                "indexes": [models.Index(fields=["contact", "recipient"], name="disclosure_of_contact")],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "contact"), name="disclosure_once_a_batch"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["export", "mailing", "share"])), name="disclosure_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["customer", "partner", "whitepaper", "webinar", "event", "prospect"])
                        ),
                        name="disclosure_purpose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecipientNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="notices", to="contacts.recipient"
                    ),
                ),
                (
                    "reference",
                    models.UUIDField(help_text="The person's public_id, whether or not they are still held."),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("erased", "erased"),
                            ("objected", "objected"),
                            ("rectified", "corrected"),
                            ("restricted", "restricted"),
                            ("restriction_lifted", "restriction lifted"),
                        ]
                    ),
                ),
                ("details", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(), default=list)),
                ("created_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, help_text="That failed since it was last sent."),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "chased_at",
                    models.DateTimeField(
                        help_text="When it was sent again, since nobody had acknowledged it.", null=True
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.CharField(blank=True)),
                ("reason", models.CharField(blank=True, help_text="A code: why the last attempt failed.")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("acknowledged_at__isnull", True)), fields=["not_before"], name="notice_open"
                    ),
                    models.Index(fields=["reference"], name="notice_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("acknowledged_at__isnull", True), ("sent_at__isnull", True)),
                        fields=("recipient", "reference", "kind"),
                        name="notice_once_until_it_is_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["erased", "objected", "rectified", "restricted", "restriction_lifted"])
                        ),
                        name="notice_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("chased_at__isnull", True), ("sent_at__isnull", False), _connector="OR"),
                        name="notice_sent_before_chased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at__isnull", True), ("acknowledged_by", "")),
                            models.Q(
                                ("acknowledged_at__isnull", False), models.Q(("acknowledged_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="notice_acknowledged_by_somebody",
                    ),
                ],
            },
        ),
    ]
