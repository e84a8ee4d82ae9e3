"""The one way in which people go: deleted whole, reduced to what a duty names, or freed of what one basis needed.

All three work on sets of ids whose rows the caller has locked, inside the caller's transaction. Children go by the
database's own cascades, so that no table can be forgotten.

A wish for news that waits to be confirmed goes with its person, whom alone it is about. Whatever else waits under the
address stays: somebody has asked for it anew, perhaps not the person at all, and it goes by itself after 30 days.

Whoever was given data of people who are deleted or reduced is owed a notice in the same transaction (Art. 19 GDPR).
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Exists, ForeignObjectRel, Model, OuterRef

from contacts.base import audit
from contacts.journal import writing
from contacts.models import Activity, Basis, Contact, Interest, Registration
from contacts.models.policy import PolicyVersion
from contacts.outbox import notices
from contacts.people import address_trust
from contacts.words.categories import FIELDS, Category, blank
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import (
    ACTIVITY_SCENARIOS,
    SCENARIO_OF_EVENT,
    SCENARIOS_OF_ACTIVITY,
    NoticeKind,
    Scenario,
    SignUpKind,
    StrikeKind,
    TrustReason,
)

# What a person's record says besides the policy's categories, and no duty keeps.
_FORGOTTEN: dict[str, Any] = {
    "language": "",
    "last_activity_on": None,
    **address_trust.says(TrustReason.NOT_KNOWN, None),
    "bounced_on": None,
    "left_on": None,
    "corrected": [],
}

type People = dict[int, uuid.UUID]  # primary key → public_id


def delete(
    people: People,
    *,
    at: dt.datetime,
    by: str,
    rule: str,
    strike: StrikeKind = StrikeKind.ERASED,
    journaled: bool = True,
) -> None:
    """Delete these people with every trace of them, and write one audit event each.

    `strike` says why the holders of lists that left as files strike their numbers. What the clock deletes is not
    `journaled`: after a restore, the first night deletes it again (ADR 0061).
    """
    if not people:
        return
    if journaled:
        writing.write(JournalAct.DELETED, people.values(), at=at)
    notices.enqueue(NoticeKind.ERASED, people, at=at, strike=strike)
    _forget(people)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contact WHERE id = ANY(%(people)s)", {"people": list(people)})
    audit.record_each("contact.deleted", people.values(), at=at, by=by, rule=rule)


def minimise(
    people: People,
    keeps: Collection[str],
    *,
    day: dt.date,
    at: dt.datetime,
    by: str,
    rule: str,
    journaled: bool = True,
) -> None:
    """Reduce these people to the categories that their duty names; never the e-mail address (P5)."""
    if not people:
        return
    if journaled:
        writing.write(JournalAct.REDUCED, people.values(), at=at, keeps=sorted(keeps), day=day.isoformat())
    notices.enqueue(NoticeKind.ERASED, people, at=at)
    _forget(people)
    for model, column in traces():
        model._base_manager.filter(**{f"{column}__in": list(people)}).delete()
    emptied = blank(set(FIELDS) - ({Category(word) for word in keeps} - {Category.EMAIL}))
    Contact.objects.filter(pk__in=list(people)).update(**emptied, **_FORGOTTEN, minimised_on=day)
    audit.record_each("contact.reduced", people.values(), at=at, by=by, rule=rule)


def drop_basis(scenario: str, contact_ids: Collection[int], *, policy: PolicyVersion) -> None:
    """Delete one basis of people who stay for another reason, with what that basis alone needed."""
    if not contact_ids:
        return
    ids = list(contact_ids)
    Basis.objects.filter(contact__in=ids, scenario=scenario).delete()
    _drop_registrations(scenario, ids)
    _drop_activities(scenario, ids)
    _drop_interests(scenario, ids)
    _drop_categories(scenario, ids, policy)


# What was typed hangs on no contact, so that only the address tells whose it is.
_FORGET_WISHES = """
    DELETE FROM contacts_signup waiting USING contacts_contact person
    WHERE person.id = ANY(%(people)s) AND waiting.email = person.email
        AND waiting.kind = %(kind)s AND waiting.confirmed_at IS NULL"""


def _forget(people: People) -> None:
    """Delete what no cascade finds of these people, who still have their addresses."""
    forget_admin_log(people)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_WISHES, {"people": list(people), "kind": SignUpKind.CONSENT})


_FORGET_LOG = "DELETE FROM django_admin_log WHERE content_type_id = %(type)s AND object_id = ANY(%(people)s)"


def forget_admin_log(contact_ids: Iterable[int]) -> None:
    """Delete what Django's admin has logged about these contacts."""
    content_type = ContentType.objects.get_for_model(Contact)
    values: dict[str, Any] = {"type": content_type.pk, "people": [str(pk) for pk in contact_ids]}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_LOG, values)


def traces() -> list[tuple[type[Model], str]]:
    """Return every table whose rows hang on a contact and go when the person is reduced, with the column's name."""
    return [
        (relation.related_model, relation.field.name)
        for relation in Contact._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
        and isinstance(relation.related_model, type)
        and not getattr(relation.related_model, "stays_when_reduced", False)
    ]


def _drop_registrations(scenario: str, ids: list[int]) -> None:
    kinds = [kind for kind, basis in SCENARIO_OF_EVENT.items() if basis == scenario]
    if kinds:
        Registration.objects.filter(contact__in=ids, event__kind__in=kinds).delete()


def _drop_activities(scenario: str, ids: list[int]) -> None:
    for kind, scenarios in SCENARIOS_OF_ACTIVITY.items():
        if scenario in scenarios:
            Activity.objects.filter(~_still_held(scenarios, OuterRef("contact")), contact__in=ids, kind=kind).delete()


def _drop_interests(scenario: str, ids: list[int]) -> None:
    """Forget the topics that somebody showed interest in; a no to a topic stays, so that it is not asked again."""
    if scenario in ACTIVITY_SCENARIOS:
        held = _still_held(ACTIVITY_SCENARIOS, OuterRef("contact"))
        Interest.objects.filter(~held, contact__in=ids, wanted=True).delete()


def _drop_categories(scenario: str, ids: list[int], policy: PolicyVersion) -> None:
    for category in policy.rule(scenario).categories:
        needing = [rule.scenario for rule in policy.each_rule if category in rule.categories]
        emptied = blank({Category(category)} - {Category.EMAIL})
        if emptied and len(needing) < len(Scenario):
            Contact.objects.filter(~_still_held(needing, OuterRef("pk")), pk__in=ids).update(**emptied)


def _still_held(scenarios: Collection[str], contact: OuterRef) -> Exists:
    return Exists(Basis.objects.filter(contact=contact, scenario__in=list(scenarios)))
