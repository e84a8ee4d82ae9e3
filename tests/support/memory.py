"""How much memory something takes on the tests' own database: in a process of its own, since a peak never goes down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from tests.support.forked import libraries
from tests.support.processes import PATIENCE

MEGABYTE = 1024  # in kibibytes

# On Linux, what getrusage says is never below what the parent used when it started the process.
TELL = """
import resource
from pathlib import Path
status = Path("/proc/self/status")
if status.exists():
    print(next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""

type Peak = Callable[..., tuple[str, int]]


@contextmanager
def peaks(code: str) -> Iterator[Peak]:
    """Yield what runs the code with arguments, and returns what it printed and its peak in kibibytes."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}@:{database['PORT']}/{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    with libraries().warmed(os.environ | {"DATABASE_URL": url}) as parent:

        def peak(*arguments: str) -> tuple[str, int]:
            process = parent.start("-c", code + TELL, *arguments)
            out, error = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, error
            said, _, kibibytes = out.rstrip().rpartition("\n")
            return said, int(kibibytes)

        yield peak
