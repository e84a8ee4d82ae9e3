"""Objections hold for a mailbox, whatever tag its address has: the keyed hash of the mailbox stands beside the address's.

A suppression and an address given up say no more than a hash. Where somebody is held under that address, its mailbox is
theirs; otherwise it counts as an address without a tag.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import migrations, models

# HMAC-SHA256 (RFC 2104), whose two blocks of the key are made here.
_OF_PEOPLE = r"""
    UPDATE contacts_contact SET mailbox_hash = CASE
        WHEN email !~ '^[^@+]+\+' THEN address_hash
        ELSE encode(sha256(%(outer)s || sha256(
            %(inner)s || convert_to(substring(email FROM '^[^@+]+') || substring(email FROM '@.*$'), 'UTF8')
        )), 'hex')
    END
    WHERE email IS NOT NULL"""

_OF_HASHES = (
    """
    UPDATE contacts_suppression stored SET mailbox_hash = COALESCE(
        (SELECT min(person.mailbox_hash) FROM contacts_contact person WHERE person.address_hash = stored.address_hash),
        stored.address_hash
    )""",
    """
    UPDATE contacts_mergedaddress stored SET mailbox_hash = COALESCE(
        (SELECT min(person.mailbox_hash) FROM contacts_contact person WHERE person.address_hash = stored.address_hash),
        stored.address_hash
    )""",
)


def write(_apps: Any, schema_editor: Any) -> None:
    key = settings.SUPPRESSION_KEY.encode()
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_OF_PEOPLE, {"inner": inner, "outer": outer})
        for statement in _OF_HASHES:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_standing_recipients")]

    operations = [
        migrations.AddField(
            "contact",
            "mailbox_hash",
            models.CharField(
                blank=True,
                editable=False,
                help_text="The same of its mailbox, without the tag.",
                max_length=64,
                null=True,
            ),
        ),
        migrations.AddField("suppression", "mailbox_hash", models.CharField(max_length=64, null=True)),
        migrations.AddField("mergedaddress", "mailbox_hash", models.CharField(max_length=64, null=True)),
        migrations.RunPython(write, migrations.RunPython.noop),
        migrations.AlterField("suppression", "mailbox_hash", models.CharField(max_length=64)),
        migrations.AlterField("mergedaddress", "mailbox_hash", models.CharField(max_length=64)),
        migrations.RemoveConstraint("contact", "contact_address_has_its_hash"),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=models.Q(
                    ("address_hash__isnull", True), ("email__isnull", True), ("mailbox_hash__isnull", True)
                )
                | models.Q(("address_hash__isnull", False), ("email__isnull", False), ("mailbox_hash__isnull", False)),
                name="contact_address_has_its_hashes",
                violation_error_message="An address stands with its keyed hashes, or a suppression would not find it.",
            ),
        ),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(condition=~models.Q(("mailbox_hash", "")), name="suppression_has_its_mailbox"),
        ),
        migrations.AddConstraint(
            "mergedaddress",
            models.CheckConstraint(condition=~models.Q(("mailbox_hash", "")), name="merged_address_has_its_mailbox"),
        ),
        migrations.AddIndex("contact", models.Index(fields=["mailbox_hash"], name="contact_by_mailbox")),
        migrations.AddIndex(
            "suppression", models.Index(fields=["mailbox_hash", "channel"], name="suppression_by_mailbox")
        ),
        migrations.AddIndex("mergedaddress", models.Index(fields=["mailbox_hash"], name="merged_address_by_mailbox")),
    ]
