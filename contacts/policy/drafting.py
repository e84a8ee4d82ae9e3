"""Write the next version of the policy in the browser: from the one in force, section by section (P24).

There is one draft at a time. The checks are those of the file (`source_checks`): what a form saves, the file would say.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import PolicyVersion, ScenarioRule
from contacts.policy import policies, sources
from contacts.policy.source_checks import OPTIONAL, PolicyError, check

type Source = dict[str, Any]


@transaction.atomic
def start(*, at: dt.datetime, by: str) -> PolicyVersion:
    """Begin a draft that says what the version in force says.

    Raises PolicyError where there is a draft already, or no version in force.
    """
    policies.lock()
    in_force = PolicyVersion.objects.in_force()
    if in_force is None:
        raise PolicyError([_("No version is in force. Publish the first one with manage.py publish_policy.")])
    if PolicyVersion.objects.draft():
        raise PolicyError([_("There is a draft already. Change that one, or publish it.")])
    version = policies.draft(sources.of_version(in_force))
    audit.record("policy.drafted", at=at, by=by, rule=rule(version))
    return version


@transaction.atomic
def revise(
    version: PolicyVersion, change: Callable[[Source], Source], *, seen: str, at: dt.datetime, by: str
) -> PolicyVersion:
    """Change a draft as it was `seen` (its digest): `change` is told the source and returns the new one.

    Raises PolicyError where that is not whole, or where it is no draft any more or reads otherwise by now.
    """
    drafts = PolicyVersion.objects.filter(published_at__isnull=True, proposed_at__isnull=True)
    held = drafts.select_for_update(no_key=True).filter(pk=version.pk).first()
    if held is None:
        raise PolicyError([_("This is not a draft any more: it was proposed or published.")])
    if held.digest != seen:
        raise PolicyError([_("The draft has been changed since you opened this page. Open it again.")])
    source = change(sources.of_version(held))
    if problems := check(source):
        raise PolicyError(problems)
    _write(held, source)
    audit.record("policy.revised", at=at, by=by, rule=rule(held))
    return held


def note_count(version: PolicyVersion, *, at: dt.datetime, by: str) -> None:
    """Put on record that somebody asked again what a draft would do."""
    audit.record("policy.count_asked", at=at, by=by, rule=rule(version))


def rule(version: PolicyVersion) -> str:
    """Return how the audit trail names a draft: its number may change until it is published."""
    return f"draft:{version.pk}"


def _write(version: PolicyVersion, source: Source) -> None:
    for name, value in policies.fields_of(source).items():
        setattr(version, name, value)
    version.save(update_fields=list(policies.fields_of(source)))
    for said in source["rule"]:
        fields = {**{name: {} for name in OPTIONAL}, "uses": [], "rewords": {}, **said}
        ScenarioRule.objects.filter(version=version, scenario=said["scenario"]).update(**fields)
