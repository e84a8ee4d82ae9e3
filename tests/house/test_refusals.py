"""What an act refuses is read on a page, in the language of its reader: it is raised through gettext."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOMS = ("contacts", "dsr", "retention", "privacy_crm")
# Commands, migrations, and what only operators, logs and programs read, are English.
APART = {"commands", "migrations", "api", "backups", "embedded", "health", "journal", "preflight", "restoring"}
OF_OPERATORS = {
    *("FaultError", "ImportFailedError", "UnreadableError"),  # noted by a worker: refusal_words.py says them
    *("AwayError", "LetterError", "PostError", "RefusedError"),
    *("ImproperlyConfigured", "KeyError", "LookupError", "NotImplementedError", "OSError", "ValueError"),
}


def test_nothing_is_refused_in_bare_english() -> None:
    paths = [path for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    assert [place for path in paths if not APART & set(path.parts) for place in _bare(path)] == []


def _bare(path: Path) -> Iterator[str]:
    for each in ast.walk(ast.parse(path.read_text())):
        if isinstance(each, ast.Raise) and isinstance(each.exc, ast.Call) and each.exc.args:
            name = ast.unparse(each.exc.func).rpartition(".")[2]
            if name not in OF_OPERATORS and _is_text(each.exc.args[0]):
                yield f"{path}:{each.lineno}"


def _is_text(value: ast.expr) -> bool:
    """Tell whether it is words as they stand, and no code such as "full"."""
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and " " in str(value.value))
