"""Mark the tests that need a browser or processes of their own, by what they use, so that nobody forgets to.

Those in tests/processes/faults carry the mark `faults` as well, and run only where `-m` names it.
"""

from collections.abc import Iterable
from functools import cache
from types import ModuleType

import pytest

_STARTING = {
    "multiprocessing",
    "subprocess",
    "tests.support.embedded_users",
    "tests.support.forked",
    "tests.support.memory",
    "tests.support.office",
    "tests.support.processes",
}


def mark(item: pytest.Item) -> None:
    """What `make test-quick` leaves out."""
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if "browser" in fixtures:
        item.add_marker("browser")
    if "installed" in fixtures or "processes" in item.path.parts or _starts_some(getattr(item, "module", None)):
        item.add_marker("processes")
    if "faults" in item.path.parts:
        item.add_marker("faults")


def unasked(items: Iterable[pytest.Item], expression: str) -> set[pytest.Item]:
    """Return the tests of faults, unless the expression that was given as `-m` names them."""
    if "faults" in expression:
        return set()
    return {item for item in items if item.get_closest_marker("faults")}


def tell_apart(item: pytest.Item) -> None:
    """Give each operation that schemathesis plays an id of its own: of tests with one id, xdist runs a single one."""
    operation = getattr(item, "operation_label", "")
    if operation and not item.nodeid.endswith("]"):
        item._nodeid = f"{item.nodeid}[{operation}]"


def is_long(item: pytest.Item) -> bool:
    """Tell whether a test may take many seconds: it waits for others, asks for every page, or tries many examples."""
    waits_or_walks = any(item.get_closest_marker(name) for name in ("browser", "processes", "walk"))
    return waits_or_walks or getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


@cache
def _starts_some(module: ModuleType | None) -> bool:
    """Whether the test's module imports what starts them."""
    used = vars(module).values() if module else ()
    return any({getattr(each, "__module__", None), getattr(each, "__name__", None)} & _STARTING for each in used)
