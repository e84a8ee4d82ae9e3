import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("retention", "0010_skipped_rows")]

    operations = [
        migrations.CreateModel(
            name="PurgeApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField()),
                ("at", models.DateTimeField()),
                ("reason", models.CharField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PurgeCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                            ("hold", "end of a hold"),
                        ]
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("policy", "the policy changed"),
                            ("agreement", "an agreement ended"),
                            ("objection", "objection to marketing"),
                            ("catch_up", "left from earlier days"),
                            ("period", "due on this day"),
                            ("hold", "end of a hold"),
                        ]
                    ),
                ),
                ("to_delete", models.PositiveIntegerField()),
                ("to_minimise", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PurgeForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
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
                ("people", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="purgecandidate",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("policy", "the policy changed"),
                    ("agreement", "an agreement ended"),
                    ("objection", "objection to marketing"),
                    ("catch_up", "left from earlier days"),
                    ("period", "due on this day"),
                    ("hold", "end of a hold"),
                ],
                db_default="",
                help_text="Empty where the person would stay.",
            ),
        ),
        migrations.AddField(
            model_name="purgecandidate",
            name="part",
            field=models.CharField(
                blank=True,
                choices=[
                    ("customer", "customer"),
                    ("partner", "partner"),
                    ("whitepaper", "whitepaper"),
                    ("webinar", "webinar"),
                    ("event", "event"),
                    ("prospect", "prospect"),
                    ("hold", "end of a hold"),
                ],
                db_default="",
            ),
        ),
        migrations.AddField(
            model_name="purgerun",
            name="foreseen",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="People whom the last finished run expected; empty where it did not say.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="purgerun",
            name="foreseen_through",
            field=models.DateField(blank=True, help_text="The last day that its own forecast covers.", null=True),
        ),
        migrations.AddField(
            model_name="purgerun",
            name="waits_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("gap", "the last finished run is long ago"),
                    ("share", "too large a share of all contacts"),
                    ("forecast", "far more than foreseen"),
                ],
                db_default="",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgecandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cause__in", ["", "policy", "agreement", "objection", "catch_up", "period", "hold"])
                ),
                name="candidate_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgerun",
            constraint=models.CheckConstraint(
                condition=models.Q(("waits_because__in", ["", "gap", "share", "forecast"])), name="run_waits_because"
            ),
        ),
        migrations.AddField(
            model_name="purgeapproval",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="approvals",
                to="retention.purgerun",
            ),
        ),
        migrations.AddField(
            model_name="purgecause",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="causes",
                to="retention.purgerun",
            ),
        ),
        migrations.AddField(
            model_name="purgeforecast",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="forecasts",
                to="retention.purgerun",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgeapproval",
            constraint=models.UniqueConstraint(fields=("run", "by"), name="approval_once_each"),
        ),
        migrations.AddConstraint(
            model_name="purgeapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="approval_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="purgecause",
            constraint=models.UniqueConstraint(fields=("run", "part", "cause"), name="cause_once_per_run"),
        ),
        migrations.AddConstraint(
            model_name="purgecause",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["policy", "agreement", "objection", "catch_up", "period", "hold"])),
                name="cause_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgeforecast",
            constraint=models.UniqueConstraint(fields=("run", "day", "scenario"), name="forecast_once_per_day"),
        ),
        migrations.AddConstraint(
            model_name="purgeforecast",
            constraint=models.CheckConstraint(condition=models.Q(("people__gt", 0)), name="forecast_of_somebody"),
        ),
    ]
