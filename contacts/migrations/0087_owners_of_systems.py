"""Systems count their owners: links made for one end with them."""

from django.db import migrations, models



class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0086_uses_of_purposes'),
    ]

    operations = [
        migrations.AddField(
            model_name='system',
            name='owner_number',
            field=models.PositiveIntegerField(db_default=1, default=1, help_text='Counts its owners, and where it hears: links made for one end with them.'),
        ),
    ]
