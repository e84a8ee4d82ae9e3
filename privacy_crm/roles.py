"""Who may do what: groups alone give permissions to staff. `manage.py set_up_roles` applies this table.

The administrator looks after accounts and sees no personal data.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

OFFICER, ADMINISTRATOR = "privacy officer", "administrator"
# Who has one of these may give others a role, or confirm one: nobody gets there by one person alone (ADR 0058).
CONFIRMED = (OFFICER, ADMINISTRATOR)


def _view(*models: str) -> set[str]:
    return {f"contacts.view_{model}" for model in models}


def _edit(*models: str) -> set[str]:
    return {f"contacts.{verb}_{model}" for model in models for verb in ("view", "add", "change")}


_PEOPLE = _view("contact", "basis", "activity", "channelpermission", "consentrecord", "registration")
_SIGN_UPS = {"contacts.view_signup", "contacts.change_signup"}
_LISTS = {*_edit("segment"), "contacts.export_audience", "contacts.view_audience", "contacts.change_audience"}
_MAIL_FAULTS = {"contacts.view_mailstandstill", "contacts.view_bounceundoing", "contacts.add_bounceundoing"}
_MAINTENANCE = {"contacts.view_maintenance", "contacts.add_maintenance"}
_LEDGER = {"retention.view_purgerun", "retention.view_purgecount", "retention.view_statementcheck"}

ROLES: dict[str, set[str]] = {
    "marketing": {
        "dsr.pass_on_request",
        *_PEOPLE,
        *_edit("organisation", "event", "whitepaper", "topic"),
        *_view("agreement", "policyversion", "scenariorule", "countryrule"),
        *_SIGN_UPS,
        *_LISTS,
        *_edit("mailing"),
        "contacts.import_contacts",
        "contacts.add_contact",
        "contacts.merge_contacts",
        "contacts.check_in",
        "contacts.add_activity",
        "contacts.add_channelpermission",
        "contacts.add_disclosure",
        "contacts.change_contact",
        "contacts.change_basis",
    },
    "sales": {
        "dsr.pass_on_request",
        *_PEOPLE,
        *_edit("organisation", "agreement"),
        *_view("event", "whitepaper", "policyversion", "scenariorule"),
        *_LISTS,
        "contacts.add_contact",
        "contacts.add_activity",
        "contacts.add_channelpermission",
        "contacts.add_disclosure",
        "contacts.change_basis",
    },
    "events": {
        "dsr.pass_on_request",
        *_view("contact", "registration", "foodpreference", "policyversion", "scenariorule"),
        *_edit("event"),
        *_SIGN_UPS,
        "contacts.check_in",
        "contacts.add_activity",
        "contacts.add_channelpermission",
    },
    "privacy officer": {
        *_PEOPLE,
        *_LEDGER,
        *_view("organisation", "agreement", "event", "whitepaper", "foodpreference", "suppression", "auditevent"),
        *_view("topic", "countryrule", "mailing"),
        *_SIGN_UPS,
        *_LISTS,
        *_edit("policyversion", "scenariorule", "recipient", "system", "review"),
        *_edit("interestassessment", "impactassessment"),
        *_MAIL_FAULTS,
        "contacts.view_reviewoutcome",
        "contacts.add_reviewoutcome",
        *_edit("breach"),
        "contacts.view_processingsnapshot",
        *_MAINTENANCE,
        "contacts.approve_mailing",
        "contacts.merge_contacts",
        "contacts.add_contact",
        *_view("disclosure", "recipientnotice"),
        "contacts.change_recipientnotice",
        "contacts.publish_policy",
        "contacts.add_countryrule",
        "contacts.inform_by_letter",
        "contacts.view_policynotice",
        "contacts.add_policynotice",
        "contacts.lift_tombstone",
        "contacts.view_restoration",
        "contacts.settle_restoration",
        "contacts.see_reduced",
        "contacts.see_restricted",
        "contacts.import_contacts",
        "contacts.add_activity",
        "contacts.add_channelpermission",
        "contacts.add_disclosure",
        "contacts.change_contact",
        "contacts.change_basis",
        "retention.view_hold",
        "retention.add_hold",
        "retention.change_hold",
        "retention.approve_purge",
        "dsr.view_request",
        "dsr.handle_request",
        "dsr.view_evidence",
        "dsr.open_evidence",
        "dsr.erase_contact",
        "dsr.pass_on_request",
        "privacy_crm.view_rolerequest",
        "privacy_crm.confirm_role",
    },
    "auditor": {
        "dsr.pass_on_request",
        "dsr.view_evidence",
        *_LEDGER,
        *_view("organisation", "agreement", "event", "whitepaper", "policyversion", "scenariorule", "auditevent"),
        *_view("topic", "countryrule", "recipient", "system", "disclosure", "recipientnotice", "mailing", "audience"),
        *_view("review", "reviewoutcome", "breach", "processingsnapshot", "maintenance"),
        *_view("interestassessment", "impactassessment"),
    },
    "administrator": {
        "dsr.pass_on_request",
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        *_edit("apikey", "look"),
        *_MAINTENANCE,
        "contacts.view_jobrun",
        "privacy_crm.view_rolerequest",
        "privacy_crm.confirm_role",
        *_MAIL_FAULTS,
    },
}


@transaction.atomic
def apply() -> None:
    """Make the groups say exactly what this table says, whatever they said before. Raises KeyError on a misspelling."""
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(_permissions(wanted))


def _permissions(wanted: set[str]) -> list[Permission]:
    pairs = [name.split(".", 1) for name in wanted]
    condition = Q()
    for app, codename in pairs:
        condition |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(condition).select_related("content_type"))
    missing = wanted - {f"{permission.content_type.app_label}.{permission.codename}" for permission in found}
    if missing:
        raise KeyError(f"no such permission: {', '.join(sorted(missing))}")
    return found
