"""The whole way, with pg_dump and pg_restore: back up, erase, purge, object, freeze, restore, replay; nobody is back.

`make restore-drill` runs this alone.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy_crm.embedded import postgres_bin
from tests.support.processes import PATIENCE, Site

pytestmark = pytest.mark.promise("L11")

# Of each, a word that stands nowhere else.
ERASED, DUE, OBJECTOR, FROZEN = "zyxerased", "zyxdue", "zyxobjector", "zyxfrozen"

PEOPLE = f"""
import datetime as dt
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from contacts.models import Contact, Message, PolicyVersion
from tests.support.factories import *
policy = PolicyVersion.objects.in_force()
for mark in ("{ERASED}", "{OBJECTOR}", "{FROZEN}"):
    customer(policy, first_name=mark, last_name=mark, email=f"{{mark}}@fjordkraft.example")
held_for("prospect", policy, first_name="{DUE}", last_name="{DUE}", email="{DUE}@fjordkraft.example")
register(Contact.objects.get(first_name="{ERASED}"), EventFactory.create(), NOON, policy=policy, food="{ERASED} nuts")
SignUpFactory.create(policy_version=policy, email="{ERASED}@fjordkraft.example")
Message.objects.create(template="parting", contact=Contact.objects.get(first_name="{FROZEN}"), created_at=NOON,
    not_before=NOON)
register(Contact.objects.get(first_name="{OBJECTOR}"), EventFactory.create(), timezone.now(), policy=policy)
TopicFactory.create()
default_storage.save("whitepapers/calm.pdf", ContentFile(b"%PDF calm"))
default_storage.save("uploads/list.csv", ContentFile(b"{ERASED}@fjordkraft.example"))
"""
SINCE = f"""
from django.core.files.storage import default_storage
from django.utils import timezone
from contacts import tasks
from contacts.events import places
from contacts.models import Contact, PolicyVersion, Registration, Topic
from contacts.permission import interests
from retention.holds import holds
from tests.support.objecting import objects
policy, at = PolicyVersion.objects.in_force(), timezone.now()
objects(Contact.objects.get(first_name="{OBJECTOR}"), policy)
holds.place(Contact.objects.get(first_name="{FROZEN}"), "freeze", "restriction", until=None, at=at, by="user:1")
places.give_up(Registration.objects.get(contact__first_name="{OBJECTOR}").pk, at=at, by="visitor")
frozen = Contact.objects.get(first_name="{FROZEN}")
interests.refuse(Topic.objects.get().slug, public_id=frozen.public_id, address_hash=frozen.address_hash,
    day=at.date(), at=at, by="visitor")
default_storage.delete("whitepapers/calm.pdf")
tasks.ship_journal()
"""


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.renew()
    yield installed
    installed.end_all()
    installed.renew()


def run(site: Site, *arguments: str) -> tuple[int, str]:
    process = site.start("manage.py", *arguments)
    out, error = process.communicate(timeout=PATIENCE)
    return process.returncode or 0, out + error


def dumped(site: Site) -> str:
    where = site.parameters()
    options = [f"--host={where['host']}", f"--port={where['port']}", f"--username={where['user']}", where["dbname"]]
    done = subprocess.run([postgres_bin("pg_dump"), *options], capture_output=True, text=True, check=True)
    return done.stdout


def test_nobody_is_back_who_was_erased_and_what_was_said_holds(site: Site, tmp_path: Path) -> None:
    site.environment |= {"BACKUP_URL": str(tmp_path)}
    site.manage("shell", "-c", PEOPLE)
    assert run(site, "backup")[0] == 0
    (backup,) = tmp_path.iterdir()
    assert f"{ERASED} nuts" not in backup.read_bytes().decode(errors="ignore")

    assert run(site, "erase", f"{ERASED}@fjordkraft.example", "--ground", "not_needed")[0] == 0
    assert run(site, "purge", "--approve")[0] == 0
    site.manage("shell", "-c", SINCE)
    number = site.number("SELECT last FROM contacts_journalnumber")
    assert number > 3
    assert not {ERASED, DUE} & set(dumped(site).split())

    code, said = run(site, "restore", str(backup))
    assert (code, "The database is not empty" in said) == (1, True)
    [segment] = (site.var / "journal").glob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-9])
    code, said = run(site, "restore", str(backup), "--replace")
    assert (code, f"The journal is torn after line {number - 1}." in said) == (0, True), said
    segment.write_bytes(whole)
    site._disconnect()
    code, said = run(site, "restore", str(backup), "--replace")
    assert (code, f"{number} entries of the journal are replayed" in said) == (0, True), said
    site._disconnect()  # the restore has ended our connection, as all others
    assert site.people() == 4
    assert site.number("SELECT count(*) FROM contacts_foodpreference") == 0
    assert (site.var / "media" / "whitepapers" / "calm.pdf").read_bytes() == b"%PDF calm"

    code, said = run(site, "replay")
    assert (code, f"The database is at entry {number} of the journal; it was at 0." in said) == (0, True)
    assert ERASED not in dumped(site)
    assert site.number("SELECT count(*) FROM contacts_suppression") == 3
    assert site.number("SELECT count(*) FROM retention_hold WHERE reason = 'restriction' AND until IS NULL") == 1
    assert site.number("SELECT count(*) FROM contacts_interest WHERE NOT wanted") == 1
    assert site.number("SELECT count(*) FROM contacts_registration WHERE cancelled_at IS NOT NULL") == 1
    assert site.number("SELECT count(*) FROM contacts_message WHERE sent_at IS NULL") == 1

    code, said = run(site, "purge")
    assert (code, "approv" in said) == (3, True)
    assert run(site, "purge", "--approve")[0] == 0
    assert not [mark for mark in (ERASED, DUE) if mark in dumped(site)]
    assert [mark for mark in (OBJECTOR, FROZEN) if mark in dumped(site)] == [OBJECTOR, FROZEN]
    assert list(tmp_path.iterdir()) == [backup]

    shutil.rmtree(site.var / "journal")
    code, said = run(site, "replay")
    assert (code, f"The journal has no line, and {number} have left" in said) == (1, True)
    assert run(site, "replay", "--journal-lost")[0] == 0
    assert run(site, "replay")[0] == 0


def test_a_backup_of_another_key_and_a_damaged_one_are_refused_and_one_of_an_earlier_key_is_not(
    site: Site, tmp_path: Path
) -> None:
    site.manage("backup", str(tmp_path))
    (backup,) = tmp_path.iterdir()
    whole = backup.read_bytes()
    middle = len(whole) // 2
    backup.write_bytes(whole[:middle] + b"!" + whole[middle + 1 :])
    code, said = run(site, "restore", str(backup), "--replace")
    assert (code, "The backup is damaged" in said) == (1, True)
    backup.write_bytes(whole)
    site.environment |= {"SUPPRESSION_KEY": "another"}
    code, said = run(site, "restore", str(backup), "--replace")
    assert (code, "SUPPRESSION_KEYS lacks the key" in said) == (1, True)
    rotated = f"another,suppression:{site.environment['SECRET_KEY']}"
    site.environment = site.environment | {"SUPPRESSION_KEY": "", "SUPPRESSION_KEYS": rotated}
    code, said = run(site, "restore", str(backup), "--replace")
    assert (code, "SUPPRESSION_KEY" in said) == (0, False), said
    site._disconnect()
    assert site.number("SELECT count(*) FROM contacts_policyversion") == 1


def test_a_restore_that_breaks_off_opens_to_nobody_or_has_mails_wait(site: Site, tmp_path: Path) -> None:
    site.manage("shell", "-c", PEOPLE)
    site.manage("backup", str(tmp_path / "backups"))
    (backup,) = (tmp_path / "backups").iterdir()
    as_it_was = site.environment.copy()

    tool = tmp_path / "pg_restore"
    real = postgres_bin("pg_restore")
    tool.write_text(f'#!/bin/sh\n"{real}" "$@" || exit\n[ "$1" = --version ] || kill -KILL $PPID\n')
    tool.chmod(0o755)
    site.environment |= {"POSTGRES_BIN": str(tmp_path)}
    assert run(site, "restore", str(backup), "--replace")[0] != 0
    site._disconnect()
    assert site.people() == 4
    code, said = run(site, "replay")
    assert (code, "A restore was broken off before its end" in said) == (1, True)

    site.environment = as_it_was | {"MEDIA_DIR": str(tool)}
    assert run(site, "restore", str(backup), "--replace")[0] != 0
    site._disconnect()
    assert site.number("SELECT count(*) FROM contacts_restoration WHERE mails_settled_at IS NULL") == 1
    site.environment = as_it_was
    assert run(site, "restore", str(backup), "--replace")[0] == 0
    site._disconnect()
    assert (site.people(), site.number("SELECT count(*) FROM contacts_restoration")) == (4, 1)
