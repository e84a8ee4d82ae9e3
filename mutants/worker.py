"""One worker: a session of pytest that runs its tests once, then for each mutant those that concern it, in a fork."""

import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from django.db import DataError, ProgrammingError

from mutants import python, swapping
from mutants.edits import Edit
from mutants.heart import FOLDER, Part

# What Python or PostgreSQL refuses to run at all says nothing about the tests, and is not counted.
_STILLBORN = (ProgrammingError, DataError, TypeError, NameError, AttributeError, IndexError, KeyError, ImportError)
_OUTCOMES = {0: "survived", 1: "killed", 2: "stillborn"}
_MONITOR, _CALLED = sys.monitoring.COVERAGE_ID, sys.monitoring.events.PY_START


@dataclass(frozen=True)
class Mutant:
    part: Part
    source: str
    edit: Edit

    @property
    def key(self) -> str:
        return sha256(f"{self.part.module}\n{self.edit.of(self.source)}".encode()).hexdigest()[:16]

    @property
    def line(self) -> int:
        return self.source.count("\n", 0, self.edit.start) + 1


def of(part: Part) -> list[Mutant]:
    source = Path(part.module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    return [Mutant(part, source, edit) for edit in python.edits(source)]


@dataclass
class Worker:
    """A plug-in of pytest: what it does with the tests that were collected."""

    mutants: list[Mutant]
    results: Path
    seconds: dict[str, float] = field(default_factory=dict)
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    entered: dict[str, set[str]] = field(default_factory=dict)

    def pytest_configure(self) -> None:
        """Have the same examples of Hypothesis for each mutant."""
        from hypothesis import HealthCheck  # noqa: PLC0415 – pytest has to see it come in
        from hypothesis import settings as examples  # noqa: PLC0415

        unchecked = list(HealthCheck)
        examples.register_profile(
            "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=unchecked
        )
        examples.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what commits, or needs a browser: it is slow, and whoever dies in it leaves rows behind."""
        items[:] = [item for item in items if not _commits(item) and not item.get_closest_marker("browser")]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._measure(session)
        for done, mutant in enumerate(self.mutants, 1):
            outcome, killer = self._try(mutant, session)
            self.kills[mutant.part.module, killer] += 1
            with self.results.open("a", encoding="utf-8") as results:
                results.write(json.dumps({"key": mutant.key, "outcome": outcome, "by": killer}) + "\n")
            print(f"{done}/{len(self.mutants)} {outcome} {mutant.part.module}:{mutant.line}", file=sys.stderr)
        return True

    def _measure(self, session: pytest.Session) -> None:
        """Run every test once as it is: how long it takes, and which modules of the heart it enters."""
        entered: set[str] = set()
        _watch({name for mutant in self.mutants for name in (mutant.part.module, *mutant.part.derived)}, entered)
        for item, following in _in_turn(session.items, session):
            entered.clear()
            reports = runtestprotocol(item, log=False, nextitem=following)
            if any(report.failed for report in reports):
                print(f"left out, since it fails without any mutant: {item.nodeid}", file=sys.stderr)
                continue
            self.seconds[item.nodeid] = sum(report.duration for report in reports)
            self.entered[item.nodeid] = set(entered)
        sys.monitoring.free_tool_id(_MONITOR)

    def _try(self, mutant: Mutant, session: pytest.Session) -> tuple[str, str]:
        """Fork, and return what became of the mutant and which test killed it."""
        items = self._concerned(mutant.part, session.items)
        for clone in sys.modules["tests.conftest"].databases.clones.values():
            if clone.connection:
                clone.connection.close()  # the child opens its own
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            resource.setrlimit(resource.RLIMIT_CPU, (limit := 60 + 3 * round(self._lasting(items)), limit))
            signal.alarm(2 * limit)  # it may wait for something that never comes
            os._exit(_live(mutant, items, session, writing))
        os.close(writing)
        with os.fdopen(reading) as told:
            killer = told.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return _OUTCOMES.get(code, "killed"), killer if code >= 0 else "time"

    def _lasting(self, items: list[pytest.Item]) -> float:
        return sum(self.seconds[item.nodeid] for item in items)

    def _concerned(self, part: Part, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests that enter a module, if it can be entered: first what kills, then as its files are listed."""
        modules = {part.module, *part.derived}
        ours = [item for item in items if _file(item) in part.files and item.nodeid in self.seconds]
        if swapping.codes(import_module(part.module)):
            ours = [item for item in ours if self.entered[item.nodeid] & modules]

        def hope(item: pytest.Item) -> tuple[int, int, float]:
            return -self.kills[part.module, item.nodeid], part.files.index(_file(item)), self.seconds[item.nodeid]

        return sorted(ours, key=hope)


def _watch(modules: Iterable[str], entered: set[str]) -> None:
    """Note from now on which of these modules have a function that is called."""
    homes = {code: name for name in modules for code in swapping.codes(import_module(name))}
    sys.monitoring.use_tool_id(_MONITOR, "mutants")
    sys.monitoring.register_callback(_MONITOR, _CALLED, lambda code, _offset: entered.add(homes[code]))
    for code in homes:
        sys.monitoring.set_local_events(_MONITOR, code, _CALLED)


def _live(mutant: Mutant, items: list[pytest.Item], session: pytest.Session, writing: int) -> int:
    """Be the mutant until a test fails. Whatever it prints is lost, and it may not think for ever."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        swapping.swap(mutant.part.module, mutant.edit.of(mutant.source), mutant.part.derived)
    except Exception:
        return 2
    for item, following in _in_turn(items, session):
        failed = next((each for each in _reports(item, following) if each.failed), None)
        if failed is not None:
            os.write(writing, item.nodeid.encode())
            return 2 if failed.stillborn else 1
    return 0


def _reports(item: pytest.Item, following: Any) -> Iterator[Any]:
    for report in runtestprotocol(item, log=False, nextitem=following):
        report.stillborn = getattr(item, "stillborn", False)
        yield report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Tell what could not be run from what a test found: an error of the test's own is a finding."""
    if call.excinfo is not None:
        by_the_test = Path(call.excinfo.traceback[-1].path).is_relative_to(item.config.rootpath / FOLDER)
        item.stillborn = call.excinfo.errisinstance(_STILLBORN) and not by_the_test  # type: ignore[attr-defined]


def _in_turn(items: list[pytest.Item], session: pytest.Session) -> Iterator[tuple[pytest.Item, Any]]:
    """Yield each test with what comes next; after the last, what the whole session shares is kept."""
    shared = session.items[0].getparent(pytest.Module)
    last: Any = shared.parent if shared else session
    yield from zip(items, [*items[1:], last], strict=True)


def _commits(item: pytest.Item) -> bool:
    marks = item.iter_markers("django_db")
    return any(mark.kwargs.get("transaction") for mark in marks) or "live_server" in getattr(item, "fixturenames", ())


def _file(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath).as_posix()


def work(mutants: list[Mutant], results: Path) -> int:
    """Be a worker, and return its exit code."""
    files = sorted({file for mutant in mutants for file in mutant.part.files})
    options = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    with suppress(KeyboardInterrupt):
        return int(pytest.main([*options, *files], plugins=[Worker(mutants, results), sys.modules[__name__]]))
    return 1
