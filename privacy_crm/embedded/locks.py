"""Locks that the kernel gives back when their holder ends, even by kill -9."""

import fcntl
import os
from pathlib import Path

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def take(fd: int, how: int) -> bool:
    """Take the lock if nobody is in the way; never waits."""
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def opened(path: Path) -> int:
    """A descriptor of the lock file that programs started later do not inherit."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def still_there(fd: int, path: Path) -> bool:
    """Whether the path still leads to the locked file; not so once VAR_DIR was deleted or moved."""
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False
