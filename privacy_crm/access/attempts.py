"""How often somebody may guess: counted by network and account together, and by device where it is a known one.

They are counted in Valkey under keyed hashes. While it is away, a known device is counted in the memory of this process
alone, and anybody else is asked to try again (ADR 0059).
"""

from collections.abc import Iterable, Iterator
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from contacts.signups import limits
from privacy_crm.access import devices

GUESSES = 5  # in five minutes, of one device, or of one network at one account
_A_FEW = RateLimitItemPerMinute(GUESSES, 5, namespace="guesses")
type Counted = tuple[RateLimitItem, str]


class TooManyGuessesError(Exception):
    """Nothing is checked for some minutes, right or wrong."""


class NotNowError(Exception):
    """Valkey is away, and nothing else counts what an unknown device guesses."""


def take(request: HttpRequest, username: str, what: str) -> None:
    """Count a guess at a secret of an account, before it is checked. Raises TooManyGuessesError and NotNowError."""
    device = devices.known(request, username)
    counted = list(_counted(request, username, what, device))
    try:
        counts = _hit(_shared(settings.REDIS_URL), counted)
    except redis.RedisError:
        if not device:
            raise NotNowError from None
        counts = _hit(_of_this_process(), counted)
    if not counts:
        raise TooManyGuessesError


def right(request: HttpRequest, username: str, what: str) -> None:
    """Forget the few guesses before a right one; what many networks guess at an account stays counted."""
    device = devices.known(request, username)
    for item, key in _counted(request, username, what, device):
        if item is _A_FEW:
            _of_this_process().clear(item, key)
            try:
                _shared(settings.REDIS_URL).clear(item, key)
            except redis.RedisError:
                return


def _hit(limiter: FixedWindowRateLimiter, counted: Iterable[Counted]) -> bool:
    """Count in this order up to the first that is full: a guess that is refused already takes no share of others."""
    return all(limiter.hit(item, key) for item, key in counted)


def _counted(request: HttpRequest, username: str, what: str, device: str) -> Iterator[Counted]:
    account = f"{what}:{username.lower()}"
    if device:
        yield _A_FEW, limits.hidden(f"{account}:{device}", "device")
        return
    network = limits.network_of(request)
    yield _A_FEW, limits.hidden(f"{account}:{network}", "pair")
    # What one network may guess at all accounts together.
    of_network = RateLimitItemPerMinute(settings.GUESSES_A_MINUTE, namespace="guesses-network")
    yield of_network, limits.hidden(network, "log-in")
    # What many networks together may guess at one account: it shuts out devices that are not known, and no others.
    at_account = RateLimitItemPerHour(settings.GUESSES_AN_HOUR, namespace="guesses-account")
    yield at_account, limits.hidden(account, "account")


@cache
def _shared(url: str) -> FixedWindowRateLimiter:
    pool = redis.ConnectionPool.from_url(url, **settings.VALKEY_PATIENCE)
    return FixedWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="limits"))


@cache
def _of_this_process() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())
