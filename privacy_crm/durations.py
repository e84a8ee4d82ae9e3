"""Durations as PostgreSQL reads them, such as "90s" or "2min"; a number alone is milliseconds."""

import re

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?) ?(us|ms|s|min|h|d)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """Return how long a duration is. Raises ValueError where it is none."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return float(found[1]) * _SECONDS[found[2] or "ms"]
