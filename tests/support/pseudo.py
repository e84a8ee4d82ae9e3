"""A language that puts all that is translated into brackets, so that what is not stands outside of them.

It is a catalogue and nothing else: pages that speak it are those of any language.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser

from django.db import connection
from django.utils.translation import trans_real
from django_countries import countries, data
from psycopg2 import sql

LANGUAGE = "xx"
_COUNTRIES = {str(name) for name in [*data.COUNTRIES.values(), *countries.COMMON_NAMES.values()]}
# Where our words are kept, or those of Django: what stands there is no proof that a page shows data.
_OF_OURS = {"auth_group", "auth_permission", "django_content_type", "django_migrations", "contacts_policyversion"}
_SAID = ("title", "aria-label", "placeholder", "alt", "data-label", "data-failed")
_WORD = re.compile(r"[^\W\d_]{2,}")
_EMPTY = {"br", "circle", "hr", "img", "input", "line", "link", "meta", "path", "rect", "use"}
_SILENT = {"code", "kbd", "option", "script", "style", "textarea"}  # options: the time zones of the world
# One text after another, where the first is no sentence and no label.
_GLUED = re.compile(r"[^.!?:…”⟦⟧]⟧ ⟦")
_AND = "⟧ ⟦and⟧ ⟦"  # a list, put together by Django
# The page of the data map names fields that only registers name. That of the system shows settings by their names.
_NAMES = {"data-map", "system"}
# Who did what, as the trail tells it; a channel and whether it is open; a filter and its value.
_PAIRS = {
    "contacts_auditevent_changelist",
    "contacts_auditevent_change",
    "contacts_contact_changelist",
    "contacts_segment_changelist",
}
# The sender's address, which settings name, and the file that the walk uploads.
_DATA = "crm localhost aino.lindqvist@fjordkraft.example PDF CSV"


class Pseudo(NullTranslations):
    """Says ⟦Save⟧ for "Save", and notes that it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def to_language(self) -> str:
        return LANGUAGE

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        text = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return f"⟦{text}⟧" if text.strip() else text

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.gettext(msgid1)
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@contextmanager
def spoken() -> Iterator[Pseudo]:
    """Let the language be spoken, and yield its catalogue."""
    trans_real._translations[LANGUAGE] = catalogue = Pseudo()
    try:
        yield catalogue
    finally:
        del trans_real._translations[LANGUAGE]


def lacking(language: str, asked: set[str]) -> set[str]:
    """Return what was asked for and a language has no words for: it would be read in English."""
    catalogue = trans_real.translation(language)._catalog
    # Django translates the names of languages twice, and django-countries asks for countries by more than one name.
    said = {message for message in asked if "⟦" not in message} - _COUNTRIES
    return {message for message in said if message not in catalogue and (message, 0) not in catalogue}


def untranslated(pages: Mapping[str, str], records: str) -> dict[str, set[str]]:
    """Return what pages show outside of the brackets, with words in it that no record has."""
    known = _words(f"{records} {_DATA}")
    found = {name: {part for part in _outside(_read(page)) if _words(part) - known} for name, page in pages.items()}
    return {name: parts for name, parts in found.items() if parts and name not in _NAMES}


def glued(pages: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the texts of pages that are put together from others: no other language has them in the same order."""
    found = {
        name: {text for text in _read(page) if _GLUED.search(text.replace(_AND, ""))} for name, page in pages.items()
    }
    return {name: texts for name, texts in found.items() if texts and name not in _PAIRS}


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def all_records() -> str:
    """Return all that is on record, as one text."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - _OF_OURS)
        row = sql.SQL("SELECT t::text FROM {} t")
        rows = sql.SQL(" UNION ALL ").join(row.format(sql.Identifier(table)) for table in tables)
        cursor.execute(rows)
        return "\n".join(row for (row,) in cursor.fetchall())


def _outside(texts: list[str]) -> Iterator[str]:
    """Yield what stands outside of the brackets, which may be opened before an element and closed behind it."""
    depth = 0
    for text in texts:
        part = ""
        for sign in text:
            depth += (sign == "⟦") - (sign == "⟧")
            part += sign if not depth and sign != "⟧" else " " if sign == "⟦" else ""
        yield " ".join(part.split())


def _read(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [*reader.texts, *reader.said]


class _Reader(HTMLParser):
    """Gathers the texts of a page, each as it stands in one element, and those that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.said: list[str] = []
        self.silent: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        is_icon = "material-symbols" in (told.get("class") or "")
        # What is in another language says so.
        is_other = tag != "html" and told.get("lang") not in (None, LANGUAGE)
        if tag not in _EMPTY:
            self.silent.append((tag, tag in _SILENT or is_icon or is_other))
        self.said += [text for name in _SAID if (text := told.get(name))]

    def handle_endtag(self, tag: str) -> None:
        while any(tag == opened for opened, _ in self.silent) and self.silent.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(silent for _, silent in self.silent):
            self.texts.append(" ".join(data.split()))
