"""What each code of the audit trail says, and of which kind it is."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy_crm.staff.trail import deeds_of_people as people
from privacy_crm.staff.trail import deeds_of_work as work

# The kinds that the trail is read by, in words, each with its codes.
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "looks": (_("looks: pages, lists and searches"), people.LOOKS),
    "changes": (_("changes to people"), people.CHANGES),
    "requests": (_("requests of people"), people.REQUESTS),
    "mailings": (_("mailings"), work.MAILINGS),
    "exports": (_("exports, and what recipients were given"), people.EXPORTS),
    "lists": (_("imported lists and segments"), people.LISTS),
    "policy": (_("policy"), work.POLICY),
    "registers": (_("registers, breaches and reviews"), work.REGISTERS),
    "accounts": (_("accounts and keys"), work.ACCOUNTS),
    "deletions": (_("deletions, holds and restores"), work.DELETIONS),
    "catalogue": (_("events, whitepapers and organisations"), work.CATALOGUE),
}

DEEDS: dict[str, Any] = {code: words for _label, codes in KINDS.values() for code, words in codes.items()}


def about_request(code: str) -> bool:
    """Tell whether the id of an entry is that of a request, not of a person."""
    return code.startswith("request.")


def deed(code: str) -> Any:
    """Return what a code says was done; the code read aloud where an earlier version wrote one that is no more."""
    return DEEDS.get(code) or capfirst(code.replace(".", ": ").replace("_", " "))
