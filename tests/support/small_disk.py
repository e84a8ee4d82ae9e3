"""A disk of a few hundred kilobytes, which is soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHUNK = b"x" * 4096


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[None]:
    """Have one at this place, for all processes. It needs the rights to mount one, and fails where they are missing."""
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={kilobytes}k,mode=0777"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.fail(f"A full disk is tried with one in memory, which only root may mount: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """Leave no room on the disk of this folder meanwhile."""
    ballast = place / "ballast"
    try:
        with ballast.open("wb", buffering=0) as filled:
            while filled.write(CHUNK):
                pass
    except OSError:  # there is no more room
        pass
    try:
        yield
    finally:
        ballast.unlink()
