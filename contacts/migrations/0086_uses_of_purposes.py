"""Each purpose of a rule may say for which use it stands, and which earlier purpose it is in other words."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

USES = [
    ("service", "deliver, support and administer"),
    ("marketing", "tell people about our services"),
    ("sharing", "give details to others for purposes of their own"),
    ("other", "something that is done outside this system"),
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0085_look")]

    operations = [
        migrations.AddField(
            "scenariorule",
            "uses",
            ArrayField(
                base_field=models.CharField(choices=USES),
                blank=True,
                db_default=[],
                default=list,
                help_text="Of each purpose, or of none.",
                size=None,
            ),
        ),
        migrations.AddField(
            "scenariorule",
            "rewords",
            models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="English purpose → the same purpose in earlier words.",
            ),
        ),
        AddConstraintNotValid(
            "scenariorule",
            models.CheckConstraint(condition=Q(uses__contained_by=[use for use, _label in USES]), name="rule_uses"),
        ),
        ValidateConstraint("scenariorule", "rule_uses"),
    ]
