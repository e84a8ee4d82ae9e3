"""How the site is served: a request is read whole, on one thread for all of them, before another works at it.

So whoever sends theirs slowly holds a connection and no thread; waitress keeps what has arrived of it in a file
without a name. See ADR 0063 for what else was weighed, and docs/operations.md for what a proxy in front has to do.
"""

from copy import copy
from typing import Any

from django.conf import settings
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

from privacy_crm.security import OF_STAFF
from privacy_crm.uploads import nameless

# Requests that one process works at side by side.
THREADS = 4
# What a form holds, with what a provider reports of bounces; and what stands beside the file that staff send.
_FORM_BYTES = 1024 * 1024
# What other systems send for a request: files of 10 MB in all, a third more as Base64 (dsr.systems.reporting).
_OF_SYSTEMS = ("/systems/", "/api/systems/")
_FROM_SYSTEMS = 15 * 1024 * 1024
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
    server = create_server(application, listen=listen, threads=threads, max_request_body_size=most, **_LIMITS)
    server.channel_class = _Channel
    server.run()


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what is larger than a form, unless it comes from another system, or with a session to staff's pages.

    A session can be made up; what is sent with one is read and forgotten, as the page then leads to the log-in.
    """

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        has_session = f"{settings.SESSION_COOKIE_NAME}=" in self.headers.get("COOKIE", "")
        if not (has_session and self.path.startswith(OF_STAFF)):
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = _FROM_SYSTEMS if self.path.startswith(_OF_SYSTEMS) else _FORM_BYTES


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
