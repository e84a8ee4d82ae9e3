"""The last day of a duty for bookkeeping follows from the financial year (L9). What was typed before stays as it is."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("retention", "0024_paused_runs")]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="financial_year_ended_on",
            field=models.DateField(
                blank=True, help_text="From it the last day of a duty for bookkeeping is computed.", null=True
            ),
        ),
        AddConstraintNotValid(
            "hold",
            models.CheckConstraint(
                condition=Q(financial_year_ended_on__isnull=True) | Q(reason="bookkeeping"),
                name="hold_financial_year_is_of_bookkeeping",
                violation_error_message="A financial year belongs to a duty for bookkeeping.",
            ),
        ),
    ]
