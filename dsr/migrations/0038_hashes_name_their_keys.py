"""The keyed hash of a request's address begins with the name of its key, as those of people and objections do.

The address of somebody on record says which key it is. A request is one row, and of an address that nobody has it gets
the last key: under another one, a later request by the same person does not find it, and nothing else hangs on that.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import migrations, models

_BATCH = 5_000

_ANY = "SELECT EXISTS (SELECT FROM dsr_request WHERE length(address_hash) = 64)"

_PEOPLE = "SELECT id, email FROM contacts_contact WHERE id > %(after)s AND email IS NOT NULL ORDER BY id LIMIT %(most)s"

_OF_PEOPLE = """
    UPDATE dsr_request asked SET address_hash = %(name)s || asked.address_hash
    WHERE asked.address_hash = ANY(%(hashes)s)"""

_NAME = "UPDATE dsr_request SET address_hash = %(name)s || address_hash WHERE length(address_hash) = 64"


def write(_apps: Any, schema_editor: Any) -> None:
    keys = [settings.SUPPRESSION_KEY, *settings.SUPPRESSION_KEYS]
    with schema_editor.connection.cursor() as cursor:
        after = 0
        while people := _next(cursor, after):
            for key in keys:
                said = {"name": _fingerprint(key), "hashes": [_hash(email, key) for _, email in people]}
                cursor.execute(_OF_PEOPLE, said)
            after = people[-1][0]
        cursor.execute(_NAME, {"name": _fingerprint(keys[-1])})


def _next(cursor: Any, after: int) -> list[tuple[int, str]]:
    """Return the next people, as long as the key of a request is not known."""
    cursor.execute(_ANY)
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(_PEOPLE, {"after": after, "most": _BATCH})
    return list(cursor.fetchall())


def _hash(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


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
