"""How many examples property tests try: `EXAMPLES=0.1` has them try a tenth of their usual number."""

import os

_SHARE = float(os.environ.get("EXAMPLES", "1"))


def examples(usual: int) -> int:
    return max(1, round(usual * _SHARE))
