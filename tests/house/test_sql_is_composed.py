"""SQL of the product is never text put together: its parts are `psycopg2.sql`, and its values have names (ADR 0031)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOTS = ("contacts", "retention", "dsr", "privacy_crm", "benchmarks")

# Words of SQL in capitals, as we write them: in no other text of ours does one of these stand.
SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN|WHERE|SET LOCAL|ORDER BY|GROUP BY|UNION|EXISTS|CASE WHEN"
    r"|COALESCE|GREATEST|LEAST|DROP (TABLE|INDEX|DATABASE)|CREATE|ANALYZE|TRUNCATE|IS (NOT )?NULL|ANY\()"
)

# Text that the ORM has written, and parts of which it has given the names: nobody else's.
OF_THE_ORM = {"contacts/base/queries.py", "retention/forecasts/deletion_forecast.py"}


def modules() -> list[Path]:
    return [path for root in ROOTS for path in Path(root).rglob("*.py") if "migrations" not in path.parts]


def faults(source: str) -> Iterator[str]:
    """Yield what builds SQL out of text in a module, with its line."""
    tree = ast.parse(source)
    statements = names_of_statements(tree)
    for node in ast.walk(tree):
        if why := fault(node, statements):
            yield f"{getattr(node, 'lineno', 0)}: {why}"


def names_of_statements(tree: ast.Module) -> set[str]:
    """Return the names of constants that are SQL as text."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and is_sql(node.value)]
    return {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}


def fault(node: ast.AST, statements: set[str]) -> str:
    match node:
        case ast.JoinedStr(values) if any(is_part(value, statements) for value in values):
            return "an f-string"
        case ast.BinOp(left, ast.Add() | ast.Mod(), right) if any(is_part(e, statements) for e in (left, right)):
            return "text joined by an operator"
        case ast.Call(ast.Attribute(text, "format" | "join" | "replace")) if is_part(text, statements):
            return "text put together by a method"
        case ast.Constant(str(text)) if SQL.search(text) and re.search(r"(?<!%)%s", text):
            return "a value without a name"
    return ""


def is_part(node: ast.AST, statements: set[str]) -> bool:
    """Tell whether a part of an expression is SQL: a text, or the name of one."""
    match node:
        case ast.FormattedValue(value):
            return is_part(value, statements)
        case ast.Name(name):
            return name in statements
    return is_sql(node)


def is_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL.search(node.value))


def unwritten(source: str) -> Iterator[ast.Call]:
    """Yield the calls that take something else than a text which stands there for SQL."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Attribute(ast.Name("sql"), "SQL"), args) if not isinstance(args[0], ast.Constant):
                yield node


def test_no_module_builds_sql_out_of_text() -> None:
    found = [f"{path}:{fault}" for path in modules() for fault in faults(path.read_text())]
    assert not found


def test_what_is_taken_for_sql_stands_in_the_module_as_it_is() -> None:
    assert {str(path) for path in modules() if any(unwritten(path.read_text()))} == OF_THE_ORM


def test_most_of_our_sql_is_looked_at() -> None:
    composed = sum(path.read_text().count("sql.SQL(") for path in modules())
    written = sum(is_sql(node) for path in modules() for node in ast.walk(ast.parse(path.read_text())))
    assert composed > 100
    assert written > 150


@pytest.mark.parametrize(
    "source",
    [
        'f"SELECT id FROM {table}"',
        'f"{query} ORDER BY id"',
        '"SELECT id FROM {table}".format(table=table)',
        '"SELECT id FROM " + table',
        '"SELECT id FROM %(table)s" % names',
        '" UNION ".join(queries)',
        'cursor.execute("SELECT id FROM contact WHERE id = %s", [key])',
        '_FIND = "SELECT id FROM contact"\ncursor.execute(_FIND + more)',
        '_FIND = "SELECT id FROM {table}"\ncursor.execute(_FIND.format(table=table))',
        '_FIND = "SELECT id FROM contact"\ncursor.execute(f"({_FIND}) found")',
    ],
)
def test_sql_out_of_text_is_found(source: str) -> None:
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'sql.SQL("SELECT id FROM {}").format(sql.Identifier(table))',
        'sql.SQL(" UNION ").join(queries)',
        'cursor.execute("SELECT id FROM contact WHERE id = %(key)s", {"key": key})',
        'f"{number} people of {total}"',
        '_("%s people") % number',
    ],
)
def test_what_is_composed_or_no_sql_is_let_through(source: str) -> None:
    assert not list(faults(source))


def test_sql_that_stands_nowhere_is_found() -> None:
    assert len(list(unwritten("sql.SQL(text)"))) == 1
