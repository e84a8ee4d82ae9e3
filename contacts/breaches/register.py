"""The register of breaches: what happened and what follows from it, kept up to date until the breach is closed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.rows import insert
from contacts.breaches import affected
from contacts.models import Breach
from contacts.words.breaches import BreachState, Risk

# What is told of a breach when it is entered, and what is found out afterwards.
FACTS = ("title", "happened", "kinds", "began_at", "ended_at", "aware_at", "processor", "processor_told_at")
FINDINGS = (
    "groups",
    "categories",
    "data",
    "consequences",
    "severity",
    "risk",
    "measures",
    "contact_point",
    "untold_because",
)

_MOMENTS = ("began_at", "ended_at", "aware_at", "processor_told_at")


class BreachError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def enter(facts: Mapping[str, Any], *, contact_point: str, at: dt.datetime, by: str) -> Breach:
    """Put a breach on record, with all of FACTS. The 72 hours run from `aware_at`. Raises BreachError as `change`."""
    _check_moments(facts, at)
    breach = insert(Breach(**facts, contact_point=contact_point))
    note("entered", breach, at=at, by=by)
    return breach


@transaction.atomic
def change(breach: Breach, told: Mapping[str, Any], *, at: dt.datetime, by: str) -> None:
    """Say some of FACTS or FINDINGS anew. `breach` is as it was seen.

    Raises BreachError where it has changed since or is closed, for a moment to come, where the moment of awareness is
    moved after a report, and where what is not reported would be a high risk.
    """
    _check_moments(told, at)
    state = BreachState(breach.state)
    aware_at = told.get("aware_at", breach.aware_at)
    if state != BreachState.OPEN and aware_at != breach.aware_at:
        raise BreachError(
            _("When you became aware is not changed any more: the decision about the report rests on it.")
        )
    if state == BreachState.UNREPORTED and told.get("risk", Risk.UNLIKELY) != Risk.UNLIKELY:
        raise BreachError(_("There is a risk now, so the authority has to be told. Record the report first."))
    warned = breach.warned if aware_at == breach.aware_at else None
    settle(breach, {**told, "warned": warned}, state)
    note("changed", breach, at=at, by=by)


@transaction.atomic
def leave_unreported(breach: Breach, reason: str, *, at: dt.datetime, by: str) -> None:
    """Decide that the authority is not told, and say why (Art. 33(1) and (5)). `breach` is as it was seen.

    Raises BreachError unless a risk is unlikely, and where it was changed or decided meanwhile.
    """
    if breach.risk != Risk.UNLIKELY:
        raise BreachError(_("Only where a risk is unlikely may a breach go unreported. Assess the risk first."))
    settle(breach, {"state": BreachState.UNREPORTED, "unreported_because": reason}, BreachState.OPEN)
    note("left_unreported", breach, at=at, by=by)


@transaction.atomic
def close(breach: Breach, learnt: str, *, at: dt.datetime, by: str) -> None:
    """Close a breach with what was learnt. `breach` is as it was seen. Raises BreachError while something is open."""
    list(Breach.objects.select_for_update(no_key=True).filter(pk=breach.pk))  # nobody finds people meanwhile
    if why := still_open(breach):
        raise BreachError(why)
    changes = {"state": BreachState.CLOSED, "closed_at": at, "learnt": learnt}
    settle(breach, changes, BreachState.REPORTED, BreachState.UNREPORTED)
    note("closed", breach, at=at, by=by)


def still_open(breach: Breach) -> str:
    """Return why a breach cannot be closed yet; empty where it can."""
    if breach.state == BreachState.OPEN:
        return _("Report it first, or decide that it is not reported.")
    if not breach.risk:
        return _("Assess the risk first.")
    if affected.letters_wait(breach):
        return _("Letters about it have not left yet. Close it once they have.")
    if breach.risk == Risk.HIGH and not breach.untold_because and affected.numbers(breach).without:
        return _("Some of the people at high risk have no letter. Send it, or say under “Assess” why they get none.")
    return ""


def settle(breach: Breach, changes: Mapping[str, Any], *states: BreachState) -> None:
    """Change a breach that is as it was seen, and in one of these states. Raises BreachError where it is not."""
    seen = Breach.objects.filter(pk=breach.pk, changed=breach.changed, state__in=states).standing()
    if not seen.update(**changes, changed=F("changed") + 1):
        raise BreachError(
            _("It has been changed since you opened this page. Open the page again and look at it first.")
        )


def note(deed: str, breach: Breach, *, at: dt.datetime, by: str) -> None:
    audit.record(f"breach.{deed}", at=at, by=by, rule=f"breach:{breach.pk}")


def _check_moments(told: Mapping[str, Any], at: dt.datetime) -> None:
    if any(told.get(name) and told[name] > at for name in _MOMENTS):
        raise BreachError(_("A breach is put on record once it is known. None of its times may be in the future."))
    if bool(told.get("processor")) != bool(told.get("processor_told_at")):
        raise BreachError(_("Where a recipient told you, name the recipient and the time."))
    began, ended = told.get("began_at"), told.get("ended_at")
    if began and ended and ended < began:
        raise BreachError(_("It cannot have ended before it began."))
