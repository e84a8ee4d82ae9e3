"""Tests of faults run only where they are asked for."""

import pytest

from tests.support import marking


@pytest.mark.parametrize(("expression", "left_out"), [("", True), ("processes", True), ("faults or walk", False)])
def test_faults_are_left_out_unless_the_expression_names_them(
    expression: str, left_out: bool, request: pytest.FixtureRequest
) -> None:
    request.node.add_marker("faults")
    assert marking.unasked([request.node], expression) == ({request.node} if left_out else set())
    assert marking.unasked([], expression) == set()
