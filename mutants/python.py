"""Mutations of a module's source: its expressions, its queries, and the SQL in its literals."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise

from mutants import sql
from mutants.edits import Edit

_OPERATORS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "is not": "is",
    "is": "is not",
    "not in": "in",
    "in": "not in",
    "and": "or",
    "or": "and",
    "+": "-",
    "-": "+",
    "*": "+",
    "//": "*",
    "&": "|",
    "|": "&",
}
_FUNCTIONS = {"min": "max", "Min": "Max", "Greatest": "Least", "first": "last", "any": "all", "filter": "exclude"}
_FUNCTIONS |= {other: name for name, other in _FUNCTIONS.items()}
_LOOKUPS = {"__lt": "__lte", "__lte": "__lt", "__gt": "__gte", "__gte": "__gt"}
_CONDITIONAL = {"filter", "exclude", "Q"}  # what they are given are conditions, any of which may be forgotten


def edits(source: str) -> list[Edit]:
    """Return every mutation of a module, each once, in the order of the source. None is a syntax error."""
    found = {(edit.start, edit.end, edit.text): edit for edit in _Python(source).edits()}
    found |= {(edit.start, edit.end, edit.text): edit for edit in _in_literals(source)}
    return [found[key] for key in sorted(found) if _compiles(found[key].of(source))]


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _in_literals(source: str) -> Iterator[Edit]:
    for start, end in _literals(source):
        literal = source[start:end]
        if sql.is_sql(masked := _masked(literal)):
            yield from (edit.moved(start) for edit in sql.edits(masked, literal))


def _literals(source: str) -> Iterator[tuple[int, int]]:
    """Yield where each literal starts and ends; docstrings are left out."""
    lines, docstrings, opened = _Lines(source), _docstrings(source), []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        start, end = lines.offset(*token.start), lines.offset(*token.end)
        if token.type == tokenize.STRING and start not in docstrings and not opened:
            yield start, end
        elif token.type == tokenize.FSTRING_START:
            opened.append(start)
        elif token.type == tokenize.FSTRING_END and (whole := opened.pop()) is not None and not opened:
            yield whole, end


def _masked(literal: str) -> str:
    """Put a word in the place of each field, as long as the field; what it holds in turn is a field as well."""
    masked, count = literal.replace("{{", "xx").replace("}}", "xx"), 1
    while count:
        masked, count = re.subn(r"\{[^{}]*\}", lambda field: "x" * len(field[0]), masked)
    return masked


def _docstrings(source: str) -> set[int]:
    lines, documented = _Lines(source), (ast.Module, ast.FunctionDef, ast.ClassDef)
    bodies = (node.body for node in ast.walk(ast.parse(source)) if isinstance(node, documented))
    first = (body[0].value for body in bodies if isinstance(body[0], ast.Expr))
    return {lines.start(value) for value in first if isinstance(value, ast.Constant)}


class _Lines:
    """Where lines start. Columns of the syntax tree are bytes, those of tokens are characters."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._of_bytes(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._of_bytes(node.end_lineno or 0, node.end_col_offset or 0)

    def _of_bytes(self, line: int, column: int) -> int:
        return self.offset(line, len(self._lines[line - 1].encode()[:column].decode()))


class _Python:
    """The mutations of everything but literals."""

    def __init__(self, source: str) -> None:
        self._source, self._lines = source, _Lines(source)

    def edits(self) -> Iterator[Edit]:
        for node in self._nodes(ast.parse(self._source)):
            yield from getattr(self, f"_of_{type(node).__name__}", self._of_nothing)(node)

    def _nodes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Walk through what is executed: annotations, types and decorators are not."""
        yield node
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "type_params"} or isinstance(node, ast.TypeAlias):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self._nodes(child)

    def _of_nothing(self, _node: ast.AST) -> Iterator[Edit]:
        yield from ()

    def _of_Compare(self, node: ast.Compare) -> Iterator[Edit]:  # noqa: N802
        yield from self._between([node.left, *node.comparators])

    def _of_BinOp(self, node: ast.BinOp) -> Iterator[Edit]:  # noqa: N802
        yield from self._between([node.left, node.right])

    def _of_BoolOp(self, node: ast.BoolOp) -> Iterator[Edit]:  # noqa: N802
        yield from self._between(node.values)
        for value in node.values:
            yield self._put(value, str(isinstance(node.op, ast.And)))

    def _of_UnaryOp(self, node: ast.UnaryOp) -> Iterator[Edit]:  # noqa: N802
        if isinstance(node.op, ast.Not | ast.Invert):
            start, end = self._lines.start(node), self._lines.start(node.operand)
            yield Edit(start, end, "", f"{self._source[start:end].strip()} dropped")

    def _of_Constant(self, node: ast.Constant) -> Iterator[Edit]:  # noqa: N802
        if isinstance(node.value, bool):
            yield self._put(node, str(not node.value))
        elif isinstance(node.value, int):
            yield self._put(node, str(node.value + 1))

    def _of_Call(self, node: ast.Call) -> Iterator[Edit]:  # noqa: N802
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _FUNCTIONS:
            end = self._lines.end(node.func)
            yield Edit(end - len(name), end, _FUNCTIONS[name], f"{name} → {_FUNCTIONS[name]}")
        if name in _CONDITIONAL:
            yield from self._without_each([*node.args, *node.keywords])
        if name == "select_for_update":
            yield self._put(node, self._text(node.func).removesuffix(".select_for_update"))

    def _of_keyword(self, node: ast.keyword) -> Iterator[Edit]:
        name, start = node.arg or "", self._lines.start(node)
        lookup = next((lookup for lookup in _LOOKUPS if name.endswith(lookup)), "")
        changed = f"{name.removesuffix(lookup)}{_LOOKUPS[lookup]}" if lookup else {"days": "hours"}.get(name, name)
        if changed != name:
            yield Edit(start, start + len(name), changed, f"{name} → {changed}")

    def _of_List(self, node: ast.List) -> Iterator[Edit]:  # noqa: N802
        yield from self._without_each(node.elts if len(node.elts) > 1 else [])

    _of_Set = _of_List  # noqa: N815

    def _of_Expr(self, node: ast.Expr) -> Iterator[Edit]:  # noqa: N802
        if isinstance(node.value, ast.Call):
            yield self._put(node, "pass")

    def _of_Raise(self, node: ast.Raise) -> Iterator[Edit]:  # noqa: N802
        yield self._put(node, "pass")

    def _of_If(self, node: ast.If | ast.IfExp | ast.While) -> Iterator[Edit]:  # noqa: N802
        yield from self._turned(node.test)

    _of_IfExp = _of_While = _of_If  # noqa: N815

    def _of_comprehension(self, node: ast.comprehension) -> Iterator[Edit]:
        for condition in node.ifs:
            yield from self._turned(condition)
            yield self._put(condition, "True")

    def _turned(self, test: ast.expr) -> Iterator[Edit]:
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield self._put(test, f"(not ({self._text(test)}))")

    def _between(self, operands: list[ast.expr]) -> Iterator[Edit]:
        """Change each operator that stands between two of these, whatever brackets are around it."""
        for left, right in pairwise(operands):
            start, end = self._lines.end(left), self._lines.start(right)
            found = re.search(r"is not|not in|//|[<>=!]=|[-<>+*&|]|\b(is|in|and|or)\b", self._source[start:end])
            if found and found[0] in _OPERATORS:
                other = _OPERATORS[found[0]]
                yield Edit(start + found.start(), start + found.end(), other, f"{found[0]} → {other}")

    def _without_each(self, parts: list[ast.expr | ast.keyword]) -> Iterator[Edit]:
        for part in parts:
            start, end = self._lines.start(part), self._lines.end(part)
            comma = re.match(r"\s*,", self._source[end:])
            yield Edit(start, end + (comma.end() if comma else 0), "", f"{self._source[start:end]} dropped")

    def _put(self, node: ast.expr | ast.stmt, text: str) -> Edit:
        return Edit(self._lines.start(node), self._lines.end(node), text, f"{self._text(node)} → {text}")

    def _text(self, node: ast.expr | ast.stmt) -> str:
        return self._source[self._lines.start(node) : self._lines.end(node)]
