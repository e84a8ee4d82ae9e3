"""Each keyed hash begins with the name of its key, so that keys can be changed and none is dropped that is needed.

What is stored was made under the one key that there has been. Where people are held, their addresses show which of the
keys it is; where nobody is, it is the last that the settings name.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import migrations, models

_SOME = "SELECT email, address_hash FROM contacts_contact WHERE email IS NOT NULL ORDER BY id DESC LIMIT 100"

_NAME = """
    UPDATE {} SET address_hash = %(name)s || address_hash, mailbox_hash = %(name)s || mailbox_hash
    WHERE length(address_hash) = 64"""

_TABLES = ("contacts_contact", "contacts_suppression", "contacts_tombstone", "contacts_mergedaddress")


def write(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_SOME)
        name = _fingerprint(_key_of(cursor.fetchall()))
        for table in _TABLES:
            cursor.execute(_NAME.format(table), {"name": name})


def _key_of(people: list[tuple[str, str]]) -> str:
    for key in [settings.SUPPRESSION_KEY, *settings.SUPPRESSION_KEYS]:
        if any(_hash(email, key) == hashed for email, hashed in people):
            return str(key)
    if people:
        raise RuntimeError(
            "None of SUPPRESSION_KEYS is the key under which the addresses in this database are hashed."
            " Where none was set until now, it is suppression: followed by the SECRET_KEY."
        )
    return str([settings.SUPPRESSION_KEY, *settings.SUPPRESSION_KEYS][-1])


def _hash(email: str, key: str) -> str:
    return hmac.new(key.encode(), email.encode(), hashlib.sha256).hexdigest()


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"privacy-crm key: " + key.encode()).hexdigest()[:8]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0037_messages_end")]

    operations = [
        migrations.AlterField(
            "contact",
            "address_hash",
            models.CharField(
                blank=True,
                editable=False,
                help_text="Keyed hash, by which suppressions are found.",
                max_length=72,
                null=True,
            ),
        ),
        migrations.AlterField(
            "contact",
            "mailbox_hash",
            models.CharField(
                blank=True,
                editable=False,
                help_text="The same of its mailbox, without the tag.",
                max_length=72,
                null=True,
            ),
        ),
        migrations.AlterField("mergedaddress", "address_hash", models.CharField(max_length=72)),
        migrations.AlterField("mergedaddress", "mailbox_hash", models.CharField(max_length=72)),
        migrations.AlterField("suppression", "address_hash", models.CharField(max_length=72)),
        migrations.AlterField("suppression", "mailbox_hash", models.CharField(max_length=72)),
        migrations.AlterField("tombstone", "address_hash", models.CharField(max_length=72, unique=True)),
        migrations.AlterField("tombstone", "mailbox_hash", models.CharField(max_length=72)),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
