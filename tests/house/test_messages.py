"""What `make check` says of a catalogue (docs/messages.py)."""

import shutil
from pathlib import Path

import pytest

from docs import messages

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
SAVE, GONE = 'msgid "Save"\nmsgstr "Spara"\n\n', 'msgid "Gone"\nmsgstr "Borta"\n\n'

pytestmark = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs gettext")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (SAVE, []),
        ('msgid "Save"\nmsgstr ""\n\n', ["no translation of 'Save'"]),
        (f"#, fuzzy\n{SAVE}", ["no translation of 'Save'"]),
        ("", ["no translation of 'Save'"]),
        (SAVE + GONE, ["nothing says 'Gone' any more: make messages"]),
    ],
)
def test_a_catalogue_says_all_that_is_said_and_nothing_else(tmp_path: Path, entries: str, told: list[str]) -> None:
    po = tmp_path / "django.po"
    po.write_text(HEAD + entries)
    assert [each.removeprefix(f"{po}: ") for each in messages.lacking({"Save"}, po)] == told


def test_a_catalogue_whose_placeholders_differ_is_refused(tmp_path: Path) -> None:
    po = tmp_path / "django.po"
    po.write_text(f'{HEAD}#, python-format\nmsgid "%(day)s"\nmsgstr "%(dag)s"\n')
    with pytest.raises(SystemExit, match="dag"):
        list(messages.lacking({"%(day)s"}, po))


def test_what_is_compiled_is_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(messages.stale())
    shutil.copytree(messages.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    with (tmp_path / "locale" / "of_unfold" / "sv" / "LC_MESSAGES" / "django.po").open("a") as po:
        po.write(f"\n{GONE}")
    assert len(list(messages.stale())) == 1
