"""The journal and backups in a bucket, against a server that speaks S3."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contacts.journal import segments, shipping, stores, writing
from contacts.journal.stores import JournalError
from contacts.models import JournalLine
from contacts.words.journal import JournalAct
from privacy_crm.backups import places
from privacy_crm.backups.places import BackupError
from tests.support import s3
from tests.support.factories import NOON, ONE_DAY
from tests.support.journals import numbered

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, s3.bucket(patch) as url:
        yield url


def owe() -> None:
    writing.write(JournalAct.FOOD, at=NOON)
    numbered()


def lines() -> list[int]:
    return [line["number"] for line in segments.after(stores.configured(), 0)]


def test_segments_are_objects_written_whole_and_removed_in_their_time(bucket: str, settings: Any) -> None:
    settings.JOURNAL_URL = f"{bucket}/journal"
    owe()
    assert shipping.ship(at=NOON) == 1
    owe()
    shipping.ship(at=NOON + ONE_DAY)
    assert lines() == [1, 2]
    assert stores.configured().names() == [f"{1:020}.jsonl", f"{3:020}.jsonl"]
    assert shipping.expire(at=NOON + 60 * ONE_DAY) == 1
    assert stores.configured().names() == [f"{3:020}.jsonl"]


def test_a_torn_object_is_written_again(bucket: str, settings: Any) -> None:
    settings.JOURNAL_URL = f"{bucket}/torn"
    owe()
    owe()
    shipping.ship(at=NOON)
    store, name = stores.configured(), f"{1:020}.jsonl"
    whole = store.read(name)
    store.write(name, whole[:-30])
    assert lines() == [1]
    shipping.ship(at=NOON)
    assert store.read(name) == whole


def test_a_bucket_that_is_not_there_is_told_in_one_word_and_loses_nothing(bucket: str, settings: Any) -> None:
    settings.JOURNAL_URL = "s3://nobodys/journal"
    owe()
    with pytest.raises(JournalError, match="NoSuchBucket"):
        shipping.ship(at=NOON)
    assert JournalLine.objects.filter(shipped_at=None).count() == 1


@pytest.mark.parametrize("url", ["ftp://host/journal", "s3:///journal", "file://host/journal", "journal"])
def test_what_is_no_place_is_refused(url: str) -> None:
    with pytest.raises(JournalError, match="JOURNAL_URL is"):
        stores.of(url)


@pytest.mark.parametrize("kind", ["bucket", "directory"])
def test_backups_are_kept_fetched_and_removed(bucket: str, tmp_path: Path, kind: str) -> None:
    place = places.of(f"{bucket}/backups" if kind == "bucket" else str(tmp_path / "backups"))
    name = places.name_of(NOON)
    (tmp_path / "made").write_bytes(b"a backup")
    assert place.names() == []
    place.save(tmp_path / "made", name)
    assert place.names() == [name] == ["privacy-crm-20261124T120000Z.tar"]
    assert places.made_at(name) == NOON.replace(tzinfo=dt.UTC)
    place.fetch(name, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"a backup"
    place.remove(name)
    with pytest.raises(BackupError, match="There is no backup"):
        place.fetch(name, tmp_path / "fetched")
