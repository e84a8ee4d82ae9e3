"""Who finds what at which address, and who may read what about people: read from matrix.txt, beside this file.

An address is written as the site's resolver has it, each part that changes as `…`. A line in which `*` stands for a
part is of all addresses of that form which have no line of their own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLResolver

ROLES = {
    "m": "marketing",
    "s": "sales",
    "e": "events",
    "o": "privacy officer",
    "a": "auditor",
    "d": "administrator",
    "v": "visitor",
    "n": "nobody",
}
METHODS = ("GET", "POST")
REFUSED = "."
REFUSALS = {REFUSED, "login", "404", "405"}
TEXT = Path(__file__).parent / "matrix.txt"

_PARTS = re.compile(r"\(\?P<\w+>[^)]*\)|<[^>]+>")


@dataclass(frozen=True)
class Grant:
    """That some roles may read a kind of detail at some addresses; nobody and nowhere where it is for no page."""

    mark: str
    roles: frozenset[str]
    places: tuple[str, ...]

    def covers(self, mark: str, role: str, route: str) -> bool:
        return mark == self.mark and role in self.roles and any(fits(place, route) for place in self.places)


@cache
def answers() -> dict[tuple[str, str], dict[str, str]]:
    """Return what each role is answered, by method and address."""
    found = {}
    for method, address, *cells in _lines(METHODS):
        assert (method, address) not in found, f"{method} {address} is listed twice"
        found[method, address] = dict(zip(ROLES.values(), cells, strict=True))
    return found


@cache
def findable() -> dict[str, set[str]]:
    """Return who finds which records among those that most staff may not even find."""
    return {kind: {ROLES[letter] for letter in letters.replace("-", "")} for _word, kind, letters in _lines(("FIND",))}


@cache
def grants() -> list[Grant]:
    """Return who may read which kind of detail where."""
    return [
        Grant(mark, frozenset(ROLES[letter] for letter in letters.replace("-", "")), tuple(places))
        for _word, mark, letters, *places in _lines(("READ",))
    ]


@cache
def fresh() -> set[str]:
    """Return what asks for the second factor anew."""
    return {address for _word, address in _lines(("FRESH",))}


def routes(patterns: Iterable[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield each address below these patterns of Django's, with the name that `reverse` knows it by, or none."""
    for pattern in patterns:
        route = prefix + simple(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, route, inner)
        else:
            yield route or "/", f"{space}{pattern.name}" if pattern.name else ""


def simple(route: str) -> str:
    return _PARTS.sub("…", route).replace("^", "").replace("$", "")


def line_of(route: str, method: str = "GET") -> dict[str, str] | None:
    """Return what an address answers: its own line, or the line of all of its form."""
    known = answers()
    own = known.get((method, route))
    return own or next((cells for (of, form), cells in known.items() if of == method and fits(form, route)), None)


def opened_by(*roles: str) -> list[str]:
    """Return the addresses that answer one of these roles with a page."""
    return [route for (method, route), cells in answers().items() if method == "GET" and "200" in map(cells.get, roles)]


def said(answer: Any) -> str:
    """Return an answer as the matrix writes it."""
    if answer.status_code == 302 and re.match(r"/a\w+/log-?in/", answer["Location"]):
        return "login"
    return REFUSED if answer.status_code == 403 else str(answer.status_code)


def fits(form: str, route: str) -> bool:
    """Tell whether a line's address is this one, or a form of it; `*` alone is everywhere."""
    if "*" not in form:
        return form == route
    return form == "*" or re.fullmatch(re.escape(form).replace(r"\*", "[^/]+"), route) is not None


def _lines(words: Iterable[str]) -> Iterator[list[str]]:
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        if parts and parts[0] in words:
            yield parts
