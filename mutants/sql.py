"""Mutations of SQL in string literals: comparisons, AND and OR, parts of a WHERE, NULLs, extremes, numbers.

No parser reads these literals, since they have placeholders and many are fragments: words and brackets are enough.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from mutants.edits import Edit

# A literal is SQL where it has one of these; prose has them in lower case.
_SPEAKS = re.compile(
    r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE|FROM|EXISTS|CASE|GREATEST|LEAST|COALESCE|NULL|TRUE|FALSE)\b"
    r"|\w+\.\w+ (=|<|>|<=|>=|<>|IS|IN) |[\w}] AND [\w{(]"
)
_TOKEN = re.compile(r"--[^\n]*|'[^']*'|%\(\w+\)s|%s|[A-Za-z_][\w.]*|\d+|<>|<=|>=|=>|::|\|\||[-+=<>()*,]")

_SWAPS = {
    "<=": "<",
    "<": "<=",
    ">=": ">",
    ">": ">=",
    "=": "<>",
    "<>": "=",
    "AND": "OR",
    "OR": "AND",
    "GREATEST": "LEAST",
    "LEAST": "GREATEST",
    "max": "min",
    "min": "max",
    "bool_or": "bool_and",
    "bool_and": "bool_or",
    "TRUE": "FALSE",
    "FALSE": "TRUE",
    "EXISTS": "NOT EXISTS",
    "DISTINCT": "",
    "DESC": "ASC",
    "LEFT": "INNER",
    "months": "days",
    "+": "-",
    "-": "+",
}
_WITH_ARGUMENTS = {"GREATEST", "LEAST", "COALESCE", "NULLIF", "concat_ws"}
_BEFORE_A_CONDITION = {"WHERE", "AND", "OR", "ON", "WHEN", "HAVING"}
_AFTER_A_CONDITION = {
    *("AND", "OR", "THEN", "WHERE", "WHEN", "GROUP", "ORDER", "LIMIT", "UNION", "RETURNING", "HAVING", "FOR", "LEFT"),
    *("JOIN", "CROSS", "ON", "ELSE", "END", "SET", "FROM"),
}

type Token = tuple[str, int, int]


def is_sql(literal: str) -> bool:
    return bool(_SPEAKS.search(literal))


def edits(literal: str, source: str) -> Iterator[Edit]:
    """Yield mutations of one literal; `literal` is its source with what is no SQL in it masked."""
    tokens = [(found[0], *found.span()) for found in _TOKEN.finditer(literal) if not found[0].startswith("--")]
    for place, (word, start, end) in enumerate(tokens):
        before, after = (tokens[at][0] if 0 <= at < len(tokens) else "" for at in (place - 1, place + 1))
        yield from _of_word(word, before, start, end)
        if word in _WITH_ARGUMENTS and after == "(":
            yield from _without_an_argument(tokens, place + 1)
        if word in _BEFORE_A_CONDITION:
            yield from _without_a_condition(source, tokens, place)


def _of_word(word: str, before: str, start: int, end: int) -> Iterator[Edit]:
    if word == "NOT":
        yield Edit(start, end, "", "NOT dropped")
    elif word == "DISTINCT" and before == "IS":
        yield Edit(start, end, "NOT DISTINCT", "IS DISTINCT FROM turned round")
    elif word == "NULL" and before == "IS":
        yield Edit(start, end, "NOT NULL", "IS NULL turned round")
    elif word.isdigit() and before not in {"BY", "SELECT", ","}:
        yield Edit(start, end, str(int(word) + 1), f"{word} → {int(word) + 1}")
    elif word.startswith("'") and re.fullmatch(r"'\w+'", word):
        yield Edit(start, end, "'mutant'", f"{word} → 'mutant'")
    elif word in _SWAPS and not (word == "EXISTS" and before == "NOT"):
        yield Edit(start, end, _SWAPS[word], f"{word} → {_SWAPS[word] or 'nothing'}")


def _without_an_argument(tokens: list[Token], opening: int) -> Iterator[Edit]:
    """Drop each argument of a function whose bracket opens there, where the literal closes it."""
    starts, depth = [tokens[opening][2]], 0
    for word, _start, end in tokens[opening:]:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0:
            yield from _dropped([*starts, end])
            return
        if depth == 1 and word == ",":
            starts.append(end)


def _dropped(bounds: list[int]) -> Iterator[Edit]:
    for place in range(len(bounds) - 1 if len(bounds) > 2 else 0):
        last = place == len(bounds) - 2
        start = bounds[place] - 1 if last else bounds[place]  # with the comma before it, or after it
        yield Edit(start, bounds[place + 1] - 1 if last else bounds[place + 1], "", f"argument {place + 1} dropped")


def _without_a_condition(source: str, tokens: list[Token], place: int) -> Iterator[Edit]:
    """Have one condition decide nothing any more; it stays, since its parameters are given."""
    depth, cases, end = 0, 0, tokens[place][2]
    following = ""
    for (before, *_), (word, _, stop) in pairwise(tokens[place:]):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and cases == 0 and word in _AFTER_A_CONDITION and before != "DISTINCT"):
            following = word
            break
        cases += {"CASE": 1, "END": -1}.get(word, 0)
        end = stop
    condition = source[tokens[place][2] : end].strip()
    if condition not in {"", "TRUE", "FALSE"}:
        one_of_several = "OR" in {tokens[place][0], following}
        value, joined = ("FALSE", "AND") if one_of_several else ("TRUE", "OR")
        text = f" ({value} {joined} ({condition}))"
        yield Edit(tokens[place][2], end, text, f"{condition} → {value}")
