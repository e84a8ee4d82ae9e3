"""Every page of the admin: its address in a small world, and who may open it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from contacts import keys
from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm import roles
from retention.models import PurgeCount, PurgeRun, Rule
from tests import request_pages
from tests.factories import (
    NOON,
    AgreementFactory,
    ContactFactory,
    CountryRuleFactory,
    EventFactory,
    HoldFactory,
    RegistrationFactory,
    SignUpFactory,
    TopicFactory,
    WhitepaperFactory,
    hold,
)
from tests.sharing import RecipientFactory, gave, notice

ROLES = [*roles.ROLES, "superuser"]
LETTERS = {"m": "marketing", "s": "sales", "e": "events", "o": "privacy officer", "a": "auditor", "d": "administrator"}
EVERYBODY = "mseoad"

# Who finds 200 by GET, by the first letters of the roles (d: administrator). All others find 403; the superuser finds
# what anybody finds.
OPEN_TO = {
    **dict.fromkeys(("index", "search", "jsi18n", "password_change", "password_change_done"), EVERYBODY),
    **request_pages.OPEN_TO,
    "contacts_contact_changelist": "mseo",
    "contacts_contact_change": "mseo",
    "contacts_contact_add": "",
    "contacts_contact_record-activity": "mseo",
    "contacts_contact_objection-heard": "mseo",
    "contacts_contact_change-address": "mo",
    "contacts_contact_complete-country": "mo",
    "contacts_contact_has-left": "mso",
    "contacts_contact_has-not-left": "mso",
    "contacts_contact_place-hold": "o",
    "contacts_contact_pass-on": "mseo",
    "contacts_contact_match": "ms",
    "contacts_contact_told-by-letter": "o",
    "contacts_contact_share": "mso",
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
    "contacts_event_invite": "me",
    "contacts_event_open-sign-up": "me",
    "contacts_event_close-sign-up": "me",
    "contacts_event_announce": "m",
    "contacts_whitepaper_changelist": "msoa",
    "contacts_whitepaper_change": "msoa",
    "contacts_whitepaper_file": "msoa",
    "contacts_whitepaper_add": "m",
    "contacts_whitepaper_describe": "m",
    "contacts_whitepaper_replace": "m",
    "contacts_whitepaper_publish": "m",
    "contacts_whitepaper_withdraw": "m",
    "contacts_whitepaper_announce": "m",
    "contacts_signup_changelist": "meo",
    "contacts_signup_change": "meo",
    "contacts_signup_add": "",
    "contacts_signup_confirm": "meo",
    "contacts_apikey_changelist": "d",
    "contacts_apikey_change": "d",
    "contacts_apikey_add": "d",
    "contacts_apikey_revoke": "d",
    "contacts_countryrule_changelist": "moa",
    "contacts_countryrule_change": "moa",
    "contacts_countryrule_add": "o",
    "contacts_countryrule_withdraw": "o",
    "contacts_recipient_changelist": "oa",
    "contacts_recipient_change": "oa",
    "contacts_recipient_add": "o",
    "contacts_recipient_change-details": "o",
    "contacts_recipient_agree": "o",
    "contacts_recipient_end-agreement": "o",
    "contacts_recipient_secret": "o",
    "contacts_recipientnotice_changelist": "oa",
    "contacts_recipientnotice_change": "oa",
    "contacts_recipientnotice_add": "",
    "contacts_recipientnotice_acknowledge": "o",
    "contacts_topic_changelist": "moa",
    "contacts_topic_change": "moa",
    "contacts_topic_add": "m",
    "contacts_topic_describe": "m",
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
    event, open_event = EventFactory.create(), EventFactory.create(signup_open=True)
    published = WhitepaperFactory.create()
    RegistrationFactory.create(contact=contact, event=event)
    recipient = RecipientFactory.create(told_by="webhook", webhook_url="https://hooks.example/crm")
    gave(recipient, contact)
    run = PurgeRun.objects.create(
        at=NOON, by="test", status="needs_approval", started_at=NOON, finished_at=NOON, policy_version=policy
    )
    PurgeCount.objects.bulk_create(PurgeCount(run=run, rule=rule) for rule in Rule.values)
    return {
        "contacts_agreement": agreement,
        "contacts_organisation": agreement.organisation,
        "contacts_contact": contact,
        "contacts_contact_has-not-left": ContactFactory.create(left_on=dt.date(2026, 11, 20)),
        "contacts_contact_match": _unmatched(policy),
        "contacts_contact_told-by-letter": _untold(policy),
        "contacts_event": event,
        "contacts_event_announce": open_event,
        "contacts_event_close-sign-up": open_event,
        "contacts_whitepaper": WhitepaperFactory.create(published_at=None),
        "contacts_whitepaper_announce": published,
        "contacts_whitepaper_withdraw": published,
        "contacts_signup": SignUpFactory.create(policy_version=policy),
        "contacts_apikey": keys.issue("website", at=NOON, by="test")[0],
        "contacts_countryrule": CountryRuleFactory.create(),
        "contacts_recipient": recipient,
        "contacts_recipientnotice": notice(recipient),
        "contacts_topic": TopicFactory.create(),
        "contacts_policyversion": policy,
        "contacts_auditevent": AuditEvent.objects.create(at=NOON, by="user:1", code="hold.placed"),
        "retention_hold": HoldFactory.create(contact=contact, reason="legal_claim"),
        "retention_purgerun": run,
        **request_pages.world(policy),
        "auth_user": User.objects.create(username="somebody"),
        "auth_group": Group.objects.get(name="sales"),
    }


def _unmatched(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "customer", dt.date(2026, 5, 24), policy=policy)
    return contact


def _untold(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "prospect", dt.date(2026, 5, 24), policy=policy, source_kind="public")
    return contact


def address(name: str, records: dict[str, Any]) -> str:
    """Return the address of a page in that world."""
    if name in {"app_list", "view_on_site"}:
        return reverse(f"admin:{name}", args=["contacts"] if name == "app_list" else [1, 1])
    kind = "_".join(name.split("_")[:2])
    if kind == "dsr_request":
        return request_pages.address(name, records.get(name, records[kind]))
    if kind not in records or name.endswith(("_changelist", "_add")):
        return reverse(f"admin:{name}")
    record = records.get(name, records[kind])
    return reverse(f"admin:{name}", args=[record.public_id if isinstance(record, Contact) else record.pk])


def status(client: Client, url: str) -> int:
    """Return what a GET answers, read to the end, so that the file that some pages hand out is closed."""
    answer = client.get(url)
    answer.getvalue()
    return answer.status_code


def contents() -> dict[str, str]:
    """Return a fingerprint of every table but those of Django's own sessions."""
    tables = set(connection.introspection.table_names()) - {"django_session"}
    with connection.cursor() as cursor:
        return {table: _fingerprint(cursor, table) for table in sorted(tables)}


def _fingerprint(cursor: Any, table: str) -> str:
    cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')  # noqa: S608
    return str(cursor.fetchone()[0])
