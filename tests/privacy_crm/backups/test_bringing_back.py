"""What a restore looks for before it changes anything, and what a restore that is broken off leaves: closed doors."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contacts.journal import numbers, writing
from contacts.journal.numbers import BehindError, UnfinishedError
from contacts.models import Contact, JournalNumber, PolicyVersion
from contacts.words import keys
from contacts.words.journal import JournalAct
from privacy_crm.backups import bringing_back, making, places
from privacy_crm.backups.places import BackupError
from privacy_crm.restoring import opening, replay
from tests.support.factories import NOON, customer
from tests.support.journals import Journal
from tests.support.objecting import objects
from tests.support.rotating import rotate, set_keys

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

OLD, NEW = "suppression:" + "a" * 50, "suppression:" + "b" * 50

type Make = Callable[..., str]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """Write a backup as it is told what it says of itself, with something that is no database."""

    def make(**said: Any) -> str:
        (tmp_path / making.DATABASE).write_bytes(b"no database")
        digests = {making.DATABASE: making.digest(tmp_path / making.DATABASE)}
        (tmp_path / making.MANIFEST).write_text(json.dumps(making._said(NOON) | {"sha256": digests} | said))
        file = tmp_path / places.name_of(NOON)
        with tarfile.open(file, "w") as tar:
            for name in (making.MANIFEST, making.DATABASE):
                tar.add(tmp_path / name, name)
        return str(file)

    return make


def refused(backup: str, **said: bool) -> str:
    """Return why a backup is not restored; nothing is changed by then."""
    people = Contact.objects.count()
    with pytest.raises(BackupError) as told:
        bringing_back.restore(backup, at=NOON, **{"replace": True} | said)
    assert people == Contact.objects.count() > 0
    return str(told.value)


def test_without_pg_restore_nothing_is_deleted(
    policy: PolicyVersion, journal: Journal, made: Make, settings: Any, tmp_path: Path
) -> None:
    customer(policy)
    settings.POSTGRES_BIN = str(tmp_path)
    assert "pg_restore is missing" in refused(made())


def test_a_file_that_ends_early_is_no_backup(policy: PolicyVersion, journal: Journal, made: Make) -> None:
    customer(policy)
    backup = Path(made())
    with tarfile.open(backup, "a") as tar:
        tar.add(backup, f"{making.MEDIA}whitepapers/long.pdf")
    backup.write_bytes(backup.read_bytes()[: -2 * tarfile.RECORDSIZE])
    assert "it is incomplete" in refused(str(backup))


def test_a_backup_of_a_version_that_is_not_known_is_refused(
    policy: PolicyVersion, journal: Journal, made: Make
) -> None:
    customer(policy)
    assert "another version" in refused(made(format=1))


def test_a_journal_that_lacks_what_it_had_is_refused_before_it_is_said_to_be_lost(
    policy: PolicyVersion, journal: Journal, made: Make, settings: Any, tmp_path: Path
) -> None:
    objects(customer(policy), policy)
    connection.check_constraints()
    settings.POSTGRES_BIN = str(tmp_path)  # so that it ends there where it gets on
    assert "pg_restore is missing" in refused(made())
    journal.ship()
    backup = made()
    settings.JOURNAL_URL = (tmp_path / "not-mounted").as_uri()
    assert "The journal ends at line 0, and had line 1" in refused(backup)
    assert "pg_restore is missing" in refused(backup, journal_lost=True)


def test_a_backup_from_before_a_rotation_is_restored_where_its_key_is_known(
    policy: PolicyVersion, settings: Any
) -> None:
    set_keys(settings, OLD)
    objects(customer(policy), policy)
    needed = {"SUPPRESSION_KEYS": making.needed_keys(), "SECRET_KEY": making.sealed_by(settings.SECRET_KEY)}
    rotate(settings, NEW, OLD)
    assert bringing_back._check_keys(needed) == ()
    set_keys(settings, NEW)
    with pytest.raises(BackupError, match=f"lacks the key {keys.fingerprint(OLD)} of the backup"):
        bringing_back._check_keys(needed)


def test_a_second_key_is_needed_as_long_as_something_is_under_it(policy: PolicyVersion, settings: Any) -> None:
    rotate(settings, OLD)
    person = customer(policy)
    objects(person, policy)
    set_keys(settings, NEW, OLD)
    both = making.needed_keys()
    assert both == sorted(map(keys.fingerprint, (OLD, NEW)))
    rotate(settings, NEW, OLD)
    assert making.needed_keys() == [keys.fingerprint(NEW)]
    set_keys(settings, NEW)
    with pytest.raises(BackupError, match=keys.fingerprint(OLD)):
        bringing_back._check_keys({"SUPPRESSION_KEYS": both, "SECRET_KEY": ""})


def test_a_secret_key_is_known_as_long_as_it_is_a_fallback(settings: Any) -> None:
    needed = {"SUPPRESSION_KEYS": [], "SECRET_KEY": making.sealed_by(settings.SECRET_KEY)}
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert bringing_back._check_keys(needed) == ()
    settings.SECRET_KEY_FALLBACKS = []
    assert len(bringing_back._check_keys(needed)) == 1


def test_no_key_can_be_told_from_its_fingerprint(policy: PolicyVersion, settings: Any) -> None:
    set_keys(settings, "a secret")
    before = making._said(NOON)["keys"]
    set_keys(settings, "another")
    assert before["SUPPRESSION_KEYS"] != making.needed_keys()
    assert "secret" not in str(before).replace("SECRET_KEY", "")


def test_a_restore_that_was_broken_off_opens_to_nobody(policy: PolicyVersion, journal: Journal) -> None:
    """What pg_restore brings has no number, whether or not the journal knows more."""
    person = customer(policy)
    JournalNumber.objects.all().delete()
    setattr(connection, numbers._ASKED, None)
    assert replay.pending()
    assert not opening.attempt()
    with pytest.raises(UnfinishedError):
        replay.run(now=lambda: NOON)
    with pytest.raises(BehindError):
        writing.write(JournalAct.FOOD, [person.public_id], at=NOON)
    with pytest.raises(BackupError, match="broken off"):
        making._said(NOON)
    bringing_back._begin(0, NOON)
    setattr(connection, numbers._ASKED, None)
    assert not replay.pending()
