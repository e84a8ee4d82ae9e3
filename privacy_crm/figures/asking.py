"""Numbers for pages, which never count: they show what a worker counted last, and ask it where that is old."""

import datetime as dt

from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from contacts.base import background
from contacts.models import PolicyVersion
from privacy_crm.figures import catalogue, remembering
from privacy_crm.figures.remembering import Counted

TASK = "privacy_crm.tasks.count_figure"


class AwayError(Exception):
    """Neither what was counted nor a worker can be asked for at the moment."""


def known(name: str, policy: PolicyVersion | None = None, *, at: dt.datetime) -> Counted | None:
    """Return the numbers that were counted last, or None where none are there yet; a worker counts them anew then.

    A card has a policy, by which it is counted; a number in a sentence has none.
    Raises AwayError where Valkey cannot be reached.
    """
    key = catalogue.key_of(name, policy)
    try:
        counted = remembering.recalled(key)
        if (counted is None or catalogue.is_old(name, counted[1], at)) and remembering.is_first_to_ask(key):
            background.ask(TASK, (name,))
    except (RedisError, KombuError, OSError) as error:
        raise AwayError from error
    return counted
