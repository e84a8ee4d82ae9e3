"""Publish a draft from a day on: proposed by one person, agreed to by a second where one may, in force from its day.

Whoever reads the policy reads the one in force, which an act puts there on the day (ADR 0072).
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit, officers
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.policy import assessments, drafting, policies
from contacts.policy.source_checks import PolicyError

PERMISSION = "contacts.publish_policy"


@transaction.atomic
def propose(
    version: PolicyVersion, *, holds_from: dt.date, summary: dict[str, str], seen: str, at: dt.datetime, by: str
) -> bool:
    """Propose a draft as it was `seen`, and return whether it needs nobody else: then it is published from that day.

    Raises PolicyError where the day is over, a summary or an assessment is missing, or the draft reads otherwise.
    """
    held = _held(version, seen, proposed_at__isnull=True)
    if holds_from < day_of(at, held.zone):
        raise PolicyError([_("Choose today or a day to come.")])
    languages = held.controller.get("languages") or ["en"]
    if not all(summary.get(language) for language in languages):
        raise PolicyError([_("Write what changes in each language of the policy.")])
    _check_assessments(held, at)
    held.proposed_at, held.proposed_by, held.holds_from, held.summary = at, by, holds_from, summary
    held.save(update_fields=["proposed_at", "proposed_by", "holds_from", "summary"])
    audit.record("policy.proposed", at=at, by=by, rule=drafting.rule(held))
    if officers.needed(PERMISSION) > 1:
        return False
    _announce(held, at=at, by=by)
    return True


@transaction.atomic
def approve(version: PolicyVersion, *, seen: str, at: dt.datetime, by: str) -> None:
    """Agree to a proposed version as it was `seen`: it is published from its day on.

    Raises PolicyError where `by` proposed it and a second person may agree, or it does not wait or reads otherwise.
    """
    held = _held(version, seen, proposed_at__isnull=False, announced_at__isnull=True)
    if held.proposed_by == by and officers.needed(PERMISSION) > 1:
        raise PolicyError([_("You proposed this version. A second person has to approve it.")])
    _check_assessments(held, at)
    _announce(held, at=at, by=by)


@transaction.atomic
def take_back(version: PolicyVersion, *, at: dt.datetime, by: str) -> None:
    """Make a draft again of what was proposed or announced. Raises PolicyError where it is in force, or a draft."""
    waiting = PolicyVersion.objects.filter(pk=version.pk, published_at__isnull=True, proposed_at__isnull=False)
    nothing = {"proposed_at": None, "proposed_by": "", "announced_at": None, "holds_from": None}
    if not waiting.update(**nothing):
        raise PolicyError([_("This version does not wait any more.")])
    audit.record("policy.taken_back", at=at, by=by, rule=drafting.rule(version))


@transaction.atomic
def come_into_force(*, at: dt.datetime, by: str) -> PolicyVersion | None:
    """Put the announced version in force once its day has begun in its own time zone, and return it."""
    version = PolicyVersion.objects.announced()
    if version is None or version.holds_from is None or day_of(at, version.zone) < version.holds_from:
        return None
    policies.lock()
    if PolicyVersion.objects.announced() is None:
        return None
    policies.publish(version, at=at, by=by)
    return version


def _announce(version: PolicyVersion, *, at: dt.datetime, by: str) -> None:
    policies.lock()
    PolicyVersion.objects.filter(pk=version.pk).update(announced_at=at)
    audit.record("policy.announced", at=at, by=by, rule=drafting.rule(version))
    come_into_force(at=at, by=by)


def _check_assessments(version: PolicyVersion, at: dt.datetime) -> None:
    """Refuse a version with a purpose that rests on legitimate interest and has no current assessment (L19)."""
    if found := assessments.missing(version, day_of(at, version.zone)):
        listed = "; ".join(assessments.in_words(found))
        raise PolicyError([_("Assess our legitimate interest first. No current assessment covers: %s.") % listed])


def _held(version: PolicyVersion, seen: str, **state: bool) -> PolicyVersion:
    """Lock a version in a state. Raises PolicyError where it is not, or reads otherwise than it was seen."""
    waiting = PolicyVersion.objects.filter(pk=version.pk, published_at__isnull=True, **state)
    held = waiting.select_for_update(no_key=True).first()
    if held is None:
        raise PolicyError([_("This version does not wait for this any more.")])
    if held.digest != seen:
        raise PolicyError([_("The draft has been changed since you opened this page. Read it again.")])
    return held
