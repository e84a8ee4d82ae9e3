"""Messages that were never sent are found by when they ended, to be forgotten a year later."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0036_bounces_on_record")]

    operations = [
        AddIndexConcurrently(
            "message", models.Index(condition=Q(ended_at__isnull=False), fields=["ended_at"], name="message_ended")
        ),
    ]
