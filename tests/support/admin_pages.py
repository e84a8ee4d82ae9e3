"""Every page of the admin: its address in a small world. Who may open it stands in matrix.txt."""

import datetime as dt
import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2 import sql

from contacts.information import maintenance
from contacts.models import (
    Audience,
    AuditEvent,
    BounceUndoing,
    Contact,
    LookAgain,
    MailStandstill,
    PolicyNotice,
    PolicyVersion,
    ProposedDetail,
    Restoration,
    Strike,
)
from contacts.policy import policies, sources
from contacts.signups import keys
from contacts.words.vocabulary import Scenario
from privacy_crm import roles
from privacy_crm.models import RoleRequest
from retention.models import (
    PolicyEffect,
    PurgeApproval,
    PurgeCandidate,
    PurgeCause,
    PurgeCount,
    PurgeRun,
    Rule,
    StatementCheck,
)
from tests.support import assessing, breaching, listing, mailings, matrix, merging, planned, request_pages, uploading
from tests.support.asking_systems import SystemFactory
from tests.support.factories import (
    NOON,
    UNPROVEN,
    AgreementFactory,
    ContactFactory,
    CountryRuleFactory,
    EventFactory,
    HoldFactory,
    RegistrationFactory,
    ReviewFactory,
    SegmentFactory,
    SignUpFactory,
    TopicFactory,
    WhitepaperFactory,
    hold,
)
from tests.support.looking import worn
from tests.support.registering import kept, with_papers
from tests.support.sharing import RecipientFactory, gave, notice

ROLES = [*roles.ROLES, "superuser"]


def opened_by(*who: str) -> list[str]:
    """Return the names of the pages that one of these roles finds, by the matrix."""
    opened = set(matrix.opened_by(*who))
    return sorted(name for name, route in routes().items() if route in opened)


def names() -> set[str]:
    """Return the names of all pages that the admin has."""
    return set(routes())


def routes() -> dict[str, str]:
    """Return the addresses of the admin, by their names."""
    return {name: route for route, name in matrix.routes(admin.site.urls[0], "admin/") if name}


def world(policy: PolicyVersion) -> dict[str, Any]:
    """Make one record of each kind, by the first part of the names of its pages."""
    agreement = AgreementFactory.create(ended_on=dt.date(2026, 1, 1))
    contact = ContactFactory.create(organisation=agreement.organisation)
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    event, open_event = EventFactory.create(), EventFactory.create(signup_open=True)
    published = WhitepaperFactory.create()
    place = RegistrationFactory.create(contact=contact, event=event)
    today = EventFactory.create(starts_at=timezone.now())
    RegistrationFactory.create(event=today)
    at_the_door = SignUpFactory.create(policy_version=policy, kind="event", scenario="event", event=today)
    recipient = RecipientFactory.create(told_by="webhook", webhook_url="https://hooks.example/crm")
    gave(recipient, contact)
    breaching.report(reported := breaching.BreachFactory.create(risk="likely"), policy)
    abroad = with_papers()
    return {
        "contacts_agreement": agreement,
        "contacts_segment": SegmentFactory.create(shared=True),
        "contacts_organisation": agreement.organisation,
        "contacts_contact": contact,
        "contacts_contact_has-not-left": ContactFactory.create(left_on=dt.date(2026, 11, 20)),
        "contacts_contact_match": _unmatched(policy),
        "contacts_contact_confirm-address": ContactFactory.create(**UNPROVEN),
        "contacts_contact_settle-typed": _typed(),
        "contacts_contact_told-by-letter": _untold(policy),
        "contacts_event": event,
        "contacts_event_announce": open_event,
        "contacts_event_close-sign-up": open_event,
        **dict.fromkeys(("contacts_event_check-in", "contacts_event_walk-in"), today),
        "contacts_event_admit": at_the_door,
        "contacts_registration": place,
        "contacts_whitepaper": WhitepaperFactory.create(published_at=None),
        "contacts_whitepaper_announce": published,
        "contacts_whitepaper_withdraw": published,
        "contacts_signup": SignUpFactory.create(policy_version=policy),
        "contacts_apikey": keys.issue("website", at=NOON, by="test")[0],
        "contacts_mailstandstill": MailStandstill.objects.create(reply="TimeoutError", began_at=NOON, try_at=NOON),
        "contacts_bounceundoing": BounceUndoing.objects.create(
            reply="550 5.1.1", since=NOON, until=NOON, reason="a mistake", number=1, at=NOON, by="test"
        ),
        "contacts_countryrule": CountryRuleFactory.create(),
        "contacts_recipient": recipient,
        **dict.fromkeys(
            [f"contacts_recipient_{act}" for act in ("assess", "document", "end-sub-processor", "remove-document")],
            abroad,
        ),
        "contacts_processingsnapshot": kept(policy),
        "contacts_maintenance": maintenance.drilled("Yesterday's", worked=True, on=NOON.date(), at=NOON, by="test"),
        "contacts_recipientnotice": notice(recipient),
        "contacts_review": ReviewFactory.create(),
        "contacts_breach_leave-unreported": breaching.BreachFactory.create(),
        "contacts_breach_take-down": breaching.published(breaching.BreachFactory.create(), policy),
        "contacts_breach": breaching.affecting(contact, risk="high"),
        **dict.fromkeys(("contacts_breach_add-report", "contacts_breach_close", "contacts_breach_paper"), reported),
        "contacts_audience": listing.made(),
        "contacts_audience_struck": _to_strike(),
        **uploading.world(),
        **merging.world(policy),
        **mailings.world(policy),
        "contacts_topic": TopicFactory.create(),
        "contacts_look": worn(),
        "contacts_interestassessment": assessing.assessed(policy),
        "contacts_impactassessment": assessing.impact(),
        "contacts_policyversion": policy,
        "contacts_policynotice": PolicyNotice.objects.create(version=policy, started_at=NOON, started_by="test"),
        **_drafts(policy),
        "contacts_auditevent": AuditEvent.objects.create(at=NOON, by="user:1", code="hold.placed"),
        "retention_hold": HoldFactory.create(contact=contact, reason="legal_claim"),
        "retention_purgerun": _waiting(contact, policy),
        "contacts_restoration": _restored(contact),
        "retention_statementcheck": StatementCheck.objects.create(at=NOON, finished_at=NOON),
        **request_pages.world(policy),
        "contacts_system": SystemFactory.create(reached_by="webhook", webhook_url="https://hooks.example/billing"),
        "contacts_system_key": SystemFactory.create(reached_by="api"),
        **request_pages.evidence(policy),
        "auth_user": User.objects.create(username="somebody"),
        "auth_user_reset-factors": _with_factor(),
        "auth_user_take-role": _with_role(),
        "auth_user_reopen": User.objects.create(username="closed", is_active=False),
        "privacy_crm_rolerequest": _role_asked(),
        "auth_group": Group.objects.get(name="sales"),
    }


def _waiting(contact: Contact, policy: PolicyVersion) -> PurgeRun:
    """A run that found somebody more than was foreseen, and that one of two has approved."""
    times = {"at": NOON, "started_at": NOON, "finished_at": NOON}
    why = {"status": "needs_approval", "waits_because": "forecast", "foreseen": 0, "to_delete": 1}
    run = PurgeRun.objects.create(by="test", policy_version=policy, **times, **why)
    PurgeCount.objects.bulk_create(PurgeCount(run=run, rule=rule) for rule in Rule.values)
    PurgeCause.objects.create(run=run, part="event", cause="catch_up", to_delete=1, to_minimise=0)
    PurgeCandidate.objects.create(run=run, contact=contact, part="event", cause="catch_up")
    PurgeApproval.objects.create(run=run, by="test", at=NOON, reason="An old list came in.")
    return run


def _drafts(policy: PolicyVersion) -> dict[str, PolicyVersion]:
    """A draft whose effect was counted, and a version that waits for a second person, by the acts that they take."""
    source = sources.of_version(policy)
    source["rule"][5]["months"] //= 2
    draft, waiting = policies.draft(source), policies.draft(source)
    proposed = {"proposed_at": NOON, "proposed_by": "test", "holds_from": timezone.localdate() + dt.timedelta(days=9)}
    PolicyVersion.objects.filter(pk=waiting.pk).update(**proposed)
    waiting.refresh_from_db()
    row = {"now": [0, 1, 2], "then": [1, 2, 4], "sooner": 3, "later": 0}
    counted = {"figures": dict.fromkeys(["", *Scenario.values], row), "counted_at": NOON, "digest": draft.digest}
    for version in (draft, waiting):
        PolicyEffect.objects.create(version=version, night=timezone.localdate() + dt.timedelta(days=1), **counted)
    of_draft = ("propose", "count", "import", "again", "edit-texts", "edit-company", *map(_edit, Scenario.values))
    acts = dict.fromkeys(of_draft, draft) | dict.fromkeys(("approve", "take-back"), waiting)
    return {f"contacts_policyversion_{act}": version for act, version in acts.items()}


def _edit(scenario: str) -> str:
    return f"edit-{scenario}"


def _unmatched(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "customer", dt.date(2026, 5, 24), policy=policy)
    return contact


def _untold(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "prospect", dt.date(2026, 5, 24), policy=policy, source_kind="public")
    return contact


def _typed() -> Contact:
    """Somebody under whose address another phone number was typed."""
    contact: Contact = ContactFactory.create()
    typed = {"typed": {"phone": "+46 8 1"}, "source": "form", "proposed_at": NOON}
    ProposedDetail.objects.create(contact=contact, detail="phone", **typed)
    return contact


def _to_strike() -> Audience:
    """A list with somebody on it who was deleted since."""
    made = listing.made()
    Strike.objects.create(audience=made, reference=uuid.uuid4(), kind="erased", created_at=NOON)
    return made


def _restored(contact: Contact) -> Restoration:
    """A restore with a mail that waits, and somebody to look at again."""
    LookAgain.objects.create(contact=contact, why="corrected", done_at=NOON)
    numbers = {"database_number": 1, "journal_number": 3, "messages_through": 0}
    return Restoration.objects.create(found_at=NOON, replayed_at=NOON, **numbers)


def _with_factor() -> User:
    user = User.objects.create(username="with-factor")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


def _with_role() -> User:
    user = User.objects.create(username="with-role")
    user.groups.set([Group.objects.get(name="sales")])
    return user


def _role_asked() -> RoleRequest:
    """A role that waits for a second person, for longer than any test travels."""
    asker, friend = (User.objects.create(username=name) for name in ("asking", "asked-for"))
    moments = {"asked_at": NOON, "ends_at": NOON + dt.timedelta(days=3_650)}
    return RoleRequest.objects.create(user=friend, role="privacy officer", asked_by=asker, **moments)


def address(name: str, records: dict[str, Any]) -> str:
    """Return the address of a page in that world."""
    if name in {"app_list", "view_on_site"}:
        return reverse(f"admin:{name}", args=["contacts"] if name == "app_list" else [1, 1])
    if name == "figure":
        return reverse("admin:figure", args=["history"])
    kind = "privacy_crm_rolerequest" if name.startswith("privacy_crm") else "_".join(name.split("_")[:2])
    if kind == "dsr_request":
        return request_pages.address(name, records.get(name, records[kind]))
    if kind not in records or name.endswith(_OF_NO_RECORD):
        return reverse(f"admin:{name}")
    return reverse(f"admin:{name}", args=_args(name, records.get(name, records[kind])))


_OF_NO_RECORD = ("_changelist", "_add", "_csv", "_columns", "_countries", "_legal-forms")


def _args(name: str, record: Any) -> list[Any]:
    if name == "contacts_recipient_document":
        return [record.pk, record.documents.get().pk]
    if name == "contacts_event_admit":
        return [record.event_id, record.public_id]
    if name == "contacts_breach_paper":
        return [record.pk, 1, "sv"]
    return [record.public_id if isinstance(record, Contact) else record.pk]


def status(client: Client, url: str) -> int:
    """Return what a GET answers, read to the end, so that the file that some pages hand out is closed."""
    answer = client.get(url)
    answer.getvalue()
    return answer.status_code


# A GET notes these, and nothing else (ADR 0016).
LOOKS = {
    *("contact.viewed", "contact.listed", "contact.searched", "contact.found", "guests.listed"),
    "agreement_document.fetched",
}


_SESSIONS = {"django_session", "privacy_crm_openlogin"}
_FINGERPRINT = sql.SQL("SELECT {name}, md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {table} t")


def contents(*, looks: bool = True) -> dict[str, str]:
    """Return a fingerprint of every table but those of sessions; without `looks`, of all but who has looked."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - _SESSIONS
    answers = planned.each_table("fingerprint", tables, _FINGERPRINT)
    prints = {table: str(fingerprint) for table, fingerprint in answers}
    if not looks:
        done = AuditEvent.objects.exclude(code__in=LOOKS).order_by("pk").values_list("pk", "code", "public_id")
        prints[AuditEvent._meta.db_table] = str(list(done))
    return prints
