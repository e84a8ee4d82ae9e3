"""Whose the evidence is of requests that are on record, as far as they have proven their address; the rest is not known."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

_KNOWN = """
    UPDATE dsr_evidence evidence SET contact_id = (
        SELECT subject.contact_id FROM dsr_subject subject
        JOIN contacts_contact contact ON contact.id = subject.contact_id AND contact.minimised_on IS NULL
        WHERE subject.request_id = evidence.request_id ORDER BY subject.id LIMIT 1
    )
    WHERE contact_id IS NULL AND EXISTS (
        SELECT 1 FROM dsr_entry entry WHERE entry.request_id = evidence.request_id AND entry.step = 'proven'
    )"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('dsr', '0048_evidence_names_who_asked'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='evidence',
            index=models.Index(fields=['contact'], name='evidence_of_person'),
        ),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
