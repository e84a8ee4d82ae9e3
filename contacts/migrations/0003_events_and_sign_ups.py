import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import functools
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("contacts", "0003_public_side"),
        ("contacts", "0013_found_by_person"),
        ("contacts", "0016_event_was_open"),
    ]

    dependencies = [
        ("contacts", "0002_marketing_and_recipients"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(allow_unicode=True, max_length=200, unique=True)),
                ("title", models.CharField()),
                ("kind", models.CharField(choices=[("webinar", "webinar"), ("physical", "physical event")])),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("time_zone", models.CharField()),
                ("place", models.CharField(blank=True)),
                (
                    "summary",
                    models.JSONField(blank=True, db_default={}, default=dict, help_text="Language → a few sentences."),
                ),
                (
                    "link",
                    models.URLField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Where a webinar takes place; only its guests are told.",
                        max_length=2000,
                    ),
                ),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True, help_text="Places; empty where there is no limit.", null=True
                    ),
                ),
                ("signup_open", models.BooleanField(db_default=False, default=False)),
                (
                    "was_open",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        editable=False,
                        help_text="Whether visitors could ever sign up: from then on its page tells them how things stand.",
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        editable=False,
                        help_text="Counts what guests' calendars must learn (RFC 5545).",
                    ),
                ),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(),
                        blank=True,
                        db_default=[
                            "first_name",
                            "last_name",
                            "phone",
                            "company",
                            "job_title",
                            "address",
                            "postal_code",
                            "city",
                            "country",
                        ],
                        default=functools.partial(
                            list,
                            (
                                "first_name",
                                "last_name",
                                "phone",
                                "company",
                                "job_title",
                                "address",
                                "postal_code",
                                "city",
                                "country",
                            ),
                        ),
                        help_text="Optional fields that its sign-up form shows.",
                    ),
                ),
                (
                    "asks_food",
                    models.BooleanField(
                        db_default=True, default=True, help_text="A physical event alone asks for food preferences."
                    ),
                ),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "over_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("ends_at"),
                            models.Func(
                                models.F("time_zone"),
                                django.db.models.expressions.CombinedExpression(
                                    models.Func(
                                        models.Value("day"),
                                        models.Func(models.F("time_zone"), models.F("starts_at"), function="timezone"),
                                        function="date_trunc",
                                    ),
                                    "+",
                                    models.Value(datetime.timedelta(days=1), output_field=models.DurationField()),
                                ),
                                function="timezone",
                                output_field=models.DateTimeField(),
                            ),
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                ("topics", models.ManyToManyField(blank=True, related_name="events", to="contacts.topic")),
            ],
            options={
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["webinar", "physical"])), name="event_kind")
                ],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="registrations",
                        to="contacts.contact",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="registrations",
                        to="contacts.event",
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attended_at",
                    models.DateTimeField(blank=True, help_text="When the guest was checked in.", null=True),
                ),
                (
                    "active_before",
                    models.DateField(
                        blank=True,
                        help_text="The day of last activity that check-in replaced, where no row tells of it.",
                        null=True,
                    ),
                ),
            ],
            options={
                "permissions": [("check_in", "Can check guests in")],
                "constraints": [models.UniqueConstraint(fields=("contact", "event"), name="registration_once")],
            },
        ),
        migrations.CreateModel(
            name="Whitepaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=200, unique=True)),
                ("title", models.CharField()),
                (
                    "summary",
                    models.JSONField(
                        blank=True, default=dict, help_text="Language → what one gets, in a few sentences."
                    ),
                ),
                ("file", models.FileField(max_length=300, upload_to="whitepapers/")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("topics", models.ManyToManyField(blank=True, related_name="whitepapers", to="contacts.topic")),
            ],
            options={
                "ordering": ["-published_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                        ),
                        name="whitepaper_withdrawn_was_published",
                        violation_error_message="Only a whitepaper that was published can be withdrawn.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("whitepaper", "a whitepaper"),
                            ("event", "a place at an event"),
                            ("register", "registration as customer or partner"),
                            ("consent", "consent to marketing"),
                        ]
                    ),
                ),
                (
                    "scenario",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                        ],
                    ),
                ),
                (
                    "whitepaper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.whitepaper",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="sign_ups",
                        to="contacts.event",
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.policyversion",
                    ),
                ),
                ("email", models.CharField(blank=True)),
                ("first_name", models.CharField(blank=True)),
                ("last_name", models.CharField(blank=True)),
                ("phone", models.CharField(blank=True)),
                ("company", models.CharField(blank=True)),
                ("job_title", models.CharField(blank=True)),
                ("address", models.CharField(blank=True)),
                ("postal_code", models.CharField(blank=True)),
                ("city", models.CharField(blank=True)),
                ("country", models.CharField(blank=True)),
                ("language", models.CharField()),
                (
                    "consents",
                    models.JSONField(
                        default=dict, help_text="Channel → the wording that was shown beside the ticked box."
                    ),
                ),
                ("source", models.CharField(help_text="The door: form, or api:KEY.")),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="sign_ups",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["created_at"], name="sign_up_created"),
                    models.Index(fields=["email"], name="sign_up_by_email"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("event__isnull", True),
                                ("kind", "whitepaper"),
                                ("scenario", "whitepaper"),
                                ("whitepaper__isnull", False),
                            ),
                            models.Q(
                                ("event__isnull", False),
                                ("kind", "event"),
                                ("scenario__in", ["webinar", "event"]),
                                ("whitepaper__isnull", True),
                            ),
                            models.Q(
                                ("kind", "register"),
                                ("scenario__in", ["customer", "partner"]),
                                ("event__isnull", True),
                                ("whitepaper__isnull", True),
                            ),
                            models.Q(
                                ("kind", "consent"),
                                ("scenario", ""),
                                ("event__isnull", True),
                                ("whitepaper__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="sign_up_asks_for_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("contact__isnull", True),
                                models.Q(("email", ""), _negated=True),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("contact__isnull", False),
                                ("email", ""),
                                ("first_name", ""),
                                ("last_name", ""),
                            ),
                            _connector="OR",
                        ),
                        name="sign_up_proven_has_moved_to_its_contact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FoodPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "registration",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="food_preference",
                        to="contacts.registration",
                    ),
                ),
                (
                    "sign_up",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="food_preference",
                        to="contacts.signup",
                    ),
                ),
                ("preference", models.CharField()),
                ("consented_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("registration__isnull", False), ("sign_up__isnull", True)),
                            models.Q(("registration__isnull", True), ("sign_up__isnull", False)),
                            _connector="OR",
                        ),
                        name="food_preference_of_one_guest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
    ]
