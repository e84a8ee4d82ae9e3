"""Settings from the environment, and from the files that NAME_FILE names there."""

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Values(FileAwareMapping):  # type: ignore[misc]  # environ has no types
    """Leave out the line end that `echo` and editors put after a secret: it would be part of the key."""

    def __getitem__(self, name: str) -> str:
        return str(super().__getitem__(name)).rstrip("\r\n")


class Env(environ.Env):  # type: ignore[misc]
    """The environment, in which NAME_FILE may name a file that holds the value of NAME."""

    ENVIRON = _Values()
