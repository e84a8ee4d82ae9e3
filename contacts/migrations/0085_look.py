from django.db import migrations, models

_ONE = "INSERT INTO contacts_look (id, main, band, logo, logo_size, picture, picture_size, links) VALUES"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0084_notices_taken_down")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("main", models.CharField(blank=True, help_text="Of links and buttons, such as #0b5f85.")),
                ("band", models.CharField(blank=True, help_text="Behind the company's name, on top of each page.")),
                ("logo", models.FileField(blank=True, max_length=300, upload_to="look/")),
                ("logo_size", models.JSONField(default=list, help_text="Width and height in pixels.")),
                ("picture", models.FileField(blank=True, max_length=300, upload_to="look/")),
                ("picture_size", models.JSONField(default=list, help_text="Width and height in pixels.")),
                (
                    "links",
                    models.JSONField(
                        default=list, help_text="What the footer leads to: an address, and its words by language."
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="look_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("main", ""), ("main__regex", "^#[0-9a-f]{6}$"), _connector="OR"),
                            models.Q(("band", ""), ("band__regex", "^#[0-9a-f]{6}$"), _connector="OR"),
                        ),
                        name="look_has_colours",
                    ),
                ]
            },
        ),
        migrations.RunSQL(f"{_ONE} (1, '', '', '', '[]', '', '[]', '[]')", migrations.RunSQL.noop),
    ]
