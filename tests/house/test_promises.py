import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = {f"P{n}" for n in range(1, 26)} | {f"L{n}" for n in range(1, 21)}


def rows() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "promises.md").read_text()
    found = re.findall(r"^\| ([PL]\d+) \| (kept|not built yet) \|(.*)\|$", text, re.MULTILINE)
    return {number: (state, where) for number, state, where in found}


def carried() -> set[str]:
    marks = (re.findall(r"promise\(([^)]*)\)", path.read_text()) for path in (ROOT / "tests").rglob("test_*.py"))
    return {number for found in marks for arguments in found for number in re.findall(r"\"([PL]\d+)\"", arguments)}


def test_every_promise_is_listed_once() -> None:
    assert set(rows()) == NUMBERS


def test_a_promise_that_is_kept_is_carried_by_a_test() -> None:
    kept = {number for number, (state, _) in rows().items() if state == "kept"}
    assert kept
    assert kept <= carried()


def test_no_test_carries_a_number_that_does_not_exist() -> None:
    assert carried() <= NUMBERS


def test_every_file_that_is_named_exists() -> None:
    named = {path for _, where in rows().values() for path in re.findall(r"`([\w./]+)`", where)}
    missing = [path for path in named if "/" in path and not (ROOT / path).exists()]
    assert named
    assert not missing
