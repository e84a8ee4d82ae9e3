from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("retention", "0025_financial_years")]

    operations = [ValidateConstraint("hold", "hold_financial_year_is_of_bookkeeping")]
