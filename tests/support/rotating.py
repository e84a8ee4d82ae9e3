"""Change the keys of keyed hashes, as an operator does: stop, set, `rekey`, start."""

from typing import Any

from contacts.people import rekeying
from privacy_crm import checks


def set_keys(settings: Any, *keys: str) -> None:
    """Set them as the environment does; the first is the one that hashes."""
    settings.SUPPRESSION_KEYS, settings.SUPPRESSION_KEY = list(keys), keys[0]


def rotate(settings: Any, *keys: str) -> None:
    """Set them, and hash anew what can be."""
    set_keys(settings, *keys)
    rekeying.rekey()


def may_start() -> bool:
    """Tell whether the checks of the start find nothing wrong with the keys."""
    found = (checks.keys_are_all_there, checks.people_are_under_the_first_key)
    return not [message for check in found for message in check(databases=["default"])]
