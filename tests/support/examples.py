"""How much is tried: with `EXAMPLES=0.1` a tenth of the examples of a property, and three cases of a longer table."""

import os
import random
from collections import defaultdict
from collections.abc import Sequence

import pytest

_SHARE = float(os.environ.get("EXAMPLES", "1"))
_OF_A_TABLE = 3


def examples(usual: int) -> int:
    return max(1, round(usual * _SHARE))


def left_out(items: Sequence[pytest.Item], seed: int) -> set[pytest.Item]:
    """Return the cases that a run with fewer examples does without: of each table, all but three drawn by its seed."""
    if _SHARE >= 1:
        return set()
    tables = defaultdict(list)
    for item in sorted(items, key=lambda each: each.nodeid):
        tables[item.nodeid.partition("[")[0]].append(item)
    draw = random.Random(seed)
    return {item for cases in tables.values() for item in draw.sample(cases, max(0, len(cases) - _OF_A_TABLE))}
