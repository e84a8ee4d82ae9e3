"""The mutants that `make mutants` tries: what is made of a line of Python, and of the SQL in a literal."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mutants import python, swapping
from mutants.heart import HEART

QUERY = '''
_DUE = """
    SELECT contact_id FROM basis
    WHERE until IS NULL AND (from_day <= %s OR GREATEST(one, {other}) > 2)"""
'''


def made_of(source: str) -> set[str]:
    """The line that each mutant changes, as it reads then."""
    mutants = (edit.of(source) for edit in python.edits(source))
    return {
        " ".join(line.split()) for mutant in mutants for line in set(mutant.splitlines()) - set(source.splitlines())
    }


@pytest.mark.parametrize(
    ("line", "mutants"),
    [
        ("late = day < due", {"late = day <= due"}),
        ("late = old and new", {"late = old or new", "late = True and new", "late = old and True"}),
        ("late = not new", {"late = new"}),
        ("found = Q(a__lte=day) & ~Q(b=True)", {"found = Q(a__lt=day) & ~Q(b=True)", "found = Q() & ~Q(b=True)"}),
        ("end = min(one, two)", {"end = max(one, two)"}),
        ("week = timedelta(days=7)", {"week = timedelta(hours=7)", "week = timedelta(days=8)"}),
        ("settle(people)", {"pass"}),
    ],
)
def test_a_line_of_python_is_broken_in_each_way(line: str, mutants: set[str]) -> None:
    assert mutants <= made_of(f"{line}\n")


@pytest.mark.parametrize(
    "mutant",
    [
        "WHERE until IS NOT NULL AND (from_day <= %s OR GREATEST(one, {other}) > 2)",
        "WHERE until IS NULL OR (from_day <= %s OR GREATEST(one, {other}) > 2)",
        "WHERE until IS NULL AND (from_day < %s OR GREATEST(one, {other}) > 2)",
        "WHERE until IS NULL AND (from_day <= %s AND GREATEST(one, {other}) > 2)",
        "WHERE until IS NULL AND (from_day <= %s OR LEAST(one, {other}) > 2)",
        "WHERE until IS NULL AND (from_day <= %s OR GREATEST( {other}) > 2)",
        "WHERE until IS NULL AND (from_day <= %s OR GREATEST(one) > 2)",
        "WHERE until IS NULL AND (from_day <= %s OR GREATEST(one, {other}) > 3)",
        "WHERE (TRUE OR (until IS NULL)) AND (from_day <= %s OR GREATEST(one, {other}) > 2)",
        "WHERE until IS NULL AND (from_day <= %s OR (FALSE AND (GREATEST(one, {other}) > 2)))",
    ],
)
def test_sql_in_a_literal_is_broken_in_each_way(mutant: str) -> None:
    assert any(line.startswith(mutant) for line in made_of(QUERY))


def test_words_that_are_no_sql_stay_as_they_are() -> None:
    assert made_of('"""Due AND gone."""\nNAME = "those who are due and gone = 1"\n') == set()


def test_every_module_of_the_heart_is_there_with_tests_and_mutants() -> None:
    for part in HEART:
        for module in (part.module, *part.derived):
            assert importlib.util.find_spec(module), module
        assert [file for file in part.files if not Path(file).exists()] == []


def test_a_mutant_takes_the_place_of_what_others_have_imported_already(tmp_path: Path) -> None:
    source = "LIMIT = 'a < b'\ndef late(day):\n    return day > 3\n"
    rule, user = ModuleType("mutated_rule"), ModuleType("user_of_the_rule")
    rule.__file__ = str(tmp_path / "rule.py")
    exec(compile(source, rule.__file__, "exec"), vars(rule))  # noqa: S102
    vars(user).update(LIMIT=rule.LIMIT, late=rule.late)
    sys.modules |= {module.__name__: module for module in (rule, user)}
    try:
        swapping.swap("mutated_rule", source.replace("a < b", "a <= b").replace("> 3", ">= 3"), ())
    finally:
        for module in (rule, user):
            del sys.modules[module.__name__]
    assert (user.LIMIT, user.late(3)) == ("a <= b", True)
