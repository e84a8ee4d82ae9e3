"""Who acted, in words: staff by log-in name, everybody else by what they are."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.models import ApiKey, Recipient, System

STAFF = "user:"

# What acts by itself, under the name that the trail has it by.
ACTORS: dict[str, Any] = {
    "visitor": _("a visitor"),
    "operator": _("the operator of the system"),
    "command": _("the operator of the system"),
    "nightly": _("the nightly deletion"),
    "purge": _("the nightly deletion"),
    "watch": _("the watch over the nightly deletion"),
    "shorten_trail": _("the monthly deletion of old entries"),
    "seal_trail": _("the sealing of the audit trail"),
    "task:mail": _("the sending of mail"),
    "task:mailings": _("the sending of mailings"),
    "task:notices": _("the notices to recipients"),
    "task:systems": _("the questions to other systems"),
    "ask_systems": _("the questions to other systems"),
    "policy": _("the policy, on the day from which it applies"),
    "publish_policy": _("the operator, by a file of the policy"),
    "notify": _("the letters about longer periods"),
    "reminding": _("the reminders of requests"),
    "follow_up": _("the reminders of requests"),
    "release_answered": _("the end of answered requests"),
    "lift_restrictions": _("the end of restrictions"),
    "end_representatives": _("the end of proofs"),
    "registers": _("the record of processing"),
    "audience": _("the operator, by an export"),
    "import_crm": _("the import"),
    "replay": _("the restore"),
    "demo": _("the story of the demo"),
    "rekey": _("the change of the key"),
    "adopt_country_rules": _("the operator of the system"),
}

# Others who act under a name of their own in a register.
_REGISTERED: dict[str, tuple[Any, Any]] = {
    "recipient:": (Recipient, _("the recipient %s")),
    "system:": (System, _("the system %s")),
    "api:": (ApiKey, _("the website %s")),
}


def named(actors: Iterable[str]) -> dict[str, str]:
    """Return for each actor what to show."""
    told = set(actors)
    names = _staff(told)
    for beginning, (model, words) in _REGISTERED.items():
        keys = _numbers(told, beginning)
        found = model.objects.filter(pk__in=keys).values_list("pk", "name") if keys else []
        names |= {f"{beginning}{pk}": str(words) % name for pk, name in found}
    return {actor: names.get(actor) or _unnamed(actor) for actor in told}


def _staff(told: Iterable[str]) -> dict[str, str]:
    keys = _numbers(told, STAFF)
    found = get_user_model().objects.filter(pk__in=keys).values_list("pk", "username") if keys else []
    return {f"{STAFF}{pk}": name for pk, name in found}


def _numbers(told: Iterable[str], beginning: str) -> set[str]:
    rests = (actor.removeprefix(beginning) for actor in told if actor.startswith(beginning))
    return {rest for rest in rests if rest.isdecimal()}


def _unnamed(actor: str) -> str:
    if actor.startswith(STAFF):
        return gettext("A member of staff who is gone")
    beginning = actor.partition(":")[0]
    known = ACTORS.get(actor) or ACTORS.get(beginning)
    return str(known) if known else gettext("a job of the system")
