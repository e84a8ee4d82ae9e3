"""A name server that knows what it is told, on a port of this machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

SECONDS = 300


class NameServer:
    """`records` has, by name and type, what it answers; a name without any is not there. It fails `refuses`."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.refuses: set[str] = set()

    def says(self, name: str, kind: str, *texts: str) -> None:
        """Text is put between quotation marks, in parts as long as one may be."""
        self.records[name, kind] = [_quoted(text) if kind == "TXT" else text for text in texts]

    @contextmanager
    def open(self) -> Iterator[dns.resolver.Resolver]:
        """Yield a resolver that asks it alone."""
        answer = self._answer

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, line = self.request
                line.sendto(answer(data), self.client_address)

        with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield _resolver(server.server_address[1])
            finally:
                server.shutdown()
                thread.join()

    def _answer(self, data: bytes) -> bytes:
        asked = dns.message.from_wire(data)
        (question,) = asked.question
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(asked)
        if name in self.refuses:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in {known for known, _ in self.records}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif texts := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, SECONDS, "IN", kind, texts))
        return answer.to_wire()


def _resolver(port: int) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return resolver


def _quoted(text: str) -> str:
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
