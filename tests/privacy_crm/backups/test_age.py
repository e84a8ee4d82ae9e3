"""What people were told of when the last copy of them is gone is compared with the backups that there are."""

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from privacy_crm.backups import age, making, places
from tests.support.factories import NOON, ONE_DAY

pytestmark = pytest.mark.promise("L11")

ONE_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Any:
    settings.BACKUP_URL, settings.BACKUP_DAYS = str(tmp_path), 30

    def keep(*days: int) -> None:
        for each in days:
            (tmp_path / places.name_of(NOON - each * ONE_DAY)).touch()

    return keep


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((0, 1, 29, 31), ""),
        ((0, 32), "The oldest backup is 32 days old, and people were told 30 (BACKUP_DAYS). Delete what is older."),
        ((3, 4), "There has been no backup since 21 November 2026. Run `manage.py backup` each day."),
        ((), "There has been no backup yet. Run `manage.py backup` each day."),
    ],
)
def test_the_age_of_the_backups_is_told(kept: Any, days: tuple[int, ...], told: str) -> None:
    kept(*days)
    assert age.problem(at=NOON) == told


def test_without_a_place_nobody_can_tell(settings: Any) -> None:
    settings.BACKUP_URL = ""
    assert age.problem(at=NOON).startswith("BACKUP_URL is not set")
    assert age.backups() == []


def test_a_place_that_cannot_be_read_is_a_problem_and_no_traceback(settings: Any) -> None:
    settings.BACKUP_URL = "ftp://backups.example/"
    assert age.problem(at=NOON) == "The backups cannot be read (BackupError). See whether BACKUP_URL can be reached."


@pytest.mark.parametrize(("days", "gone"), [(29, False), (30, True), (31, True)])
def test_a_backup_goes_when_its_days_are_over_and_nothing_else_does(settings: Any, days: int, gone: bool) -> None:
    settings.BACKUP_DAYS = 30
    assert making.expired(places.name_of(NOON - dt.timedelta(days=days)), at=NOON) is gone
    assert not making.expired("somebody-elses.tar", at=NOON)


@pytest.mark.parametrize(("hours", "stays"), [(23, True), (25, False)])
def test_what_a_backup_that_was_killed_has_left_goes_after_a_day(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int, stays: bool
) -> None:
    """*Found*: a whole dump stayed beside our files, or half a copy beside the backups, and nobody counted it."""
    monkeypatch.delenv("TMPDIR", raising=False)
    settings.VAR_DIR = tmp_path
    with places.desk(at=NOON) as killed:
        (killed / "database.dump").touch()
        kept = shutil.copytree(killed, killed.with_name(f"{killed.name}-killed"))
    part = tmp_path / f".{places.name_of(NOON - hours * ONE_HOUR)}.part"
    part.touch()
    os.utime(kept, times=((NOON - hours * ONE_HOUR).timestamp(),) * 2)
    with places.desk(at=NOON) as desk:
        (desk / "made").touch()
        places.of(str(tmp_path)).save(desk / "made", places.name_of(NOON))
    assert (kept.exists(), part.exists()) == (stays, stays)
    assert not killed.exists()
