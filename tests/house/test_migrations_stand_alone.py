"""A migration is written once and runs for ever: it must not lean on code that changes after it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
OURS = ("contacts", "dsr", "privacy_crm", "retention")
MAY_IMPORT = {"django", *sys.stdlib_module_names}
# "contacts.event" names a model in the migrations' own state.
MODEL = re.compile(r"[a-z_]+\.[a-z]+")
PATH = re.compile(rf"(?:{'|'.join(OURS)})(?:\.\w+)+")
TO_A_MODEL = {"to", "through"}


def leans_on(source: str) -> list[str]:
    """Name what a migration imports besides Django and Python, and the paths of our modules in its texts."""
    tree = ast.parse(source)
    imported = [name for name in _imported(tree) if name.partition(".")[0] not in MAY_IMPORT]
    return imported + [text for text in _texts(tree) if PATH.fullmatch(text)]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _texts(tree: ast.AST) -> Iterator[str]:
    related = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in TO_A_MODEL and _names_a_model(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in related:
            yield node.value


def _names_a_model(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and bool(MODEL.fullmatch(str(value.value)))


MIGRATIONS = sorted(path for app in OURS for path in (ROOT / app).rglob("migrations/[0-9]*.py"))


def test_there_are_migrations_to_look_at() -> None:
    assert {path.parent.parent.name for path in MIGRATIONS} == {"contacts", "dsr", "privacy_crm", "retention"}


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}.{path.stem}")
def test_a_migration_leans_on_nothing_of_ours(path: Path) -> None:
    assert leans_on(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import contacts.models.events", "contacts.models.events"),
        ("def fill(apps, editor):\n    from contacts.addresses import keyed_hash", "contacts.addresses"),
        ("from ..models import Event", "..models"),
        ("import unfold", "unfold"),
        ("importlib.import_module('retention.models')", "retention.models"),
        (
            "field = Field(default=path('contacts.models.events.optional_fields'))",
            "contacts.models.events.optional_fields",
        ),
    ],
)
def test_what_leans_on_living_code_is_found(source: str, found: str) -> None:
    assert leans_on(source) == [found]


def test_a_model_of_the_state_is_no_living_code() -> None:
    assert leans_on("models.ForeignKey(to='contacts.contact', help_text='Kept by retention.holds.')") == []
