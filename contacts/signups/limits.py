"""How many sign-ups may come from one network, and how many mails may go to one mailbox, in an hour (ADR 0011).

They are counted in Valkey under keyed hashes (HMAC-SHA256 under SECRET_KEY), which are gone after an hour. Whether an
address is on file plays no part, so a refusal tells nothing about that.
"""

import ipaddress
import math
import time
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

from contacts.signups import visitors
from contacts.words.addresses import mailbox
from contacts.words.mail_providers import public_domains

_IPV6_SITE = 64  # one household or office; single addresses in it are had for nothing
_MAILBOXES = 10  # so many of one domain may have their hour's share: more names are made up than asked for


class TooManyError(Exception):
    """The hour's share is used up; `retry_after` says in how many seconds there is another."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many")
        self.retry_after = retry_after


def take_from(request: HttpRequest) -> None:
    """Count a post from the network that a request came from.

    Raises TooManyError, and redis.RedisError where Valkey is away.
    """
    _take(RateLimitItemPerHour(settings.POSTS_AN_HOUR, namespace="posts"), network_of(request))


def take_to(address: str) -> None:
    """Count a mail to the mailbox of a normalised address, and to its domain where one company reads all of that (L16).

    Raises TooManyError, and redis.RedisError where Valkey is away.
    """
    _take(RateLimitItemPerHour(settings.MAILS_AN_HOUR, namespace="mails"), mailbox(address))
    domain = address.partition("@")[2]
    if domain not in public_domains():
        _take(RateLimitItemPerHour(_MAILBOXES * settings.MAILS_AN_HOUR, namespace="domains"), domain)


def take_by_key(digest: str, most: int) -> None:
    """Count a post by a key of the API, which may send so many an hour.

    Raises TooManyError, and redis.RedisError where Valkey is away.
    """
    _take(RateLimitItemPerHour(most, namespace="keys"), digest)


def network_of(request: HttpRequest) -> str:
    """Return the network that a request came from: an address, or for IPv6 the site that it belongs to."""
    address = visitors.address_of(request)
    if address is None or address.version == 4:
        return str(address or "")
    return str(ipaddress.ip_network((address, _IPV6_SITE), strict=False))


def hidden(counted: str, namespace: str) -> str:
    """Return the keyed hash under which something is counted: a key in Valkey holds no name and no address."""
    return salted_hmac(f"contacts.limits.{namespace}", counted, algorithm="sha256").hexdigest()


def _take(limit: RateLimitItem, counted: str) -> None:
    limiter = _limiter(settings.REDIS_URL)
    key = hidden(counted, limit.namespace)
    if not limiter.hit(limit, key):
        ends = limiter.get_window_stats(limit, key).reset_time
        raise TooManyError(max(1, math.ceil(ends - time.time())))


@cache
def _limiter(url: str) -> FixedWindowRateLimiter:
    pool = redis.ConnectionPool.from_url(url, **settings.VALKEY_PATIENCE)
    return FixedWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="limits"))
