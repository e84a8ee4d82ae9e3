"""Every page of the admin: its address in a small world, and who may open it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.urls import URLPattern, URLResolver, reverse

from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm import roles
from retention.models import PurgeCount, PurgeRun, Rule
from tests.factories import (
    NOON,
    AgreementFactory,
    ContactFactory,
    EventFactory,
    HoldFactory,
    RegistrationFactory,
    hold,
)

ROLES = [*roles.ROLES, "superuser"]
LETTERS = {"m": "marketing", "s": "sales", "e": "events", "o": "privacy officer", "a": "auditor", "d": "administrator"}
EVERYBODY = "mseoad"

# Who finds 200 by GET, by the first letters of the roles (d: administrator). All others find 403; the superuser finds
# what anybody finds.
OPEN_TO = {
    "index": EVERYBODY,
    "search": EVERYBODY,
    "jsi18n": EVERYBODY,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "contacts_contact_changelist": "mseo",
    "contacts_contact_change": "mseo",
    "contacts_contact_add": "",
    "contacts_contact_record-activity": "mseo",
    "contacts_contact_place-hold": "o",
    "contacts_organisation_changelist": "msoa",
    "contacts_organisation_change": "msoa",
    "contacts_organisation_add": "ms",
    "contacts_organisation_change-details": "ms",
    "contacts_organisation_add-agreement": "s",
    "contacts_agreement_changelist": "msoa",
    "contacts_agreement_change": "msoa",
    "contacts_agreement_add": "",
    "contacts_agreement_end": "s",
    "contacts_agreement_reopen": "s",
    "contacts_event_changelist": "mseoa",
    "contacts_event_change": "mseoa",
    "contacts_event_add": "me",
    "contacts_event_describe": "me",
    "contacts_event_move": "me",
    "contacts_event_cancel": "me",
    "contacts_policyversion_changelist": "mseoa",
    "contacts_policyversion_change": "mseoa",
    "contacts_policyversion_add": "",
    "contacts_auditevent_changelist": "oa",
    "contacts_auditevent_change": "oa",
    "contacts_auditevent_add": "",
    "retention_hold_changelist": "o",
    "retention_hold_change": "o",
    "retention_hold_add": "",
    "retention_hold_end": "o",
    "retention_purgerun_changelist": "oa",
    "retention_purgerun_change": "oa",
    "retention_purgerun_add": "",
    "retention_purgerun_approve": "o",
    "auth_user_changelist": "d",
    "auth_user_change": "d",
    "auth_user_add": "d",
    "auth_user_password_change": "d",
    "auth_group_changelist": "d",
    "auth_group_change": "d",
    "auth_group_add": "",
}

# What the others answer to everybody who is logged in.
FIXED = {"login": 302, "logout": 405, "app_list": 302, "autocomplete": 403, "view_on_site": 404}


def status_for(role: str, name: str) -> int:
    """Return what a GET of a page answers to a role."""
    if name in FIXED:
        return FIXED[name]
    if name.endswith("_delete"):
        return 403
    if name.endswith("_history"):
        return 404
    open_to = {LETTERS[letter] for letter in OPEN_TO[name]}
    return 200 if role in open_to or (role == "superuser" and open_to) else 403


def names() -> set[str]:
    """Return the names of all pages that the admin has."""
    return {str(pattern.name) for pattern in _walk(admin.site.urls[0]) if pattern.name}


def _walk(patterns: Any) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns)
        else:
            yield pattern


def world(policy: PolicyVersion) -> dict[str, Any]:
    """Make one record of each kind, by the first part of the names of its pages."""
    roles.apply()
    agreement = AgreementFactory.create(ended_on=dt.date(2026, 1, 1))
    contact = ContactFactory.create(organisation=agreement.organisation)
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    event = EventFactory.create()
    RegistrationFactory.create(contact=contact, event=event)
    run = PurgeRun.objects.create(
        at=NOON, by="test", status="needs_approval", started_at=NOON, finished_at=NOON, policy_version=policy
    )
    PurgeCount.objects.bulk_create(PurgeCount(run=run, rule=rule) for rule in Rule.values)
    return {
        "contacts_agreement": agreement,
        "contacts_organisation": agreement.organisation,
        "contacts_contact": contact,
        "contacts_event": event,
        "contacts_policyversion": policy,
        "contacts_auditevent": AuditEvent.objects.create(at=NOON, by="user:1", code="hold.placed"),
        "retention_hold": HoldFactory.create(contact=contact),
        "retention_purgerun": run,
        "auth_user": User.objects.create(username="somebody"),
        "auth_group": Group.objects.get(name="sales"),
    }


def address(name: str, records: dict[str, Any]) -> str:
    """Return the address of a page in that world."""
    if name == "app_list":
        return reverse("admin:app_list", args=["contacts"])
    if name == "view_on_site":
        return reverse("admin:view_on_site", args=[1, 1])
    kind = "_".join(name.split("_")[:2])
    if kind not in records or name.endswith(("_changelist", "_add")):
        return reverse(f"admin:{name}")
    record = records[kind]
    return reverse(f"admin:{name}", args=[record.public_id if isinstance(record, Contact) else record.pk])


def contents() -> dict[str, str]:
    """Return a fingerprint of every table but those of Django's own sessions."""
    tables = set(connection.introspection.table_names()) - {"django_session"}
    with connection.cursor() as cursor:
        return {table: _fingerprint(cursor, table) for table in sorted(tables)}


def _fingerprint(cursor: Any, table: str) -> str:
    cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')  # noqa: S608
    return str(cursor.fetchone()[0])
