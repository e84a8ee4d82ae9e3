"""The files of a package in one ZIP, with a short note on what each is. Made in memory: nothing is stored."""

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

type File = tuple[str, bytes]


def zipped(files: Iterable[File], *, at: dt.datetime) -> bytes:
    """Return the ZIP. The same files and moment give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def access_note(title: str, beside: Collection[File] = ()) -> File:
    """Return the note of an access package."""
    return _note(
        title,
        [
            _("access.pdf and access.html say the same: what we hold about you, why, and until when. Read either."),
            _tables(),
            _("access.json has all of it for programs: under “held” each table with its total and its rows."),
            _(
                "consents.json, if you ever said yes or no to marketing, has each time as a consent record for programs"
                " (ISO/IEC TS 27560, Data Privacy Vocabulary)."
            ),
            *_beside(beside),
            _("files/ contains any files that you sent us, unchanged."),
            _apart(),
        ],
    )


def portable_note(title: str, beside: Collection[File] = ()) -> File:
    """Return the note of what is taken along, with the rule for what is in it."""
    return _note(
        title,
        [
            _(
                "This is what you gave us and may move to another company (Art. 20 GDPR): what rests on a contract, on"
                " what was needed to attend, or on your consent. That is: your details as you gave them for a"
                " customer or partner relation, a webinar or an event; your places at events; your consents, and"
                " dietary needs given with one; forms of these kinds."
            ),
            _(
                "Not in it: what rests on our legitimate interest, what came from somebody else, and what we noted"
                " ourselves. Ask for access to see all of it."
            ),
            _("data.json has everything: under “held” each table with its total and its rows."),
            _tables(),
            *_beside(beside),
            _apart(),
        ],
    )


def _tables() -> str:
    return _(
        "csv/ has a file for each table, for a spreadsheet. A cell that a spreadsheet would take for a formula begins"
        " with an apostrophe; the JSON file has it as it is."
    )


def _beside(files: Collection[File]) -> list[str]:
    text = _("other-systems/ has what our other systems sent for you, a folder for each, as they sent it.")
    return [text] if files else []


def _apart() -> str:
    return _("Days and times follow ISO 8601. Keep these files safe: they are about you.")


def _note(title: str, paragraphs: list[str]) -> File:
    # Notepad reads the line ends of all systems only since 2018, and UTF-8 without a mark since 2019.
    text = "\n\n".join([title, *paragraphs]) + "\n"
    return "README.txt", text.replace("\n", "\r\n").encode("utf-8-sig")
