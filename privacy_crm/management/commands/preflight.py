import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from privacy_crm import starting
from privacy_crm.preflight import backups, database, mail, outside, resolving, servers, site
from privacy_crm.preflight.results import Result, State, ok, tried, wrong

FAILED = 1
_SERVER = "Look at DATABASE_URL, and whether the server runs."
_VALKEY = "Look at REDIS_URL, and whether Valkey runs."
_MARKS = {State.OK: "ok", State.WRONG: "WRONG", State.UNKNOWN: "?"}


class Command(command_line.Command):
    help = (
        "Try all that the product needs, and print what is as it should be and what to do about the rest: settings,"
        " database, broker, storage, journal, backups, keys, roles, policy, clock, the site's name and certificate, the"
        " watcher of the nights, and the sender's DNS. Exit 1 if something is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send a mail there as well")
        command_line.add_json(parser)

    def handle(self, *_args: Any, mail: str | None, as_json: bool, **_options: Any) -> None:
        results = [*_results(mail, timezone.now())]
        self.stdout.write(
            command_line.to_json([asdict(result) for result in results]) if as_json else "\n".join(_table(results))
        )
        if any(result.state == State.WRONG for result in results):
            raise SystemExit(FAILED)


def _results(address: str | None, at: dt.datetime) -> Iterator[Result]:
    resolver = resolving.of_this_machine()
    seen = partial(site.look, urlsplit(settings.SITE_URL), resolver, at)
    yield from _settings()
    yield from tried("Database", _SERVER, partial(database.look, timezone.now))
    yield from tried("Broker", _VALKEY, servers.broker)
    yield from tried("Cache", _VALKEY, servers.remembered)
    yield from tried("Storage", "Look at MEDIA_URL or MEDIA_DIR: it has to exist, and to be ours.", servers.storage)
    yield from tried("Journal", "Look at JOURNAL_URL.", outside.journal)
    yield from tried("Keys of evidence", "Look at EVIDENCE_KEYS_URL.", outside.evidence_keys)
    yield from tried("Place of backups", "Look at BACKUP_URL: a backup could not be kept there.", backups.place)
    yield from tried("Backups", "Look at BACKUP_URL.", partial(backups.look, at))
    yield from tried("Watcher", "Look at HEARTBEAT_URL.", outside.watcher)
    yield from tried("Time stamps", "Look at TIMESTAMP_ROOTS.", outside.stamps_checked)
    yield from tried("Site's name", "Look at SITE_URL, and at the resolver of this machine.", seen)
    yield from mail.sender(settings.DEFAULT_FROM_EMAIL, settings.DKIM_SELECTORS, resolver)
    if address:
        yield from tried("Mail", "Look at EMAIL_URL.", partial(mail.send, address))


def _settings() -> Iterator[Result]:
    found = starting.faults()
    if not found:
        yield ok("Settings", "as they have to be where DEBUG is off")
    for line in found:
        yield wrong("Settings", line, "")


def _table(results: list[Result]) -> Iterator[str]:
    width = max(len(result.name) for result in results)
    for result in results:
        yield f"{_MARKS[result.state]:<6}{result.name:<{width}}  {result.said}"
        if result.remedy:
            yield f"{'':<6}{'':<{width}}  → {result.remedy}"
