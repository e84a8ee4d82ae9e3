"""Guesses are counted by network and account together, and a device that logged in before by itself."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client

from privacy_crm.access import devices
from tests.support.factories import NOON
from tests.support.factoring import PASSWORD, code, entered, log_in, member, newcomer, with_app, with_codes

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("second_factor")]


@pytest.fixture
def without_valkey(settings: LazySettings) -> None:
    """As where nobody listens: the cache, the limits and everything else that asks it."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}}
    caches["default"] = caches.create_connection("default")


def known_device(user: User) -> tuple[Client, str]:
    """Return the browser of somebody who logged in here before, and is logged out."""
    secret = with_app(user)
    client = entered(user, secret)
    client.post("/admin/logout/")
    return client, secret


def guess(client: Client, user: User, times: int) -> list[bytes]:
    return [log_in(client, user, "wrong").content for _ in range(times)]


def test_a_network_guesses_five_times_at_an_account_and_another_is_not_shut_out() -> None:
    user, stranger = member(), newcomer()
    assert all(b"not correct" in said for said in guess(stranger, user, 5))
    assert b"Too many failed" in log_in(stranger, user).content
    assert log_in(newcomer(), user).status_code == 302
    assert log_in(stranger, member()).status_code == 302


def test_what_is_refused_already_counts_nowhere_else(settings: LazySettings) -> None:
    """*Found*: one network, refused after five guesses, went on and shut every new device out for an hour."""
    settings.GUESSES_AN_HOUR = settings.GUESSES_A_MINUTE = 7
    user, stranger = member(), newcomer()
    guess(stranger, user, 9)
    assert log_in(newcomer(), user).status_code == 302
    assert log_in(stranger, member()).status_code == 302


def test_many_networks_together_shut_out_devices_that_are_not_known_and_no_others(
    settings: LazySettings,
) -> None:
    user = member()
    client, _secret = known_device(user)
    settings.GUESSES_AN_HOUR = 3
    for _ in range(3):
        guess(newcomer(), user, 1)
    assert b"Too many failed" in log_in(newcomer(), user).content
    assert log_in(client, user)["Location"] == "/account/log-in/factor/"


def test_one_network_guesses_at_many_accounts_so_often_and_no_more(settings: LazySettings) -> None:
    client = newcomer()
    settings.GUESSES_A_MINUTE = 3
    for _ in range(3):
        guess(client, member(), 1)
    assert b"Too many failed" in log_in(client, member()).content


def test_a_known_device_is_shut_out_by_its_own_guesses_alone() -> None:
    user = member()
    client, _secret = known_device(user)
    assert all(b"not correct" in said for said in guess(client, user, 5))
    assert b"Too many failed" in log_in(client, user).content
    assert log_in(newcomer(), user).status_code == 302


def test_the_mark_of_a_device_is_of_one_account_and_cannot_be_made_up() -> None:
    user, other = member(), member()
    client, _secret = known_device(user)
    mark = next(cookie for name, cookie in client.cookies.items() if name.startswith("device_"))
    assert (mark["httponly"], mark["path"], user.username in mark.key + mark.value) == (True, "/account/", False)
    request: Any = type("Request", (), {"COOKIES": {devices._cookie(other.username): mark.value}})
    assert devices.known(request, other.username) == ""
    request.COOKIES = {mark.key: f"{mark.value}x"}
    assert devices.known(request, user.username) == ""
    request.COOKIES = {mark.key: mark.value}
    assert devices.known(request, user.username.upper()) != ""


def test_a_stranger_with_the_password_does_not_shut_the_owner_out_of_the_factor() -> None:
    user = member()
    client, _secret = known_device(user)
    first, *_others = with_codes(user)
    stranger = newcomer()
    log_in(stranger, user)
    for _ in range(6):
        said = stranger.post("/account/log-in/factor/", {"code": "000000"}).content
    assert b"Too many failed" in said
    log_in(client, user)
    assert client.post("/account/log-in/factor/", {"code": first})["Location"] == "/admin/"


def test_whoever_is_right_begins_to_count_anew() -> None:
    user, client = member(), newcomer()
    for _ in range(2):
        guess(client, user, 4)
        assert log_in(client, user).status_code == 302
        client.post("/admin/logout/")


# While Valkey is away


@pytest.mark.usefixtures("without_valkey")
def test_without_valkey_an_unknown_device_is_told_to_try_again_in_a_minute() -> None:
    user, client = member(), newcomer()
    for password in ("wrong", PASSWORD):
        answer = log_in(client, user, password)
        assert (answer.status_code, b"Try again in a minute" in answer.content) == (200, True)
    assert "_auth_user_id" not in client.session


def test_without_valkey_a_known_device_logs_in_with_both_and_works(request: pytest.FixtureRequest) -> None:
    user = member()
    client, _secret = known_device(user)
    first, *_others = with_codes(user)
    request.getfixturevalue("without_valkey")
    assert log_in(client, user)["Location"] == "/account/log-in/factor/"
    assert client.post("/account/log-in/factor/", {"code": first})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/retention/hold/").status_code == 200


def test_without_valkey_a_known_device_guesses_no_more_than_with_it(request: pytest.FixtureRequest) -> None:
    user = member()
    client, _secret = known_device(user)
    request.getfixturevalue("without_valkey")
    assert all(b"not correct" in said for said in guess(client, user, 5))
    assert b"Too many failed" in log_in(client, user).content


def test_without_valkey_a_code_of_the_app_counts_once_too(request: pytest.FixtureRequest) -> None:
    with time_machine.travel(NOON, tick=False):
        user = member()
        client, secret = known_device(user)
        request.getfixturevalue("without_valkey")
        log_in(client, user)
        assert b"Incorrect code" in client.post("/account/log-in/factor/", {"code": code(secret)}).content
    with time_machine.travel(NOON + dt.timedelta(seconds=30), tick=False):
        assert client.post("/account/log-in/factor/", {"code": code(secret)})["Location"] == "/admin/"
