"""A disk that is full: whoever sends a list reads why it was refused, and nothing of it stays."""

import errno
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from contacts.models import Upload
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import storing
from tests.support.uploading import as_csv, as_xlsx, open_up, send

pytestmark = pytest.mark.django_db
PEOPLE = [["aino@fjordkraft.example", "Aino", "Lindqvist", "", "SE"]]


class FullDisk(FileSystemStorage):
    """Writes half of a file, as Django's does whose disk ends there; `left` files find room before."""

    left = 0

    def _save(self, name: str, content: Any) -> str:
        if FullDisk.left:
            FullDisk.left -= 1
            return str(super()._save(name, content))
        super()._save(name, ContentFile(content.read()[:10]))  # type: ignore[misc]
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> type[FullDisk]:
    monkeypatch.setattr(FullDisk, "left", 0)
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.FullDisk"}}
    return FullDisk


def kept() -> list[str]:
    return storing.storage().listdir("uploads")[1]


@pytest.mark.parametrize("room", [0, 1])  # none for the list; none for its first rows
def test_a_list_is_refused_in_words(room: int, disk: type[FullDisk]) -> None:
    disk.left = room
    with pytest.raises(UnreadableError, match="no room"):
        send(as_csv(PEOPLE))
    assert (kept(), Upload.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_workbook_is_given_up_in_words(disk: type[FullDisk]) -> None:
    disk.left = 1
    upload = open_up(send(as_xlsx(PEOPLE)))
    assert upload.state == UploadState.FAILED
    assert "no room" in upload.failure
    assert kept() == []
