"""A door to PostgreSQL on a TCP port of its own, which can be shut: as a failover looks to those who connect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.support.mail_sink import kept_port


@contextmanager
def doors(socket: Path, number: int) -> Iterator[list[Door]]:
    """So many of them, all shut; their ports are kept for them."""
    with ExitStack() as until_the_end:
        kept = [until_the_end.enter_context(kept_port()) for _ in range(number)]
        yield [Door(socket, each.getsockname()[1]) for each in kept]


class Door:
    """Forwards what comes to its port into a Unix socket, while it is open."""

    def __init__(self, socket: Path, port: int) -> None:
        self.socket, self.port = socket, port

    @contextmanager
    def open(self) -> Iterator[None]:
        """When it shuts, all that came through it are cut off."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._lead, "127.0.0.1", self.port), loop)
        listening = server.result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_shut(listening), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(self.socket)
        await asyncio.gather(_pour(reader, outer), _pour(inner, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(2**16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def _shut(server: asyncio.Server) -> None:
    server.close()
    server.abort_clients()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
