from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0016_event_was_open"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["once"], condition=Q(template="written") & ~Q(end=""), name="message_never_left"
            ),
        ),
    ]
