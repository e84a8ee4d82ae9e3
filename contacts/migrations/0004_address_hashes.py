from typing import Any

from django.db import migrations

from contacts.words.addresses import keyed_hash

_BATCH = 5_000


def hash_addresses(apps: Any, _schema_editor: Any) -> None:
    """Give everyone on file the keyed hash of their address, a bounded batch at a time."""
    contact = apps.get_model("contacts", "Contact")
    while people := list(contact.objects.filter(email__isnull=False, address_hash__isnull=True).only("email")[:_BATCH]):
        for person in people:
            person.address_hash = keyed_hash(person.email)
        contact.objects.bulk_update(people, ["address_hash"])


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_public_side")]

    operations = [migrations.RunPython(hash_addresses, migrations.RunPython.noop)]
