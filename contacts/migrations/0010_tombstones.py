"""Who was erased at their request is kept from coming back, by keyed hashes and for a set time (L12)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0009_mailboxes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64, unique=True)),
                ('mailbox_hash', models.CharField(max_length=64)),
                ('erased_on', models.DateField()),
                ('ends_on', models.DateField(db_index=True, help_text='The last day on which it holds.')),
                ('residue', models.UUIDField(null=True)),
            ],
            options={
                'permissions': [('lift_tombstone', 'Can enter somebody again who was erased at their request')],
                'indexes': [models.Index(fields=['mailbox_hash'], name='tombstone_by_mailbox')],
                'constraints': [models.CheckConstraint(condition=models.Q(('mailbox_hash', ''), _negated=True), name='tombstone_has_its_mailbox'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('erased_on'))), name='tombstone_ends_after_it_began')],
            },
        ),
    ]
