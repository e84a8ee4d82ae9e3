"""Sign-ups: posts to the API under two workers, beside a bare driver that issues the very statements of such a post."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import psycopg2
import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks import clients
from contacts.models import Message, PolicyVersion, SignUp, Whitepaper
from contacts.signups import keys
from contacts.signups.keys import Terms

WORKERS = 2
CONNECTIONS = 8
VALKEY = 15  # the number of its database
RECORDED = "recorded@bench.example"
SLUG = "bench"

TYPED = {
    "first_name": "Aino",
    "last_name": "Lindqvist",
    "company": "Fjordkraft AB",
    "job_title": "Head of IT",
    "country": "SE",
    "language": "en",
    "consent_email": True,
}


@dataclass(frozen=True)
class Statement:
    """One statement as Django hands it to the driver, inside the post's transaction or before it."""

    sql: str
    values: tuple[Any, ...] | dict[str, Any]
    in_transaction: bool


def against_floor(policy: PolicyVersion, *, seconds: float, rounds: int) -> dict[str, float]:
    """Return posts a second and their p95 of the product, and of the floor, each the median of rounds in turn."""
    key = _prepare()
    body = TYPED | {"policy_version": policy.number}
    floors, loads = [], []
    with _valkey_of_our_own():
        statements, made = _record(key, body)
        connection.close()
        with _served() as ports:
            _post(ports, key, body, 2)  # what is read once in a process is read now
            for _ in range(rounds):
                floors.append(_floor(statements, made, seconds))
                loads.append(_post(ports, key, body, seconds))
    # BEGIN and COMMIT are statements, too; the check of the connection is Django's, and the floor makes it as well.
    return {
        "posts_per_s": statistics.median(load.per_second for load in loads),
        "posts_p95_ms": statistics.median(load.p95 for load in loads) * 1000,
        "posts_floor_per_s": statistics.median(floors),
        "posts_to_floor": statistics.median(load.per_second / floor for load, floor in zip(loads, floors, strict=True)),
        "posts_statements": len(statements) + 2,
    }


def rows(r: dict[str, float]) -> list[tuple[str, str, str, str]]:
    """Return the lines of the report."""
    rate = "{:,.0f} a second".format
    statements = f"{r['posts_statements']:.0f}"
    ratio = f"{r['posts_to_floor']:.2f}"
    return [
        (f"floor: the statements of a sign-up by the bare driver, {WORKERS} processes", rate(r["posts_floor_per_s"]),
         "1.00", ""),
        (f"sign-ups, {WORKERS} workers, {CONNECTIONS} clients", rate(r["posts_per_s"]), ratio, "≥ 0.50"),
        ("their 95th percentile", f"{r['posts_p95_ms']:.0f} ms", "", ""),
        ("statements of each, with BEGIN and COMMIT", statements, "", "≤ 8"),
    ]  # fmt: skip


def _prepare() -> str:
    """Publish something to ask for; return a server's key."""
    now = timezone.now()
    Whitepaper.objects.create(slug=SLUG, title="Bench", file=ContentFile(b"", "bench.pdf"), published_at=now)
    return keys.issue("benchmark", Terms(posts_an_hour=1_000_000), at=now, by="benchmark")[1]


def _record(key: str, body: dict[str, object]) -> tuple[list[Statement], "Made"]:
    """Post once in this process, and return what it said to the database."""
    said: list[Statement] = []

    def listen(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        kept = values if isinstance(values, dict) else tuple(values or ())
        said.append(Statement(sql, kept, context["connection"].in_atomic_block))
        return execute(sql, values, many, context)

    for listened in (False, True):  # the first post reads what the next ones remember
        with connection.execute_wrapper(listen):
            said.clear()
            answer = Client().post(
                f"/api/v1/whitepapers/{SLUG}/sign-ups",
                body | {"email": RECORDED if listened else "first@bench.example"},
                content_type="application/json",
                headers={"Authorization": f"Bearer {key}", "Host": "127.0.0.1"},
            )
            if answer.status_code != 202:
                raise RuntimeError(f"refused: {answer.content[:500]!r}")
    sign_up = SignUp.objects.get(email=RECORDED)
    return said, Made(sign_up.pk, sign_up.public_id, Message.objects.get(sign_up=sign_up).public_id)


@dataclass(frozen=True)
class Made:
    """What the recorded post made, by which its values are found and replaced in each replay."""

    sign_up: int
    sign_up_public_id: uuid.UUID
    message_public_id: uuid.UUID


def _floor(statements: list[Statement], made: Made, seconds: float) -> float:
    """Return how often a second processes, as many as the product has, issue these statements by the bare driver."""
    fork = get_context("fork")
    done: Any = fork.SimpleQueue()
    drivers = [fork.Process(target=_replay, args=(statements, made, seconds, n, done)) for n in range(WORKERS)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
        if driver.exitcode:
            raise RuntimeError("a driver of the floor failed; its error stands above")
    return sum(done.get() for _ in drivers) / seconds


def _replay(statements: list[Statement], made: Made, seconds: float, worker: int, done: Any) -> None:
    """Issue the statements again and again over one connection, with values of the same kind; tell how often."""
    bare = psycopg2.connect(**_address())
    bare.autocommit = True
    before = [each for each in statements if not each.in_transaction]
    inside = [each for each in statements if each.in_transaction]
    times = 0
    with bare.cursor() as cursor:
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            new = {RECORDED: f"floor{worker}-{times}@bench.example", made.sign_up_public_id: uuid.uuid4(),
                   made.message_public_id: uuid.uuid4()}  # fmt: skip
            cursor.execute("SELECT 1")  # Django's check that the connection still stands
            for each in before:
                cursor.execute(each.sql, each.values)
                cursor.fetchall()
            cursor.execute("BEGIN")
            for each in inside:
                cursor.execute(each.sql, _values(each.values, new))
                returned = cursor.fetchall()
                new.setdefault(made.sign_up, returned[0][0])
            cursor.execute("COMMIT")
            times += 1
    bare.close()
    done.put(times)


def _values(values: Any, new: dict[Any, Any]) -> Any:
    if isinstance(values, dict):
        return {name: _value(value, new) for name, value in values.items()}
    return [_value(value, new) for value in values]


def _value(value: Any, new: dict[Any, Any]) -> Any:
    return new.get(value, value) if isinstance(value, str | int | uuid.UUID) else value


def _address() -> dict[str, Any]:
    address = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: option for name, option in address["OPTIONS"].items() if name != "session"}
    return {name: address[key] for name, key in names.items()} | options


def _post(ports: list[int], key: str, body: dict[str, object], seconds: float) -> clients.Load:
    """Load the product from a process of its own, so that nothing of this one is in the clients' way."""
    with get_context("fork").Pool(1) as pool:
        path = f"/api/v1/whitepapers/{SLUG}/sign-ups"
        options = {"connections": CONNECTIONS, "seconds": seconds}
        return pool.apply(clients.post, (ports, path, key, body), options)


@contextmanager
def _valkey_of_our_own() -> Iterator[None]:
    """Count the limits, and ask for mails to be sent, where nobody counts or listens, and forget it all afterwards."""
    before = settings.REDIS_URL, settings.CELERY_BROKER_URL
    settings.REDIS_URL = settings.REDIS_URL.replace("db=0", f"db={VALKEY}")
    settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL.replace("virtual_host=0", f"virtual_host={VALKEY}")
    ours = redis.Redis.from_url(settings.REDIS_URL)
    if ours.connection_pool.connection_kwargs["db"] != VALKEY or ours.dbsize():
        raise RuntimeError(f"database {VALKEY} of {settings.REDIS_URL} is not ours to fill and empty")
    try:
        yield
    finally:
        ours.flushdb()
        ours.close()
        settings.REDIS_URL, settings.CELERY_BROKER_URL = before


@contextmanager
def _served() -> Iterator[list[int]]:
    """Serve the product as production does, by processes of their own, but on ports that are free."""
    environment = os.environ | {
        "BENCH_DATABASE": connection.settings_dict["NAME"],
        "BENCH_REDIS_URL": settings.REDIS_URL,
        "BENCH_BROKER_URL": settings.CELERY_BROKER_URL,
    }
    ports = [_free_port() for _ in range(WORKERS)]
    with ExitStack() as servers:
        for port in ports:
            servers.enter_context(_server(port, environment))
        for port in ports:
            _wait(port)
        yield ports


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _server(port: int, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.served", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")
