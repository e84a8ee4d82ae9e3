"""How the site is served: a request is read whole, on one thread for all of them, before another works at it.

So whoever sends theirs slowly holds a connection and no thread; waitress keeps what has arrived of it in a file
without a name. See ADR 0063 for what else was weighed, and docs/operations.md for what a proxy in front has to do.
"""

from typing import Any

from waitress.server import create_server

from privacy_crm.uploads import nameless

# Requests that one process works at side by side.
THREADS = 4
# Beyond the largest file that a door takes: the rest of its form.
_FORM_BYTES = 1024 * 1024
_LIMITS: dict[str, Any] = {
    # Beyond them a new connection waits in the kernel's queue: each may hold a request of the size below on the disk.
    "connection_limit": 1000,
    "asyncore_use_poll": True,  # select() knows no descriptor above 1,024
    # Seconds without a byte from a client, or a byte taken by it, after which its connection is closed.
    "channel_timeout": 60,
    "cleanup_interval": 10,
    "max_request_header_size": 32 * 1024,
    # Who the visitor is, settings.py and contacts.signups.limits read from these.
    "clear_untrusted_proxy_headers": False,
    "ident": None,
}


def run(application: Any, *, listen: str, threads: int) -> None:
    """Serve a WSGI application at HOST:PORT until the process is interrupted; what is being answered then has 5 s."""
    most = nameless.most() + _FORM_BYTES
    create_server(application, listen=listen, threads=threads, max_request_body_size=most, **_LIMITS).run()
