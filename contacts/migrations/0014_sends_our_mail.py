from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_found_by_person"),
    ]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="sends_our_mail",
            field=models.BooleanField(default=False, help_text="Mailings go out through it."),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sends_our_mail", True)),
                fields=("sends_our_mail",),
                name="recipient_one_sends_our_mail",
                violation_error_message="Another recipient sends our mail already: take that off its details first.",
            ),
        ),
    ]
