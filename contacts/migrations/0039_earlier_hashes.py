"""Links in older mails name the hash of an address under an earlier key: whoever has the address is found by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0038_hashes_name_their_keys")]

    operations = [
        migrations.CreateModel(
            name="EarlierHash",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address_hash", models.CharField(max_length=72)),
                ("mailbox_hash", models.CharField(max_length=72)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=models.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "earlier hashes",
                "indexes": [models.Index(fields=["mailbox_hash"], name="earlier_hash_by_mailbox")],
                "constraints": [
                    models.UniqueConstraint(fields=("address_hash", "contact"), name="earlier_hash_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mailbox_hash", ""), _negated=True), name="earlier_hash_has_its_mailbox"
                    ),
                ],
            },
        ),
    ]
