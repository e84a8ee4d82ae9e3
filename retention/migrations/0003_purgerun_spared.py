from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("retention", "0002_freezes_stand_on_people")]

    operations = [
        migrations.AddField(
            "purgerun",
            "spared",
            models.PositiveIntegerField(
                blank=True,
                help_text="People whom a freeze alone kept; empty where nobody counted them.",
                null=True,
            ),
        ),
    ]
