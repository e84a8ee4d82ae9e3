from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Names of organisations are compared by what they share (contacts.matching)."""

    dependencies = [("contacts", "0006_recipients_and_transfers_of_a_rule")]

    operations = [TrigramExtension()]
