"""What a draft does: counted by a worker, shown in numbers, with some of the people whom it would hit tonight."""

from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError

from contacts.admin.shared.base import today
from contacts.admin.shared.looks import note_list
from contacts.admin.shared.people import visible_to
from contacts.base import background
from contacts.models import Contact, PolicyVersion
from contacts.policy.source_checks import PolicyError
from contacts.words.vocabulary import Scenario, Use
from retention import tasks
from retention.forecasts import policy_effects
from retention.models import PolicyEffect

log = structlog.get_logger(__name__)

MOST = 20
SEES_NUMBERS, SEES_PEOPLE = "retention.view_purgerun", "contacts.view_contact"


def in_force() -> PolicyVersion:
    """Return the version in force. Raises PolicyError where there is none."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        raise PolicyError([_("No version is in force. Publish the first one with manage.py publish_policy.")])
    return policy


def ask_for(version: PolicyVersion) -> None:
    """Have a worker count what a draft does, once what is being written has committed. It can be asked for again."""

    def ask() -> None:
        try:
            background.ask(tasks.count_policy_effect.name, (version.pk,))
        except (KombuError, OSError) as error:
            log.warning("policy.no_broker", code=type(error).__name__)

    transaction.on_commit(ask)


def current(version: PolicyVersion) -> PolicyEffect | None:
    """Return what was counted of a draft as it reads today."""
    return policy_effects.current(version, today(PolicyVersion.objects.in_force()))


def shown(request: HttpRequest, version: PolicyVersion) -> dict[str, Any]:
    """Return what the page shows of what a draft does; whoever sees examples has looked at them."""
    effect = current(version)
    if effect is None or not request.user.has_perm(SEES_NUMBERS):
        return {"sees_effect": request.user.has_perm(SEES_NUMBERS), "effect": None}
    return {"sees_effect": True, "effect": effect, "told": told(effect), "hit": _hit(request, version)}


def told(effect: PolicyEffect) -> dict[str, Any]:
    """Return the numbers by scenario, and those of people, each of whom counts once."""
    rows = [(capfirst(str(Scenario(name).label)), _row(effect.figures[name])) for name in Scenario.values]
    people = _row(effect.figures[policy_effects.PEOPLE])
    waits = [(str(Use(use).label), number) for use, number in people.get("waits", {}).items()]
    return {"effect": effect, "rows": rows, "people": people, "waits": waits}


def _row(figures: dict[str, Any]) -> dict[str, Any]:
    return {**figures, "days": list(zip(figures["now"], figures["then"], strict=True))}


def _hit(request: HttpRequest, version: PolicyVersion) -> list[dict[str, Any]]:
    """A number and a link each: a name would be one more look at somebody."""
    if not request.user.has_perm(SEES_PEOPLE):
        return []
    found = list(policy_effects.hit(in_force(), version, MOST, at=timezone.now()))[:MOST]
    seen = visible_to(request.user, Contact.objects.filter(pk__in=[pk for pk, _scenario in found]))
    keys = dict(seen.values_list("pk", "public_id"))
    note_list(request, list(keys.values()), "list:policyversion")
    named = [(pk, scenario) for pk, scenario in found if pk in keys]
    return [_person(number, pk, scenario) for number, (pk, scenario) in enumerate(named, 1)]


def _person(number: int, contact_id: int, scenario: str) -> dict[str, Any]:
    link = partial(reverse, "admin:contacts_contact_change")
    return {
        "name": _("Person %s") % number,
        "link": link(args=[contact_id]),
        "why": capfirst(str(Scenario(scenario).label)),
    }
