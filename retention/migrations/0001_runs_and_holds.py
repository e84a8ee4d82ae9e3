import django.contrib.postgres.fields
import django.db.models.deletion
import functools
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("retention", "0001_initial"),
        ("retention", "0002_freezes_stand_on_people"),
        ("retention", "0003_purgerun_spared"),
    ]

    initial = True

    dependencies = [
        ("contacts", "0001_policy_and_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="PurgeRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(help_text="The moment for which the run decides what is due.")),
                ("by", models.CharField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("finished", "finished"),
                            ("needs_approval", "waits for approval"),
                            ("approved", "approved, not done yet"),
                            ("superseded", "replaced by a later run"),
                            ("failed", "failed"),
                            ("interrupted", "broken off"),
                            ("missed", "did not happen"),
                        ]
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.policyversion",
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_by", models.CharField(blank=True)),
                ("warned_at", models.DateTimeField(blank=True, help_text="When the officers were told.", null=True)),
                (
                    "to_delete",
                    models.PositiveIntegerField(default=0, help_text="People whom a waiting run would delete."),
                ),
                (
                    "to_minimise",
                    models.PositiveIntegerField(default=0, help_text="People whom a waiting run would reduce."),
                ),
                (
                    "spared",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="People whom a freeze alone kept; empty where nobody counted them.",
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "permissions": [("approve_purge", "Can approve a run that waits")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "running",
                                    "finished",
                                    "needs_approval",
                                    "approved",
                                    "superseded",
                                    "failed",
                                    "interrupted",
                                    "missed",
                                ],
                            )
                        ),
                        name="run_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "running")),
                            models.Q(("status", "running"), _negated=True),
                            _connector="OR",
                        ),
                        name="run_running_is_not_finished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["finished", "failed"]), _negated=True),
                            ("finished_at__isnull", False),
                            _connector="OR",
                        ),
                        name="run_finished_has_its_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "needs_approval")),
                        fields=("status",),
                        name="run_one_waits_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "missed")), fields=("at",), name="run_missed_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurgeCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="counts",
                        to="retention.purgerun",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                            ("food", "food preferences"),
                            ("hold", "end of a hold"),
                            ("organisation", "organisations without contacts"),
                        ]
                    ),
                ),
                ("bases_lapsed", models.PositiveIntegerField(default=0)),
                ("contacts_deleted", models.PositiveIntegerField(default=0)),
                ("contacts_minimised", models.PositiveIntegerField(default=0)),
                (
                    "others_deleted",
                    models.PositiveIntegerField(default=0, help_text="Food preferences, or organisations."),
                ),
                ("failure", models.CharField(blank=True, help_text="The class of the error that stopped this rule.")),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("run", "rule"), name="count_once_per_rule")],
            },
        ),
        migrations.CreateModel(
            name="PurgeCandidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="candidates",
                        to="retention.purgerun",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "contact"), name="candidate_once")],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="holds",
                        to="contacts.contact",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("freeze", "freeze: nothing is reduced or deleted"),
                            ("duty", "duty: the law has us keep a part"),
                        ]
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("request", "a request that is being answered"),
                            ("restriction", "restricted on the person's wish (Art. 18 GDPR)"),
                            ("legal_claim", "a legal claim"),
                            ("bookkeeping", "bookkeeping"),
                            ("tax", "tax law"),
                            ("other_law", "another law"),
                        ]
                    ),
                ),
                ("legal_reference", models.CharField(blank=True)),
                (
                    "keeps",
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
                        ),
                        default=functools.partial(list, ("company", "name")),
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                ("until", models.DateField(blank=True, null=True)),
                ("closed_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("closed_on__isnull", True)), fields=["until"], name="hold_ending")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "kind", "reason"), name="hold_once_per_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "freeze"), ("reason__in", ("request", "restriction", "legal_claim"))),
                            models.Q(("kind", "duty"), ("reason__in", ("bookkeeping", "tax", "other_law"))),
                            _connector="OR",
                        ),
                        name="hold_reason_fits_its_kind",
                        violation_error_message="A freeze and a duty have reasons of their own.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True),
                            models.Q(("closed_on__gt", models.F("until")), ("until__isnull", False)),
                            _connector="OR",
                        ),
                        name="hold_closed_after_its_end",
                        violation_error_message="A hold is closed only after its last day.",
                    ),
                ],
            },
        ),
    ]
