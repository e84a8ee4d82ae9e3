"""What the rule of a standstill asks of the messages, of which there are many: nobody waits for an index of theirs."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0034_mail_standstills")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(condition=Q(refused_at__isnull=False), fields=["refused_at"], name="message_refused"),
        ),
        AddIndexConcurrently(
            "message", models.Index(condition=Q(sent_at__isnull=False), fields=["sent_at"], name="message_sent")
        ),
        AddConstraintNotValid(
            "message",
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(reply=""), name="message_refused_says_by_what"
            ),
        ),
        ValidateConstraint("message", "message_refused_says_by_what"),
    ]
