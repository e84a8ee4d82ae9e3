"""What is asked of a catalogue that lacks it, and would be read in English amid another language."""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import NullTranslations

from django.utils.translation import trans_real


class _Lacking(NullTranslations):
    """Stands behind a catalogue, so that it is asked for what the catalogue lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        self.asked.add(message)
        return message


@contextmanager
def unspoken(language: str) -> Iterator[set[str]]:
    """Yield a set that gathers each text that is asked for in a language and has none in it."""
    catalogue = trans_real.translation(language)
    lacking, before = _Lacking(), catalogue._fallback
    catalogue._fallback = lacking
    try:
        yield lacking.asked
    finally:
        catalogue._fallback = before
