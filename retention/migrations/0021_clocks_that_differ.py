from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("retention", "0020_guarded_runs")]

    operations = [
        migrations.CreateModel(
            name="ClockDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noticed_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(help_text="When it was last so.")),
                ("seconds", models.BigIntegerField(help_text="The machine's clock, ahead of the database's.")),
                (
                    "stands",
                    models.BooleanField(
                        default=True, help_text="Nobody has seen the clocks agree for long enough since."
                    ),
                ),
                ("warned_at", models.DateTimeField(help_text="When somebody was told.", null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="clockdifference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stands", True)), fields=("stands",), name="clocks_differ_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockdifference",
            constraint=models.CheckConstraint(condition=models.Q(("seconds", 0), _negated=True), name="clocks_differ"),
        ),
    ]
