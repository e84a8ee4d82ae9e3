"""What happens by another connection while a mail server has a mail in its hands."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def elsewhere(act: Callable[[], object]) -> Callable[[bytes], None]:
    """Return what `Sink.taken` does then: `act`, and wait for its end."""

    def done() -> None:
        try:
            act()
        finally:
            connections.close_all()

    def while_sending(_mail: bytes) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(done).result()

    return while_sending
