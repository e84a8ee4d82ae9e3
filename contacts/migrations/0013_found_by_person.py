from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0012_see_restricted"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="signup",
            index=models.Index(fields=["email"], name="sign_up_by_email"),
        ),
        migrations.AddIndex(
            model_name="recipientnotice",
            index=models.Index(fields=["reference"], name="notice_of_person"),
        ),
    ]
