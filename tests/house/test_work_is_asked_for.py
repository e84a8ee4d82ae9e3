"""Whoever hands work to a worker does it by `contacts.base.background`, which waits for no broker that is away."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_sql_is_composed import modules

BACKGROUND = Path("contacts/base/background.py")
# What Celery offers to publish a task: it would wait for a broker without end.
PUBLISHES = {"delay", "apply_async", "send_task"}


def faults(source: str) -> Iterator[str]:
    """Yield what publishes a task in a module, called or handed on, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in PUBLISHES:
            yield f"{node.lineno}: {node.attr}"


def test_nobody_publishes_a_task_but_the_one_who_does_not_wait() -> None:
    found = [f"{path}:{fault}" for path in modules() if path != BACKGROUND for fault in faults(path.read_text())]
    assert not found
    assert list(faults(BACKGROUND.read_text()))


@pytest.mark.parametrize("source", ["task.delay(1)", "on_commit(task.delay)", "app.send_task(NAME)"])
def test_what_publishes_is_found(source: str) -> None:
    assert len(list(faults(source))) == 1
