from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0017_letters_that_never_left"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.CharField(max_length=64)),
                (
                    "contact",
                    models.ForeignKey(on_delete=models.DB_CASCADE, related_name="+", to="contacts.contact"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["address_hash", "contact"], name="merged_address_once")
                ],
            },
        ),
    ]
