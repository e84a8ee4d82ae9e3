"""Start the servers with the first connection to the broker: a worker asks it before it asks the database."""

from typing import Any

from django.conf import settings
from kombu.transport import redis

from .first_use import ensure


class Transport(redis.Transport):
    # Kombu is to leave the path of the socket to us, as it does after the prefix "redis+", which names its own class.
    can_parse_url = True

    def establish_connection(self) -> Any:
        ensure(settings.VAR_DIR)
        return super().establish_connection()  # type: ignore[no-untyped-call]
