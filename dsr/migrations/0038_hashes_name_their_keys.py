"""The keyed hash of a request's address begins with the name of its key, as those of people and objections do."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import migrations, models

_OF_PEOPLE = "SELECT left(address_hash, 8) FROM contacts_contact WHERE address_hash IS NOT NULL LIMIT 1"

_NAME = "UPDATE dsr_request SET address_hash = %(name)s || address_hash WHERE length(address_hash) = 64"


def write(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_OF_PEOPLE)
        found = cursor.fetchone()
        cursor.execute(_NAME, {"name": found[0] if found else _fingerprint([settings.SUPPRESSION_KEY, *settings.SUPPRESSION_KEYS][-1])})


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"privacy-crm key: " + key.encode()).hexdigest()[:8]


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0038_hashes_name_their_keys"),
        ("dsr", "0005_addresses_proven_on_my_data"),
    ]

    operations = [
        migrations.AlterField("request", "address_hash", models.CharField(blank=True, max_length=72)),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
