"""Objections hold for a mailbox, whatever tag its address has: the keyed hash of the mailbox stands beside the address's.

A suppression and an address given up say no more than a hash. Where somebody is held under that address, its mailbox is
theirs; otherwise it counts as an address without a tag.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import migrations, models

_OF_PEOPLE = "UPDATE contacts_contact SET mailbox_hash = address_hash WHERE email IS NOT NULL"

_TAGGED = r"SELECT id, email FROM contacts_contact WHERE email ~ '^[^@+]+\+' AND id > %(after)s ORDER BY id LIMIT 10000"
_OF_TAGGED = """
    UPDATE contacts_contact person SET mailbox_hash = told.mailbox_hash
    FROM unnest(%(ids)s::bigint[], %(hashes)s::varchar[]) told(id, mailbox_hash) WHERE person.id = told.id"""

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
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_OF_PEOPLE)
        _write_tagged(cursor)
        for statement in _OF_HASHES:
            cursor.execute(statement)


def _write_tagged(cursor: Any) -> None:
    """Hash here: what a statement says, the key too, may stand in the server's log."""
    after = 0
    while True:
        cursor.execute(_TAGGED, {"after": after})
        if not (people := cursor.fetchall()):
            return
        after = people[-1][0]
        told = {"ids": [key for key, _ in people], "hashes": [_hash(email) for _, email in people]}
        cursor.execute(_OF_TAGGED, told)


def _hash(email: str) -> str:
    """Return HMAC-SHA256 (RFC 2104) of the address without its tag."""
    local, at, domain = email.partition("@")
    mailbox = local.partition("+")[0] + at + domain
    return hmac.new(settings.SUPPRESSION_KEY.encode(), mailbox.encode(), hashlib.sha256).hexdigest()


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
