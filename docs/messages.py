"""Write the catalogues in locale/ anew from what the code says, and compile them: `make messages`.

What nothing says any more goes, and what is new stands there without a translation. `--check` changes nothing, and
names what is missing. Both need gettext.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.core.management import call_command
from django.core.management.commands import makemessages
from django.test.utils import override_settings

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
# Unfold has no Swedish of its own. What it says stands beside what we say, and nothing of ours is in it.
OTHERS = "of_unfold"
_SILENT = ["locale", ".*", "var", "tests", "benchmarks", "docs", "mutants", "screenshots"]
_PO, _MO = "LC_MESSAGES/django.po", "LC_MESSAGES/django.mo"
_DATE = re.compile(rb'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Extraction(makemessages.Command):
    """Django's own, without a guess of what a new text may mean in another language."""

    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update"]


def main(*arguments: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")
    django.setup()
    os.chdir(ROOT)
    with scratch_directory() as scratch:
        template = extract(Path(scratch))
        if "--check" not in arguments:
            _write(Path(scratch))
        wrong = [*_lacking(said(template)), *stale()]
    sys.stderr.writelines(f"{each}\n" for each in wrong)
    return int(bool(wrong))


def scratch_directory() -> TemporaryDirectory[str]:
    """Beside locale/: makemessages writes into the first directory of catalogues whose parent holds a file."""
    return TemporaryDirectory(prefix=".messages-", dir=ROOT)


def extract(scratch: Path) -> Path:
    """Bring copies of our catalogues up to date, and return the template of all that is said."""
    for language in _languages():
        (scratch / language).mkdir()
        if (LOCALE / language / _PO).exists():
            (scratch / language / "LC_MESSAGES").mkdir()
            # What was added to it twice stands there once.
            _gettext("msguniq", "--use-first", "-o", str(scratch / language / _PO), str(LOCALE / language / _PO))
    options: dict[str, Any] = {"locale": _languages(), "ignore_patterns": _SILENT, "verbosity": 0}
    with override_settings(LOCALE_PATHS=[scratch]):
        call_command(Extraction(), no_location=True, no_obsolete=True, keep_pot=True, **options)
    return scratch / "django.pot"


def said(template: Path) -> set[str]:
    """Return all texts that a template asks for."""
    filled = _gettext("msgen", str(template)).replace(
        b"nplurals=INTEGER; plural=EXPRESSION", b"nplurals=2; plural=n != 1"
    )
    return _texts(_catalogue(_gettext("msgfmt", "-o", "-", "-", given=filled)))


def lacking(texts: set[str], po: Path) -> Iterator[str]:
    """Yield what a catalogue lacks, and what it has that nothing says. A guess (fuzzy) is none."""
    known = _texts(_catalogue(_compiled(po)))
    yield from (f"{po}: no translation of {text!r}" for text in sorted(texts - known))
    yield from (f"{po}: nothing says {text!r} any more: make messages" for text in sorted(known - texts))


def stale() -> Iterator[str]:
    """Yield what is not compiled as it stands."""
    for po in LOCALE.rglob("*.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or _catalogue(_compiled(po)) != _catalogue(mo.read_bytes()):
            yield f"{mo}: not as its .po: make messages"


def _lacking(texts: set[str]) -> Iterator[str]:
    for language in _languages():
        yield from lacking(texts, LOCALE / language / _PO)


def _write(scratch: Path) -> None:
    for language in _languages():
        (LOCALE / language / "LC_MESSAGES").mkdir(exist_ok=True)
        (LOCALE / language / _PO).write_bytes(_DATE.sub(b"", (scratch / language / _PO).read_bytes()))
    for po in LOCALE.rglob("*.po"):
        po.with_suffix(".mo").write_bytes(_compiled(po))


def _languages() -> list[str]:
    return sorted(each.name for each in LOCALE.iterdir() if each.is_dir() and each.name != OTHERS)


def _compiled(po: Path) -> bytes:
    """Return a catalogue compiled; its placeholders have to agree with those of the English."""
    return _gettext("msgfmt", "--check-format", "--check-domain", "-o", "-", str(po))


def _catalogue(compiled: bytes) -> dict[Any, str]:
    catalogue: dict[Any, str] = vars(GNUTranslations(BytesIO(compiled)))["_catalog"]
    return catalogue


def _texts(catalogue: dict[Any, str]) -> set[str]:
    return {key[0] if isinstance(key, tuple) else key for key in catalogue} - {""}


def _gettext(program: str, *arguments: str, given: bytes | None = None) -> bytes:
    if shutil.which(program) is None:
        sys.exit(f"{program} is missing: install gettext.")
    done = subprocess.run([program, *arguments], input=given, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
