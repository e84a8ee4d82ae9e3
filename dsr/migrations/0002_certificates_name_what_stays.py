"""A certificate says what stays in coded form: for how long nobody brings the person back (L12), and an objection."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dsr', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='certificate',
            name='remembered_until',
            field=models.DateField(help_text='The last day on which nobody may bring the person back.', null=True),
        ),
        migrations.AddField(
            model_name='certificate',
            name='suppressed',
            field=models.BooleanField(help_text='Whether an objection stays, in coded form.', null=True),
        ),
    ]
