"""The home page of each role: what must be looked at first, what last night did, what lapses next, where to go."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.admin.shared.base import today
from contacts.base.officers import GUARDS
from contacts.journal import warning as journal_warning
from contacts.models import PolicyVersion
from privacy_crm.figures import catalogue
from privacy_crm.staff.home import desk, home_tasks
from retention.admin import telling
from retention.admin.telling import told, what_to_do
from retention.audit import statements
from retention.models import PurgeRun, RunStatus
from retention.watch import clock_watch, monitoring

_DONE = (RunStatus.FINISHED, RunStatus.FAILED)


@dataclass(frozen=True)
class Door:
    """A card that leads to where a role's work is."""

    icon: str
    title: Any
    text: Any
    link: str


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to this user. Called by Unfold for each request of it."""
    policy = PolicyVersion.objects.in_force()
    day = today(policy)
    officers = desk.look(day) if request.user.has_perm(desk.PERMISSION) else None
    waiting = [*home_tasks.of(request, day), *(desk.tasks(officers) if officers else [])]
    shown: dict[str, Any] = {
        "policy": policy,
        "doors": _doors(request),
        "tasks": home_tasks.by_day(waiting, day),
        "desk": officers,
        "figures": catalogue.offered(request.user) if policy else [],
    }
    if any(map(request.user.has_perm, ("retention.view_purgerun", *GUARDS))):
        shown |= {"clocks": _clocks(), "journal": journal_warning.waiting(timezone.now())}
    if request.user.has_perm("retention.view_purgerun"):
        shown |= _nights(policy)
    return {**context, **shown}


def _nights(policy: PolicyVersion | None) -> dict[str, Any]:
    alarm = monitoring.alarm(timezone.now())
    latest = PurgeRun.objects.filter(status__in=_DONE).select_related("policy_version").order_by("-id").first()
    return {
        "sees_nights": True,
        "alarm": alarm and {"run": alarm, "text": what_to_do(alarm), "link": _link(alarm)},
        "searched": _searched(),
        "latest": latest and {"run": latest, "text": told(latest, today(policy)), "link": _link(latest)},
    }


def _clocks() -> str:
    """Return how the clocks differ, as long as they do."""
    difference = clock_watch.seen()
    return clock_watch.in_words(difference) if difference else ""


def _searched() -> dict[str, Any]:
    """Return what the last search for contradictions found, and the page that says more."""
    check = statements.latest()
    link = reverse("admin:retention_statementcheck_change", args=[check.pk]) if check else ""
    return {"text": telling.searched(check), "found": telling.found(check) if check else [], "link": link}


def _link(run: PurgeRun) -> str:
    return reverse("admin:retention_purgerun_change", args=[run.pk])


def _doors(request: HttpRequest) -> list[Door]:
    doors = [
        Door(icon, title, text, reverse(f"admin:{name}_changelist"))
        for permission, name, icon, title, text in _DOORS
        if request.user.has_perm(permission)
    ]
    if request.user.has_perm("contacts.view_jobrun"):
        doors.append(_system())
    return [_pass_on(), *doors] if desk.passes_on(request) else doors


def _system() -> Door:
    text = _("How the product runs: what answers, what waits, and how it is set up.")
    return Door("monitor_heart", _("System"), text, reverse("admin:system"))


def _pass_on() -> Door:
    text = _("Somebody asks about their own details? The privacy officer takes care of it.")
    return Door("forward_to_inbox", _("Pass on a request"), text, reverse("admin:dsr_request_pass-on"))


_DOORS = [
    (
        desk.PERMISSION,
        "dsr_request",
        "inbox",
        _("Requests"),
        _("What people ask of us, by the day on which it has to be answered."),
    ),
    (
        "contacts.view_contact",
        "contacts_contact",
        "person",
        _("Contacts"),
        _("Find a person, and see why and until when they are held."),
    ),
    (
        "contacts.view_organisation",
        "contacts_organisation",
        "domain",
        _("Organisations"),
        _("Agreements begin and end here; the end starts the clock."),
    ),
    (
        "contacts.view_segment",
        "contacts_segment",
        "filter_alt",
        _("Segments"),
        _("Saved filters, and how many people each reaches."),
    ),
    ("contacts.import_contacts", "contacts_upload", "upload_file", _("Imports"), _("Bring in a list of people.")),
    (
        "contacts.view_audience",
        "contacts_audience",
        "lists",
        _("Audiences"),
        _("Lists that left as a file, and what became of them."),
    ),
    ("contacts.view_mailing", "contacts_mailing", "mail", _("Mailings"), _("Write to many, and only to those we may.")),
    ("contacts.view_event", "contacts_event", "event", _("Events"), _("Put on, move or cancel webinars and events.")),
    (
        "contacts.view_whitepaper",
        "contacts_whitepaper",
        "description",
        _("Whitepapers"),
        _("What visitors of the website can ask for."),
    ),
    (
        "contacts.view_topic",
        "contacts_topic",
        "sell",
        _("Topics"),
        _("What people choose among, and what mailings are about."),
    ),
    (
        "contacts.view_signup",
        "contacts_signup",
        "hourglass_top",
        _("Waiting sign-ups"),
        _("Who filled in a form and has not confirmed the address yet."),
    ),
    ("retention.view_hold", "retention_hold", "lock", _("Holds"), _("What keeps people beyond their time.")),
    (
        "retention.view_purgerun",
        "retention_purgerun",
        "auto_delete",
        _("Nightly deletions"),
        _("What each night deleted, counted by rule."),
    ),
    (
        "contacts.view_recipient",
        "contacts_recipient",
        "share",
        _("Recipients"),
        _("Who outside gets people's data, what for, and under which agreement."),
    ),
    (
        "contacts.view_breach",
        "contacts_breach",
        "gpp_bad",
        _("Breaches"),
        _("Data was lost, changed or seen by the wrong people? Report it within 72 hours."),
    ),
    (
        "contacts.view_policyversion",
        "contacts_policyversion",
        "policy",
        _("Privacy policy"),
        _("What we promise, in the words that the public reads."),
    ),
    (
        "contacts.view_countryrule",
        "contacts_countryrule",
        "gavel",
        _("Marketing rules"),
        _("Whose law asks for consent before we write or call."),
    ),
    (
        "contacts.view_auditevent",
        "contacts_auditevent",
        "receipt_long",
        _("Audit trail"),
        _("Who did what, and when."),
    ),
    ("auth.view_user", "auth_user", "badge", _("Staff"), _("Accounts, and the role that each one has.")),
    ("contacts.view_apikey", "contacts_apikey", "key", _("API keys"), _("Servers that use the API.")),
]
