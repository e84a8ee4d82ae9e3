"""A sign of life is given once for each night that finished, until it was heard, and for no other."""

import datetime as dt
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest
from django.conf import LazySettings

from privacy_crm.health import heartbeat
from retention.models import PurgeRun
from tests.support.factories import NOON, ONE_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("policy")]


LAST_NIGHT = dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.UTC)  # 02:30 in Stockholm


class Watcher(HTTPServer):
    """Hears, and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.heard: list[str] = []
        self.answers = 200
        self.says_on = Event()
        self.says_on.set()


class Hearing(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_response(self.server.answers)
        self.end_headers()
        self.server.says_on.wait(60)  # an answer that has begun, and does not end

    def log_message(self, *_said: object) -> None: ...


@pytest.fixture
def watcher(settings: LazySettings) -> Iterator[Watcher]:
    with Watcher() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{server.server_port}/crm"
        yield server
        server.says_on.set()
        server.shutdown()
        thread.join()


def night(at: dt.datetime = NOON, status: str = "finished", finished: dt.datetime | None = None) -> None:
    PurgeRun.objects.create(at=at, by="test", status=status, started_at=at, finished_at=finished or at)


@pytest.mark.parametrize("status", ["failed", "needs_approval", "interrupted", "missed"])
def test_no_other_end_of_a_night_is_a_sign_of_life(watcher: Watcher, status: str) -> None:
    night(status=status)
    assert not heartbeat.give()
    assert watcher.heard == []


def test_each_night_that_finished_is_told_once(watcher: Watcher) -> None:
    night()
    assert [heartbeat.give(), heartbeat.give()] == [True, False]
    night(NOON + ONE_DAY)
    assert [heartbeat.give(), heartbeat.give()] == [True, False]
    assert watcher.heard == ["/crm", "/crm"]


def test_a_night_that_finished_while_the_clock_was_ahead_keeps_no_later_one_from_being_told(watcher: Watcher) -> None:
    night(NOON + 365 * ONE_DAY)
    assert [heartbeat.give(), heartbeat.give()] == [True, False]
    night(NOON)
    assert [heartbeat.give(), heartbeat.give()] == [True, False]
    night(NOON + dt.timedelta(seconds=3))
    assert [heartbeat.give(), heartbeat.give()] == [True, False]
    assert len(watcher.heard) == 3


@pytest.mark.parametrize(
    ("begun", "is_told"), [(LAST_NIGHT - dt.timedelta(seconds=1), False), (LAST_NIGHT, True), (NOON, True)]
)
def test_a_run_of_a_day_long_past_is_no_sign_of_life(watcher: Watcher, begun: dt.datetime, is_told: bool) -> None:
    """The backlog since is left: the night did not happen by it."""
    night(begun, finished=NOON)
    assert heartbeat.give() is is_told


def test_such_a_run_keeps_no_night_from_being_told(watcher: Watcher) -> None:
    night(NOON)
    night(NOON - 10 * ONE_DAY, finished=NOON + dt.timedelta(hours=1))
    assert [heartbeat.give(), heartbeat.give()] == [True, False]


def test_a_watcher_that_does_not_hear_is_called_again(watcher: Watcher) -> None:
    night()
    watcher.answers = 503
    with pytest.raises(heartbeat.UnheardError, match="503"):
        heartbeat.give()
    watcher.answers = 200
    assert heartbeat.give()


def test_one_that_is_away_is_called_again(watcher: Watcher, settings: LazySettings) -> None:
    night()
    there, settings.HEARTBEAT_URL = settings.HEARTBEAT_URL, "http://127.0.0.1:1/crm"
    with pytest.raises(heartbeat.UnheardError, match="NewConnectionError"):
        heartbeat.give()
    settings.HEARTBEAT_URL = there
    assert heartbeat.give()


def test_a_watcher_whose_answer_does_not_end_keeps_nobody_waiting(watcher: Watcher) -> None:
    night()
    watcher.says_on.clear()
    assert heartbeat.give()


def test_without_an_address_nobody_is_called(settings: LazySettings) -> None:
    settings.HEARTBEAT_URL = ""
    night()
    assert not heartbeat.give()
