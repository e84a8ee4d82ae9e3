"""No test depends on the network, and none tells it anything."""

import socket
import threading
from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.db import connection

from tests.support.closed_sockets import ElsewhereError

ELSEWHERE = "192.0.2.1"  # of the addresses that RFC 5737 keeps for documents


def connect() -> None:
    socket.create_connection((ELSEWHERE, 443), timeout=1).close()


def ask_whether_one_can_connect() -> None:
    with socket.socket() as made:
        made.settimeout(1)
        made.connect_ex((ELSEWHERE, 443))


def send_a_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"", (ELSEWHERE, 53))


def ask_for_an_address() -> None:
    socket.getaddrinfo("nordvik.example", 443)


@pytest.mark.parametrize("act", [connect, ask_whether_one_can_connect, send_a_datagram, ask_for_an_address])
def test_nothing_beyond_this_machine_is_reached(act: Callable[[], None]) -> None:
    with pytest.raises(ElsewhereError):
        act()


def test_nor_from_another_thread() -> None:
    refused: list[Exception] = []

    def try_to() -> None:
        try:
            connect()
        except ElsewhereError as error:
            refused.append(error)

    thread = threading.Thread(target=try_to)
    thread.start()
    thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_ours_is_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((host, server.getsockname()[1])):
        server.accept()[0].close()


def test_so_are_postgresql_and_valkey(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert redis.Redis.from_url(settings.REDIS_URL).ping()
