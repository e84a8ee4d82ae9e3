"""Check the rows of a list in parts: each waits beside the file, as the import copies it in, and goes with it.

So the work can stop between two parts and go on later, by another worker as well. A part is there once the upload names
it; one that a worker died with is written anew, under the same name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.core.files.base import ContentFile

from contacts.base.budgets import IsOver
from contacts.models import Upload
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import.columns import FILES, File
from privacy_crm.crm_import.packing import Pack
from privacy_crm.uploads import moving, storing, working
from privacy_crm.uploads.sheets import Sheet
from privacy_crm.uploads.working import Work

PART = 20_000  # rows
_EVERY = 1_000  # people


def check(work: Work, state: UploadState, sheets: Sequence[Sheet], *, under: str, is_over: IsOver) -> bool:
    """Check what is not checked yet, part by part, and return whether that was all, before `is_over` said so.

    What was checked `under` another policy or key is checked again. Raises UnreadableError and MovedError.
    """
    upload = work.upload
    if any(part["under"] != under for part in upload.checked):
        upload.checked = []
    for place, sheet in enumerate(sheets):
        for part in _parts(work, sheet, lambda share, place=place: (place + share) / len(sheets)):
            _keep(upload, state, sheet, part, under)
            if is_over():
                return False
    return True


@dataclass
class _Part:
    pack: Pack
    through: int  # so many people of the file
    is_last: bool = False


def _parts(work: Work, sheet: Sheet, share: Any) -> Iterator[_Part]:
    """Yield the parts of a sheet that are not there yet."""
    done = [part for part in work.upload.checked if part["of"] == sheet.file.name]
    if done and done[-1]["is_last"]:
        return
    through = done[-1]["through"] if done else 0
    part = _Part(Pack(PART), through)
    for part.through, rows in sheet.after(through):
        for row in rows:
            part.pack.add(row)
        if part.through % _EVERY == 0:
            work.say(working.READING, share(sheet.share()))
        if part.pack.is_full:
            yield part
            part = _Part(Pack(PART), part.through)
    part.is_last = True
    yield part


def _keep(upload: Upload, state: UploadState, sheet: Sheet, part: _Part, under: str) -> None:
    """Put a part beside the file, and then say that it is there. Raises MovedError."""
    with storing.room():
        storing.put(storing.part(upload, len(upload.checked)), ContentFile(part.pack.read().read().encode()))
    told = {"of": sheet.file.name, "under": under, "through": part.through, "rows": part.pack.rows}
    upload.checked = [*upload.checked, told | {"is_last": part.is_last}]
    moving.move(upload, state, to=state, checked=upload.checked)


@dataclass
class Checked:
    """The checked rows of one file of the contract, as a source of the import."""

    file: File
    parts: Sequence[tuple[str, int]]  # their names, and how many rows are in each
    taken: float = 0.0

    unsays = False

    def packed(self) -> Iterator[tuple[int, IO[str]]]:
        done, all_of_them = 0, sum(rows for _name, rows in self.parts)
        for name, rows in self.parts:
            done += rows
            self.taken = done / (all_of_them or 1)
            with storing.storage().open(name) as kept:
                yield done, kept

    def share(self) -> float:
        return self.taken


def sources(upload: Upload) -> list[Checked]:
    """Return what is checked of an upload, file by file."""
    files = {file.name: file for file in FILES}
    names = dict.fromkeys(part["of"] for part in upload.checked)
    return [Checked(files[name], _kept(upload, name)) for name in names]


def _kept(upload: Upload, name: str) -> list[tuple[str, int]]:
    parts = enumerate(upload.checked)
    return [(storing.part(upload, number), part["rows"]) for number, part in parts if part["of"] == name]
