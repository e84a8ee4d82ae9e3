"""Which letters the bytes of a text file stand for: its own mark, else UTF-8, else the likeliest of a few.

Names are no language, so that what tells encodings apart by the language of a text took most lists of Swedish names for
Czech (ADR 0018). Here that encoding is the likeliest in which most letters are ones that names are written with.
"""

import codecs
from pathlib import Path

from django.utils.translation import gettext as _

from privacy_crm.crm_import.reading import UnreadableError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16 does, hence before it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What spreadsheets in Europe write where they do not write UTF-8; of two that fit as well, the first.
_OF_ONE_BYTE = ("cp1252", "mac_roman", "cp1250", "latin_1")
_LETTERS = frozenset(
    "åäöæøéèêëáàâãçíìîïñóòôõúùûüýÿßÅÄÖÆØÉÁÇÍÑÓÚÜ"  # the north, west and south
    "łśżźćńąęčřšžěůőűťďňľățŁŚŻŹĆŠŽČŘ"  # the middle and the east
    "’–´€°"
)
_SAMPLE = 64 * 1024  # bytes
_BLOCK = 1024 * 1024


def of(path: Path) -> str:
    """Return the name of the encoding in which every byte of a file can be read. Raises UnreadableError."""
    with path.open("rb") as stream:
        begin = stream.read(4096)
    for encoding in _candidates(path, begin):
        if _reads(path, encoding):
            return encoding
    raise UnreadableError(_("We cannot tell how the letters are stored. Save the file as CSV UTF-8 and send it again."))


def _candidates(path: Path, begin: bytes) -> list[str]:
    for mark, encoding in _MARKS.items():
        if begin.startswith(mark):
            return [encoding]
    if b"\0" in begin:
        # Every second byte of Western text in UTF-16 is zero: the latter of two where the low byte comes first.
        return ["utf-16-le" if begin[1::2].count(0) > begin[::2].count(0) else "utf-16-be"]
    return ["utf-8-sig", *_likeliest(path)]


def _likeliest(path: Path) -> list[str]:
    sample = _beyond_ascii(path)
    return sorted(_OF_ONE_BYTE, key=lambda encoding: -_familiar(sample, encoding))


def _familiar(sample: bytes, encoding: str) -> float:
    """Return how many of the letters beyond ASCII names are written with, from 0 to 1."""
    beyond = [letter for letter in sample.decode(encoding, errors="replace") if not letter.isascii()]
    return sum(letter in _LETTERS for letter in beyond) / max(len(beyond), 1)


def _beyond_ascii(path: Path) -> bytes:
    """Return lines that tell one encoding from another: most lines of most lists are the same in all."""
    sample = bytearray()
    with path.open("rb") as stream:
        while len(sample) < _SAMPLE and (line := stream.readline(_SAMPLE)):
            if not line.isascii():
                sample += line
    return bytes(sample)


def _reads(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while stream.read(_BLOCK):
                pass
    except UnicodeError:
        return False
    return True
