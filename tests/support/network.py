"""What leads the ports of compose to the servers of the tests: `python -m tests.support.network PORT SOCKET …`."""

import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.support.forwarding import Door


def main() -> None:
    """Lead each port to its socket until told to end, and say first that it does."""
    with ExitStack() as until_the_end:
        for port, socket in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
            until_the_end.enter_context(Door(Path(socket), int(port)).open())
        print("open", flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main()
