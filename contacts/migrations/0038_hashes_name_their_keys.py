"""Each keyed hash begins with the name of its key, so that keys can be changed and none is dropped that is needed.

Where `SECRET_KEY`, of which the key was made, had been changed before, hashes of several keys lie in one table, and the
mailbox of a row may be hashed under another key than its address. So each person's address says which of the keys made
the hash of their own row, and of what is kept of them. What is kept of an address that nobody has is there once under
each key afterwards: the copies under the wrong ones match no address (ADR 0057).
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models

_BATCH = 5_000

_PEOPLE = "SELECT id, email FROM contacts_contact WHERE id > %(after)s AND email IS NOT NULL ORDER BY id LIMIT %(most)s"

_SAID = """
    unnest(%(id)s::bigint[], %(name)s::text[], %(address)s::text[], %(mailbox)s::text[])
        said (id, name, address, mailbox)"""

_HELD = f"""
    UPDATE contacts_contact held
    SET address_hash = said.name || said.address, mailbox_hash = said.name || said.mailbox
    FROM {_SAID} WHERE held.id = said.id AND held.address_hash = said.address"""

_BY_ADDRESS = f"""
    UPDATE {{}} kept SET address_hash = said.name || said.address, mailbox_hash = said.name || said.mailbox
    FROM {_SAID} WHERE kept.address_hash = said.address"""

_BY_MAILBOX = f"""
    UPDATE {{}} kept
    SET address_hash = said.name || kept.address_hash, mailbox_hash = said.name || kept.mailbox_hash
    FROM {_SAID} WHERE kept.mailbox_hash = said.mailbox AND length(kept.address_hash) = 64"""

_STRANGE = "SELECT count(*) FROM contacts_contact WHERE length(address_hash) = 64"

_COPY = """
    INSERT INTO {0} (address_hash, mailbox_hash, {1})
    SELECT %(name)s || address_hash, %(name)s || mailbox_hash, {1} FROM {0} WHERE length(address_hash) = 64"""

_NAME = """
    UPDATE {} SET address_hash = %(name)s || address_hash, mailbox_hash = %(name)s || mailbox_hash
    WHERE length(address_hash) = 64"""

# Where hashes are kept beside those of people, with what else a row says.
_KEPT = {
    "contacts_suppression": "channel, reason, since",
    "contacts_tombstone": "erased_on, ends_on, residue",
    "contacts_mergedaddress": "contact_id",
}


def write(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for people in _batches(cursor):
            _name(cursor, people)
        cursor.execute(_STRANGE)
        if strange := cursor.fetchone()[0]:
            raise CommandError(
                f"The addresses of {strange:,} people are hashed under none of SUPPRESSION_KEYS: list each key that there"
                " has been. Where none was set, it was suppression: followed by the SECRET_KEY of then."
            )
        for table, others in _KEPT.items():
            _name_unknown(cursor, table, others)


def _batches(cursor: Any) -> Iterator[list[tuple[int, str]]]:
    after = 0
    while True:
        cursor.execute(_PEOPLE, {"after": after, "most": _BATCH})
        if not (people := cursor.fetchall()):
            return
        yield people
        after = people[-1][0]


def _name(cursor: Any, people: list[tuple[int, str]]) -> None:
    """Hash here: what a statement says, the key too, may stand in the server's log."""
    said: dict[str, list[Any]] = {"id": [], "name": [], "address": [], "mailbox": []}
    for key in _keys():
        for number, email in people:
            row = (number, _fingerprint(key), _hash(email, key), _hash(_mailbox(email), key))
            for values, value in zip(said.values(), row, strict=True):
                values.append(value)
    cursor.execute(_HELD, said)
    for table in _KEPT:
        cursor.execute(_BY_ADDRESS.format(table), said)
        cursor.execute(_BY_MAILBOX.format(table), said)


def _name_unknown(cursor: Any, table: str, others: str) -> None:
    first, *more = map(_fingerprint, _keys())
    for name in more:
        cursor.execute(_COPY.format(table, others), {"name": name})
    cursor.execute(_NAME.format(table), {"name": first})


def _keys() -> list[str]:
    return list(dict.fromkeys([settings.SUPPRESSION_KEY, *settings.SUPPRESSION_KEYS]))


def _mailbox(email: str) -> str:
    local, at, domain = email.partition("@")
    return (local.partition("+")[0] or local) + at + domain


def _hash(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


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
